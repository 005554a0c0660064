// What is known of a backbone, as data: `record.json` of its package, or drawn from the files of a Hugging Face folder. Called by `loadBackbone`.
import { z } from 'zod';
import { GraftError } from '../core/errors.ts';
import type { ImageInput } from '../data/images/image-input.ts';

/** A vision model's input: its name in the graph, and how photos become it. */
export interface ImageRecord extends ImageInput {
  readonly kind: 'image';
  readonly name: string;
}

/** A text model's inputs. */
export interface TextRecord {
  readonly kind: 'text';
  /** Names in the graph of the token ids, of the mask of real tokens and of the types, `int64 [N, L]`; some models have no types. */
  readonly ids: string;
  readonly mask: string;
  readonly types?: string | undefined;
  /** File of the tokeniser. */
  readonly tokenizer: string;
  /** Longest row in tokens. */
  readonly maxLength: number;
}

/** Where a backbone comes from, what it reads, and what is what in its graph. */
export interface BackboneRecord {
  readonly name: string;
  readonly model: { readonly file: string; readonly sha256?: string | undefined; readonly bytes?: number | undefined };
  readonly input: ImageRecord | TextRecord;
  /** Output of the graph that a task reads: `logits`, `last_hidden_state`. Default: the graph's own. */
  readonly output?: string | undefined;
  /** Value that a new head reads; default: what is found before the classifier. */
  readonly features?: string | undefined;
  /** Length of a feature vector. */
  readonly width?: number | undefined;
  /** How the vectors of a text's tokens become one; default mean. */
  readonly pooling?: 'mean' | 'first' | undefined;
  /** Whether that vector is scaled to length 1. */
  readonly unitLength?: boolean | undefined;
  /** File with the class names of the classifier that comes with it. */
  readonly labels?: string | undefined;
  /** Blocks in the order of the graph, the head last. */
  readonly groups?: readonly string[] | undefined;
  readonly licence?: string | undefined;
  readonly source?:
    | {
        readonly package: string;
        readonly file: string;
        readonly sha256: string;
        readonly architecture: string;
        readonly trainedOn: string;
      }
    | undefined;
  readonly papers?: readonly { readonly title: string; readonly authors: string; readonly year: number; readonly url: string }[] | undefined;
}

const side = z.int().positive();
const size = z.tuple([side, side]);

const image = z.strictObject({
  kind: z.literal('image'),
  name: z.string(),
  resize: z.union([z.strictObject({ shorterSide: side }), z.strictObject({ size })]).optional(),
  crop: size.optional(),
  cropRounding: z.enum(['even', 'down']).optional(),
  interpolation: z.enum(['nearest', 'bilinear', 'bicubic', 'lanczos']).optional(),
  rescale: z.number().positive().optional(),
  mean: z.array(z.number()).optional(),
  std: z.array(z.number().positive()).optional(),
  channels: z.enum(['rgb', 'bgr']).optional(),
});

const text = z.strictObject({
  kind: z.literal('text'),
  ids: z.string(),
  mask: z.string(),
  types: z.string().optional(),
  tokenizer: z.string(),
  maxLength: side,
});

const schema = z.strictObject({
  name: z.string(),
  model: z.strictObject({ file: z.string(), sha256: z.string().optional(), bytes: z.int().optional() }),
  input: z.discriminatedUnion('kind', [image, text]),
  output: z.string().optional(),
  features: z.string().optional(),
  width: side.optional(),
  pooling: z.enum(['mean', 'first']).optional(),
  unitLength: z.boolean().optional(),
  labels: z.string().optional(),
  groups: z.array(z.string()).optional(),
  licence: z.string().optional(),
  source: z.strictObject({ package: z.string(), file: z.string(), sha256: z.string(), architecture: z.string(), trainedOn: z.string() }).optional(),
  papers: z.array(z.strictObject({ title: z.string(), authors: z.string(), year: z.int(), url: z.string() })).optional(),
}) satisfies z.ZodType<BackboneRecord>;

/** A record out of parsed JSON. @throws GraftError `invalid-data` naming the fields that are wrong and the file they are in. */
export function backboneRecord(json: unknown, place: string): BackboneRecord {
  return checked(schema, json, place);
}

/** `json` if it is what `expected` says. @throws GraftError `invalid-data` naming the fields that are wrong and the file they are in. */
export function checked<T>(expected: z.ZodType<T>, json: unknown, place: string): T {
  const { success, data, error } = expected.safeParse(json);
  if (success) return data;
  const problems = error.issues.slice(0, 5).map(({ path, message }) => `\`${path.join('.') || 'the whole'}\`: ${message}`);
  throw new GraftError('invalid-data', `${place} is not as expected: ${problems.join('; ')}.`, { cause: error });
}
