// `model.json`: all that is needed beside `model.onnx` to turn files into answers. Written when a model is saved, checked when one is loaded.
import { z } from 'zod';
import { fail } from '../core/errors.ts';
import type { ReadColumns } from '../data/duplicates/row-keys.ts';
import type { ReadAs } from '../data/open/open-data.ts';

const side = z.int().positive();
const size = z.tuple([side, side]);

const task = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('classification'), classes: z.array(z.string()).min(2) }),
  z.object({ kind: z.literal('multi-label'), classes: z.array(z.string()).min(1) }),
  z.object({ kind: z.literal('regression'), targets: z.array(z.string()).min(1) }),
]);

const numbers = z.array(z.number());
const column = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('number'),
    name: z.string(),
    mean: z.number(),
    deviation: z.number(),
    missing: z.boolean(),
    range: z.tuple([z.number().nullable(), z.number().nullable()]).readonly().optional(),
  }),
  z.object({ kind: z.literal('category'), name: z.string(), values: z.array(z.string()) }),
  z.object({ kind: z.literal('date'), name: z.string(), from: z.number(), span: z.number(), order: z.enum(['day first', 'month first']).optional() }),
  z.object({ kind: z.literal('words'), name: z.string(), vocabulary: z.array(z.string()), weights: numbers }),
  z.object({ kind: z.literal('array'), name: z.string(), mean: numbers, deviation: numbers }),
]);

const input = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('image'),
    /** Of the graph's input, float32 `[N, 3, height, width]`. */
    name: z.string(),
    resize: z.union([z.object({ shorterSide: side }), z.object({ size })]).optional(),
    crop: size.optional(),
    cropRounding: z.enum(['even', 'down']).optional(),
    interpolation: z.enum(['nearest', 'bilinear', 'bicubic', 'lanczos']).optional(),
    rescale: z.number().positive().optional(),
    mean: numbers.optional(),
    std: numbers.optional(),
    channels: z.enum(['rgb', 'bgr']).optional(),
    /** The number that stands for white in pictures as arrays, where it learnt from such. */
    white: z.union([z.literal(1), z.literal(255)]).optional(),
  }),
  z.object({
    kind: z.literal('text'),
    /** Of the graph's inputs, int64 `[N, L]`. */
    ids: z.string(),
    mask: z.string(),
    types: z.string().optional(),
    /** File beside this one. */
    tokenizer: z.literal('tokenizer.json'),
    /** Longest text in tokens. */
    maxLength: z.int().positive(),
    /** Columns that hold the text, or the two of a pair. */
    columns: z.array(z.string()).min(1).max(2),
    /** Counts of words and pairs of words that the graph is fed too, float32 `[N, vocabulary]`. */
    words: z.object({ name: z.string(), vocabulary: z.array(z.string()).min(1) }).optional(),
  }),
  z.object({ kind: z.literal('table'), name: z.string(), columns: z.array(column).min(1) }),
  /** Rows of `width` numbers, mostly 0. */
  z.object({ kind: z.literal('sparse'), name: z.string(), width: z.int().positive() }),
  /** Counts of words and pairs of words, in the order of the vocabulary. */
  z.object({ kind: z.literal('words'), name: z.string(), vocabulary: z.array(z.string()).min(1), columns: z.array(z.string()).min(1).max(2) }),
]);

const schema = z.object({
  /** Version of this form. */
  form: z.literal(1),
  /** Version of Graft. */
  graft: z.string(),
  name: z.string(),
  task,
  input,
  /** Columns that the labels were read from. */
  label: z.array(z.string()).min(1).optional(),
  /** What stood between the labels of a row, where one text held several. */
  labelSeparator: z.string().optional(),
  /** How decimals were written in the file that it learnt from, where not with a point. */
  decimal: z.literal('comma').optional(),
  /** Scores are divided by it before the softmax, or the sigmoid. */
  temperature: z.number().positive(),
  /** What a regression's scores are multiplied by, and what is added. */
  scale: z.object({ factor: numbers, offset: numbers }).optional(),
  /**
   * An input whose familiarity is below the threshold is like nothing seen in training. With `output` it is that output of the graph: `nearnessToMeans`, of rows of
   * a table as the graph reads them, of pictures and texts in features; with `means`, in models of earlier versions, that of a row to the nearest of these class
   * means; with neither, the highest probability.
   */
  unknown: z
    .object({
      threshold: z.number(),
      /** Share of known examples that are flagged, on the part that the run was measured on. */
      wronglyFlagged: z.number(),
      /** Share of the examples of a class that are not flagged where its mean is left out, each class in turn. */
      missed: z.number().optional(),
      output: z.literal('familiarity').optional(),
      means: z.array(numbers).optional(),
    })
    .optional(),
  /** The one of the metrics that it was chosen by, and `eval` begins with. */
  metric: z.string().optional(),
  metrics: z.record(z.string(), z.number()),
  /** What the model card says besides, each a line of Markdown. */
  facts: z.array(z.string()).optional(),
  /** Where they were narrowed by an export; left out where they are as they were learnt. */
  weights: z.enum(['float16', 'int8']).optional(),
  /** Of the network that it began with. */
  backbone: z.object({ name: z.string(), licence: z.string().optional() }).optional(),
});

/** What `model.json` says. */
export type ModelInfo = z.infer<typeof schema>;

const KINDS = { number: 'number', category: 'string', date: 'date', words: 'string' } as const;

/** What other data for the model is read as: what its own turned out to be. Models of texts read numbers for texts where they must. */
export function readAsIn({ input, decimal }: ModelInfo): ReadAs {
  if (input.kind === 'image') return { white: input.white };
  if (input.kind !== 'table') return {};
  return {
    decimal,
    kinds: Object.fromEntries(
      input.columns.flatMap((one) => (one.kind === 'array' ? [] : [[one.name, (one.kind === 'date' && one.order) || KINDS[one.kind]]])),
    ),
  };
}

/** Names of the columns that a model reads. */
export function columnsOf({ input }: Pick<ModelInfo, 'input'>): ReadColumns {
  if (input.kind === 'table') return { columns: input.columns.map(({ name }) => name) };
  return input.kind === 'text' || input.kind === 'words' ? { texts: input.columns } : {};
}

/** As `model.json` holds it. */
export function infoText(info: ModelInfo): string {
  return `${JSON.stringify(info, undefined, 2)}\n`;
}

/** @throws GraftError `invalid-data` naming the entry that is wrong. */
export function checkedInfo(text: string, path: string): ModelInfo {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return fail('invalid-data', `"${path}" is no JSON: ${(cause as Error).message}.`, { cause });
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  return fail('invalid-data', `"${path}" is not what Graft writes: ${issue?.path.join('.') || 'it'}: ${issue?.message}; export the model again.`);
}
