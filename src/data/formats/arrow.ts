// Arrow, as file or stream: Feather (version 2), the caches of Hugging Face `datasets`, Polars' IPC. Called through `formats`.
import { defineOptions } from '../../core/options.ts';
import { readArrow } from '../columnar/arrow.ts';
import { isArrow } from '../columnar/arrow-messages.ts';
import { defineFormat } from '../reading/format.ts';

export const arrow = defineFormat({
  name: 'arrow',
  about: 'Arrow files and streams, Feather: columns with their types, plain or packed by lz4 or zstd',
  extensions: ['.arrow', '.feather', '.ipc', '.arrows'],
  sniff: isArrow,
  options: defineOptions({}),
  read: (input, _options, context) => readArrow(input, context),
});
