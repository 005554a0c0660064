// JSON Lines: a record a line -> a reading. Called by the JSON formats, as such files are often called `.json`.
import { fail } from '../../core/errors.ts';
import type { FileInput } from './file-input.ts';
import type { ReadContext, Reading, RowBatch } from './format.ts';
import { parseJson } from './json-text.ts';
import { isObject, recordBatcher } from './record.ts';
import { linesOf, textStream } from './text.ts';

/** Whether a file that begins like this has a record a line; one that has a single record without lists counts as such. */
export function looksLikeJsonLines(head: string): boolean {
  const [first = '', second] = head.split(/[\r\n]+/, 3).filter((line) => line.trim() !== '');
  const parsed = parseJson(first);
  if (!('value' in parsed) || !isObject(parsed.value)) return false;
  if (second !== undefined) return second.trimStart().startsWith('{');
  const values = Object.values(parsed.value);
  return values.length > 0 && values.every((value) => typeof value !== 'object' || value === null);
}

/** Reads it line by line; blank lines are passed over, damaged ones named. @throws as `textStream`. */
export async function readJsonLines(input: FileInput, encoding: string, { damaged, signal }: ReadContext): Promise<Reading> {
  const text = await textStream(input, encoding);
  return { facts: { shape: 'a record a line', encoding: text.encoding }, batches: batches() };

  async function* batches(): AsyncGenerator<RowBatch, void, void> {
    const records = recordBatcher();
    let lines: number[] = [];
    let numbers: number[] = [];
    let read = 0;
    const taken = (): RowBatch => {
      const batch = { ...records.take(), lines, numbers };
      [lines, numbers] = [[], []];
      return batch;
    };
    for await (const some of linesOf(text, input.path)) {
      if (signal?.aborted) fail('aborted', `Reading "${input.path}" was stopped.`);
      for (const { number, text: line } of some) {
        if (line.trim() === '') continue;
        read++;
        const parsed = parseJson(line);
        const wrong = 'value' in parsed ? records.add(parsed.value) : parsed.wrong;
        if (wrong === undefined) {
          lines.push(number);
          numbers.push(read);
        } else damaged('value' in parsed ? `line ${number}` : `line ${number}, character ${parsed.character}`, wrong);
        if (records.isFull()) yield taken();
      }
    }
    const last = taken();
    if (last.rows.length > 0) yield last;
  }
}
