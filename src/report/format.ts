// Numbers as people read them: values come in, short text with its unit leaves. Called by the progress view, tables and figures.
import { fail } from '../core/errors.ts';
import type { Summary } from '../score/summary.ts';

/** How the numbers of a column or an axis are written. */
export type NumberFormat = 'number' | 'count' | 'percent' | 'seconds' | 'rate';

/** A value is multiplied by `factor`, rounded to `digits` decimals and followed by `unit`. */
const NOTATIONS: Readonly<Record<NumberFormat, { readonly factor: number; readonly digits: number; readonly unit: string }>> = {
  number: { factor: 1, digits: 3, unit: '' },
  count: { factor: 1, digits: 0, unit: '' },
  percent: { factor: 100, digits: 2, unit: ' %' },
  seconds: { factor: 1, digits: 1, unit: ' s' },
  rate: { factor: 1, digits: 0, unit: '/s' },
};

/** What stands for a value that is not known. */
export const UNKNOWN = '–';

/** A number or a mean with its deviation, split so that a column can align its parts. */
export interface ValueParts {
  readonly value: string;
  /** Standard deviation; empty where it is not known. */
  readonly spread: string;
  readonly unit: string;
}

/**
 * A share, count, duration or mean as text: 0.9712 with deviation 0.0034 as `percent` is `97.12 ± 0.34 %`.
 * @param digits decimals; the default depends on the format.
 */
export function formatValue(value: number | Summary, format: NumberFormat = 'number', digits?: number): string {
  const { value: text, spread, unit } = valueParts(value, format, digits);
  return `${text}${spread && ` ± ${spread}`}${unit}`;
}

/** The parts of {@link formatValue}. */
export function valueParts(value: number | Summary, format: NumberFormat, digits?: number): ValueParts {
  const { mean, sd } = typeof value === 'number' ? { mean: value, sd: Number.NaN } : value;
  const notation = NOTATIONS[format];
  const text = (x: number) => decimal(x * notation.factor, digits ?? notation.digits);
  return { value: text(mean), spread: Number.isFinite(sd) ? text(sd) : '', unit: Number.isFinite(mean) ? notation.unit : '' };
}

/** A whole number with its thousands apart: `18,750`. */
export function formatCount(count: number): string {
  return decimal(count, 0);
}

/** An amount of memory: `13 kB`, `4.2 MB`, `1.1 GB`. */
export function formatBytes(bytes: number): string {
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${decimal(size, size < 9.95 ? 1 : 0)} ${unit}`;
}

/** A rate, with one decimal where it is low: `4,321 images/s`, `3.1 images/s`. */
export function formatRate(perSecond: number, what: string): string {
  return `${decimal(perSecond, perSecond < 9.95 ? 1 : 0)} ${what}/s`;
}

/** A duration in seconds, as precise as is of use: `3.2 s`, `42 s`, `1 min 12 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return UNKNOWN;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** Time left, as clocks write it, in hardly changing width: `0:42`, `1:05:07`. */
export function formatClock(seconds: number): string {
  if (!Number.isFinite(seconds)) return UNKNOWN;
  const whole = Math.round(seconds);
  const two = (part: number) => String(part % 60).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${two(whole)}` : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(whole)}`;
}

/** A loss or another number of unknown size, to four significant digits: `0.3142`, `1.500e−5`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  const text = size === 0 || (size >= 1e-3 && size < 1e4) ? withThousands(value.toPrecision(4)) : value.toExponential(3);
  return minus(text);
}

/** An amount in a unit of its own, to four digits or to whole units: `0.3142`, `12.50`, `250,000`. */
export function formatAmount(value: number): string {
  const size = Math.abs(value);
  return size >= 9999.5 && size < 1e15 ? formatCount(value) : formatNumber(value);
}

const DECIMALS = Array.from({ length: 21 }, (_, digits) => {
  return new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
});

function decimal(value: number, digits: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  return minus((DECIMALS[digits] ?? fail('invalid-argument', `\`digits\` (=${digits}) must be a whole number in 0..20.`)).format(value));
}

/** The typographic sign, as wide as a digit, for the leading hyphen and that of an exponent. */
function minus(text: string): string {
  return text.replaceAll('-', '−');
}

/** `1234` as `1,234`. */
function withThousands(text: string): string {
  return text.replace(/^(-?\d)(\d{3})(?!\d)/, '$1,$2');
}

/** A number that is not one stays visible: it says that something went wrong. */
function notFinite(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
}
