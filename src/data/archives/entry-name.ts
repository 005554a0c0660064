// Names of entries as archives hold them -> paths with `/`. Called by those that list archives.
import { fail } from '../../core/errors.ts';

/**
 * Nothing is ever unpacked to disk; an archive made to write elsewhere is refused nevertheless.
 * @throws GraftError `invalid-data` for a whole path, or one that leads out by `..`.
 */
export function entryName(name: string, archive: string): string {
  const path = name.replaceAll('\\', '/').replace(/^(?:\.\/+)+/, '');
  if (path.startsWith('/') || /^[a-z]:\//i.test(path) || path.split('/').includes('..')) {
    const remedy = 'make the archive anew from inside its folder';
    fail(
      'invalid-data',
      `"${archive}" holds an entry "${name.slice(0, 200)}", which leads out of the folder that it would be unpacked to; ${remedy}.`,
    );
  }
  return path;
}
