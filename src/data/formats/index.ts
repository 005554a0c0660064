// The one table of data formats: each has a file of its own, and a line here. A name's ending is looked up in this order, and so are first bytes.
import type { Format } from '../reading/format.ts';
import { arrow } from './arrow.ts';
import { csv } from './csv.ts';
import { huggingFace } from './hugging-face.ts';
import { idx } from './idx.ts';
import { imageFolder } from './image-folder.ts';
import { json } from './json.ts';
import { jsonl } from './jsonl.ts';
import { npy } from './npy.ts';
import { npz } from './npz.ts';
import { parquet } from './parquet.ts';
import { svmlight } from './svmlight.ts';
import { tar } from './tar.ts';
import { zip } from './zip.ts';

/** All formats. */
export const formats: readonly Format[] = [idx, huggingFace, imageFolder, npy, npz, parquet, arrow, zip, tar, jsonl, json, svmlight, csv];
