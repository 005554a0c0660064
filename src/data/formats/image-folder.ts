// A folder of pictures: class subfolders, or train/ val/ test/ of them, or pictures alone. Called through `formats`.
import { fail } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import { pictureOptions } from '../pictures/options.ts';
import { pictureReading } from '../pictures/reading.ts';
import { holdsPicture, walk } from '../pictures/walk.ts';
import { defineFormat } from '../reading/format.ts';

export const imageFolder = defineFormat({
  name: 'image-folder',
  about: 'a folder of pictures: a subfolder for each class, also inside train/ val/ test/; pictures alone have no labels',
  extensions: [],
  folder: holdsPicture,
  options: defineOptions({
    ...pictureOptions,
    links: { default: false, help: 'Whether symbolic links are followed where they lead out of the folder.' },
  }),
  async read(input, options, context) {
    if (input.kind === 'file') fail('invalid-data', `"${input.path}" is a file; the format \`image-folder\` reads a folder of pictures.`);
    return pictureReading(input.path, await walk(input.path, options, context), options, context);
  },
});
