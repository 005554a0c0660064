// JSON: one file with a list of records, or columns, read at once; a record a line is taken for JSON Lines. Called through `formats`.
import { fail } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import { defineFormat, type RowBatch } from '../reading/format.ts';
import { looksLikeJsonLines, readJsonLines } from '../reading/json-lines.ts';
import { recordsIn } from '../reading/json-shape.ts';
import { parseJson } from '../reading/json-text.ts';
import { recordBatcher } from '../reading/record.ts';
import { type TextStream, textStream } from '../reading/text.ts';

/** Characters that are read at once; the longest string that every Node.js allows is not much longer. */
const LONGEST = 2 ** 28;
/** Bytes in which a first line must end to be taken for a record. */
const HEAD = 2 ** 20;

export const json = defineFormat({
  name: 'json',
  about: 'JSON: a list of records `[{"name": value, ...}, ...]`, alone or in an object, or columns `{"name": [value, ...], ...}`',
  extensions: ['.json'],
  sniff: (head) => {
    const text = new TextDecoder().decode(head).trimStart();
    return (text.startsWith('[') || /^\{\s*"/.test(text)) && !looksLikeJsonLines(text);
  },
  options: defineOptions({
    encoding: { default: 'auto', help: 'Such as `utf-8` or `utf-16le`; `auto` finds it out.' },
  }),
  async read(input, { encoding }, context) {
    const text = await textStream(input, encoding);
    if (looksLikeJsonLines(new TextDecoder(text.encoding).decode(await input.head(HEAD)))) return readJsonLines(input, encoding, context);
    const parsed = parseJson(await wholeText(text, input.path));
    if (!('value' in parsed)) fail('invalid-data', `"${input.path}", line ${parsed.line}, character ${parsed.character} ${parsed.wrong}; repair it.`);
    const shape = recordsIn(parsed.value);
    if (typeof shape === 'string') fail('invalid-data', `"${input.path}" ${shape}.`);
    const { about, lists } = shape;
    return {
      facts: { shape: about, encoding: text.encoding },
      rows: lists.reduce((sum, list) => sum + list.length, 0),
      batches: batches(),
    };

    async function* batches(): AsyncGenerator<RowBatch, void, void> {
      let before = 0;
      for (const list of lists) {
        const records = recordBatcher();
        let numbers: number[] = [];
        const name = (index: number) => (list.part ? `record ${index + 1} of "${list.part}"` : `record ${index + 1}`);
        for (let index = 0; index < list.length; index++) {
          const wrong = records.add(list.at(index));
          if (wrong) context.damaged(name(index), wrong);
          else numbers.push(before + index + 1);
          if (!records.isFull() && index + 1 < list.length) continue;
          if (context.signal?.aborted) fail('aborted', `Reading "${input.path}" was stopped.`);
          const batch = records.take();
          if (batch.rows.length > 0) yield { ...batch, part: list.part, numbers };
          numbers = [];
        }
        before += list.length;
      }
    }
  },
});

async function wholeText({ pieces }: TextStream, path: string): Promise<string> {
  const parts: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > LONGEST)
      fail(
        'invalid-data',
        `"${path}" is longer than ${LONGEST} characters, too long to be read at once; write a record a line in a file called \`.jsonl\`.`,
      );
    parts.push(piece);
  }
  return parts.join('');
}
