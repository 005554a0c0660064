// Numbers as the bits of 16-bit floats, which Node 20 has no array of. Called where weights are written in half their size.

/** The bits of the nearest IEEE 754 half, ties to even; infinity beyond 65504. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Below the smallest normal number, steps are of 2^-24; above it, of 2^-10 of the power of two below.
  const exponent = Math.max(-14, Math.floor(Math.log2(size === 0 ? 1 : size)));
  const lower = size < 2 ** exponent ? exponent - 1 : exponent;
  const power = Math.max(-14, lower);
  const steps = roundToEven(size * 2 ** (10 - power));
  return sign | (size < 2 ** -14 ? steps : ((power + 15) << 10) + steps - 1024);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
