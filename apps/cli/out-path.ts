// Where a result may be written: over nothing that a command reads. Called by commands that take `--out`.
import { realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import { GraftError } from 'graft-ml';

/** What Graft has written into the folder of a run or of a model; whatever else lies there is people's own. */
const OWN =
  /^(?:(?:checkpoints|model|model-int8|model-fp16)[/\\].*|(?:options|decisions|result|model|tokenizer)\.json|metrics\.jsonl|learnt\.bin|report\.html|predictions\.csv|model\.onnx|predict\.mjs|demo\.(?:html|mjs)|README\.md)$/;

/** @throws GraftError `invalid-argument` where `out` is a file that Graft has written into one of the folders, those of runs and models: it would be lost. */
export async function requireOutside(out: string, folders: readonly string[]): Promise<void> {
  const there = await realpath(out).catch(() => undefined);
  if (there === undefined) return;
  for (const folder of folders) {
    const inside = relative(await realpath(folder).catch(() => folder), there);
    if (!OWN.test(inside)) continue;
    throw new GraftError('invalid-argument', `\`out\` (="${out}") is a file of "${folder}", which would be lost; name another one.`);
  }
}
