// A zip file of a folder of pictures; each is unpacked when it is needed, in memory. Called through `formats`.
import { zipEntries } from '../archives/zip-entries.ts';
import { firstEntry } from '../archives/zip-head.ts';
import { lister } from '../pictures/listing.ts';
import { pictureOptions } from '../pictures/options.ts';
import { pictureReading } from '../pictures/reading.ts';
import { defineFormat } from '../reading/format.ts';

/** A larger picture is none. */
const MOST_BYTES = 2 ** 28;

export const zip = defineFormat({
  name: 'zip',
  about: 'a zip file of a folder of pictures, with class subfolders as in a folder',
  extensions: ['.zip'],
  // An npz file is a zip of npy files.
  sniff: (head) => firstEntry(head)?.endsWith('.npy') === false,
  options: pictureOptions,
  async read(input, options, context) {
    const found = lister(options.svg);
    for (const { path, kind, size, bytes } of await zipEntries(input)) {
      if (kind === 'folder') found.folder(path);
      else if (kind === 'link') found.link(path);
      else found.file(path, () => ({ name: `${input.path}/${path}`, size, source: () => bytes(MOST_BYTES) }));
    }
    return pictureReading(input.path, found.finish(), options, context);
  },
});
