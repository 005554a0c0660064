// Bytes -> a TFRecord, the frame that TensorFlow's files hold them in. Called by the writer of event files.
// https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details: length, its checksum, the bytes, their checksum; all little-endian.

/** Castagnoli's polynomial, its bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** CRC-32C (RFC 3720, B.4). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** One record. */
export function tfRecord(content: Uint8Array): Uint8Array {
  const record = Buffer.alloc(8 + 4 + content.length + 4);
  record.writeBigUInt64LE(BigInt(content.length), 0);
  record.writeUInt32LE(masked(record.subarray(0, 8)), 8);
  record.set(content, 12);
  record.writeUInt32LE(masked(content), 12 + content.length);
  return record;
}

/** A checksum of bytes that hold checksums themselves would be weak: it is turned and moved. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
