// JSON Lines: a record with names and values a line. Called through `formats`.
import { defineOptions } from '../../core/options.ts';
import { defineFormat } from '../reading/format.ts';
import { looksLikeJsonLines, readJsonLines } from '../reading/json-lines.ts';

export const jsonl = defineFormat({
  name: 'jsonl',
  about: 'JSON Lines: a line for each example, `{"name": value, ...}`',
  extensions: ['.jsonl', '.ndjson'],
  sniff: (head) => looksLikeJsonLines(new TextDecoder().decode(head)),
  options: defineOptions({
    encoding: { default: 'auto', help: 'Such as `utf-8` or `utf-16le`; `auto` finds it out.' },
  }),
  read: (input, { encoding }, context) => readJsonLines(input, encoding, context),
});
