// The beginning of a file -> the name of its first entry, where it is a zip file. Called by formats that zip files are of, to tell which one it is.

/** Bytes before the name. */
const HEADER = 30;

/** Nothing where the beginning is not a zip file's, or too short to tell. */
export function firstEntry(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length < HEADER || bytes.toString('latin1', 0, 4) !== 'PK\x03\x04') return undefined;
  return bytes.toString('latin1', HEADER, HEADER + bytes.readUInt16LE(26));
}
