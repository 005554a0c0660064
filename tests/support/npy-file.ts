// NumPy files, as tests of arrays write them.

/** The bytes of a `.npy` file of version 1. @param type as NumPy names it: `<f4`. */
export function npyFile(type: string, shape: readonly number[], elements: ArrayBufferView): Buffer {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.map((size) => `${size},`).join(' ')}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const data = Buffer.from(elements.buffer, elements.byteOffset, elements.byteLength);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(header), data]);
}
