// Zip files, as tests write them.
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

/** The bytes of a zip file of these files, in order; paths that end in `/` are folders. @param compress whether files are packed, not only stored. */
export async function zipFile(files: ReadonlyMap<string, Uint8Array>, compress = true): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [path, bytes] of files) {
    if (path.endsWith('/')) zip.addEmptyDirectory(path);
    else zip.addBuffer(Buffer.from(bytes), path, { compress, mtime: new Date(0) });
  }
  zip.end();
  return buffer(zip.outputStream);
}
