// Help as text: the words of commands come in, lines of at most a given width leave. Loads nothing; called by `main`.
import { styleText } from 'node:util';
import {
  type Argument,
  COMMON_FLAGS,
  type CommandWords,
  type Example,
  type FlagRecord,
  type FlagRecords,
  flagOf,
  offeredFlag,
  offeredHelp,
} from './command-words.ts';
import { EXIT, MEANINGS } from './exit-codes.ts';

/** A term and what is said of it. */
type Entry = readonly [term: string, text: string];

/** Terms longer than this have their text below them. */
const WIDEST_TERM = 26;
/** Examples that `graft --help` shows. */
const SHOWN_EXAMPLES = 3;

/** `graft --help`. */
export function programHelp(version: string, commands: readonly CommandWords[], width: number): string {
  const examples = commands.flatMap(({ examples: [first] }) => (first ? [first] : [])).slice(0, SHOWN_EXAMPLES);
  return [
    `graft ${version}: transfer learning in TypeScript`,
    '',
    `${title('Usage:')} graft <command> [options]`,
    '',
    ...columns(
      commands.map(({ name, summary }) => [name, summary]),
      width,
    ),
    '',
    title('Examples:'),
    ...exampleLines(examples, width),
    '',
    ...wrapped('Every command takes --help, --json and --verbose; see `graft help <command>`.', width),
  ].join('\n');
}

/** `graft <command> --help`; `all` shows rarely needed flags too. */
export function commandHelp({ name, summary, args, flags, examples }: CommandWords, width: number, all = false): string {
  const shown: FlagRecords = Object.fromEntries(Object.entries(flags).filter(([, { more }]) => all || !more));
  const hidden = Object.keys(flags).length - Object.keys(shown).length;
  return [
    ...wrapped(`${summary}.`, width),
    '',
    `${title('Usage:')} ${['graft', name, ...args.map(argumentText), '[options]'].join(' ')}`,
    ...columns(args.map(argumentEntry), width),
    '',
    title('Options:'),
    ...columns([...Object.entries(shown).map((entry) => flagEntry(entry, all)), COMMON_ENTRY], width),
    ...(hidden > 0 ? [`  ... and ${hidden} more: graft help ${name} --all`] : []),
    '',
    title('Examples:'),
    ...exampleLines(examples, width),
  ].join('\n');
}

/** `graft help exit-codes`. */
export function exitCodesHelp(width: number): string {
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  return [
    title('Exit codes:'),
    ...columns(
      names.map((name) => [String(EXIT[name]), MEANINGS[name]]),
      width,
    ),
  ].join('\n');
}

const CONFIG = `
A file graft.config.json, graft.config.mjs or graft.config.ts in the working folder gives options that you would otherwise repeat. It holds an object with the
options of each command by its name, spelt without dashes (maxLength for --max-length); the command line wins over it.

    { "doctor": { "device": "cpu", "speed": false } }

The other two export it: export default { doctor: { device: 'cpu' } }; they are programs, and run. TypeScript takes Node 22.18 or newer.
`;

/** `graft help config`. */
export function configHelp(width: number): string {
  const paragraphs = CONFIG.trim().split('\n\n');
  return [title('Configuration:'), ...paragraphs.flatMap((text) => (text.startsWith(' ') ? ['', text, ''] : wrapped(text, width)))].join('\n');
}

/** An argument in a line of usage: `<model>`, `[name]`, `<file>...`. */
function argumentText({ name, optional, many }: Argument): string {
  return `${optional ? `[${name}]` : `<${name}>`}${many ? '...' : ''}`;
}

function argumentEntry(argument: Argument): Entry {
  const { help, values } = argument;
  return [argumentText(argument), values ? `${help} One of ${values.join(', ')}.` : help];
}

function flagEntry([name, record]: readonly [string, FlagRecord], all: boolean): Entry {
  const { default: unset, short, values } = record;
  const value = typeof unset === 'boolean' ? '' : ` <${record.placeholder ?? (values ? 'choice' : typeof unset === 'number' ? 'n' : 'text')}>`;
  const facts = factsOf(record, all);
  const term = `${short === undefined ? '' : `-${short}, `}${offeredFlag(name, record)}${value}`;
  return [term, facts.length > 0 ? `${offeredHelp(record)} (${facts.join('; ')})` : offeredHelp(record)];
}

/** The flags of every command, but for the one that brought this help, in a line. */
const { help: _, ...ELSE_COMMON } = COMMON_FLAGS;
const COMMON_ENTRY: Entry = [
  Object.keys(ELSE_COMMON).map(flagOf).join(', '),
  Object.values(ELSE_COMMON)
    .map(({ help }) => help)
    .join(' '),
];

/** Choices of a flag that are listed where not all is asked for. */
const MOST_VALUES = 8;

/** What else is to be known of a value. */
function factsOf({ default: unset, values, unit, list }: FlagRecord, all: boolean): string[] {
  if (typeof unset === 'boolean') return [];
  const listed = values && (all || values.length <= MOST_VALUES);
  return [
    ...(listed ? [values.join(', ')] : values ? [`one of ${values.length}: --all`] : []),
    ...(list ? ['may be repeated'] : unset === '' ? [] : [`default ${unset}${unit === undefined ? '' : ` ${unit}`}`]),
  ];
}

function exampleLines(examples: readonly Example[], width: number): string[] {
  const widest = Math.max(0, ...examples.map(({ line }) => line.length));
  if (examples.every(({ line, does }) => widest + does.length + 4 <= width && line.length <= widest)) {
    return examples.map(({ line, does }) => `  ${line.padEnd(widest)}  ${styleText('dim', does, { stream: process.stdout })}`);
  }
  return examples.map(({ line }) => `  ${line}`);
}

function title(text: string): string {
  return styleText('bold', text, { stream: process.stdout });
}

/** Terms to the left, what is said of them to the right, wrapped. */
function columns(entries: readonly Entry[], width: number): string[] {
  const left = Math.max(0, ...entries.map(([term]) => (term.length > WIDEST_TERM ? 0 : term.length)));
  return entries.flatMap(([term, text]) => {
    const lines = wrapped(text, width - left - 4);
    const rest = lines.map((line) => `${' '.repeat(left + 4)}${line}`);
    return term.length > left ? [`  ${term}`, ...rest] : [`  ${term.padEnd(left)}  ${lines[0] ?? ''}`, ...rest.slice(1)];
  });
}

/** Lines of at most `width` characters, broken between words. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
