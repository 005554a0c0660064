import { describe, expect, it } from 'vitest';
import { COLOURS } from './figures/series-style.ts';
import { palettes, STRONGEST, styleSheet } from './style.ts';

type Colour = readonly [red: number, green: number, blue: number];

/** Linear light in 0..1 of `#rrggbb` (IEC 61966-2-1). */
function linear(hex: string): Colour {
  const channel = (i: number) => {
    const value = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const luminance = ([red, green, blue]: Colour) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

/** WCAG 2.2, contrast ratio. */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/** What `color-mix(in srgb, shade share, paper)` gives. */
function mixed(shade: string, paper: string, share: number): string {
  const channel = (i: number) => {
    const [a, b] = [shade, paper].map((hex) => Number.parseInt(hex.slice(i, i + 2), 16)) as [number, number];
    return Math.round(a * share + b * (1 - share))
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

/** How linear light looks without one kind of cones: Machado et al., "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1. */
const SIGHTS: Readonly<Record<string, readonly Colour[]>> = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** CIE L*a*b* under D65. */
function lab([red, green, blue]: Colour): Colour {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116);
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
  const y = f(luminance([red, green, blue]));
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function seen(hex: string, sight: readonly Colour[]): Colour {
  const light = linear(hex);
  const [x = 0, y = 0, z = 0] = sight.map((row) => row[0] * light[0] + row[1] * light[1] + row[2] * light[2]);
  return lab([x, y, z]);
}

describe.each(Object.entries(palettes))('%s', (_, palette) => {
  const { paper, panel, ink, quiet, link, right, wrong, series } = palette;

  it('has enough contrast in text and lines', () => {
    for (const colour of [ink, quiet, link, ...series]) expect(contrast(colour, paper), colour).toBeGreaterThanOrEqual(4.5);
    for (const colour of [ink, quiet]) expect(contrast(colour, panel), colour).toBeGreaterThanOrEqual(4.5);
  });

  it('keeps numbers readable on the strongest shades of a matrix', () => {
    for (const shade of [right, wrong]) expect(contrast(ink, mixed(shade, paper, STRONGEST)), shade).toBeGreaterThanOrEqual(4.5);
  });

  it.each(Object.entries(SIGHTS))('has series that differ with %s cones', (_, sight) => {
    const colours = series.map((hex) => seen(hex, sight));
    colours.forEach((a, i) => {
      for (const [j, b] of colours.entries()) {
        if (j > i) expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), `${i} and ${j}`).toBeGreaterThan(30);
      }
    });
  });

  it('has a colour for each series and all of them in the style sheet', () => {
    expect(series).toHaveLength(COLOURS);
    for (const colour of [paper, ink, ...series]) expect(String(styleSheet)).toContain(colour);
  });
});
