// Options of every format whose rows are pictures in folders.
import { defineOptions, type OptionsOf } from '../../core/options.ts';

export const pictureOptions = defineOptions({
  parts: {
    default: 'auto',
    values: ['auto', 'yes', 'no'],
    help: 'Whether folders called train, val and test divide the data (no: they are classes); auto: where there are no others beside them.',
  },
  svg: { default: false, help: 'Whether SVG drawings are taken for pictures too.' },
});

export type PictureOptions = OptionsOf<typeof pictureOptions>;
