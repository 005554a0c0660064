// Composite ops as standard ONNX: runs on every device, and every other lowering is proved equal to it.
import type { Lowering } from '../lowering.ts';
import { Await } from './await.ts';
import * as conv from './conv.ts';
import * as globalPool from './global-pool.ts';
import * as indexing from './indexing.ts';
import * as norm from './norm.ts';
import * as pool from './pool.ts';
import * as recurrent from './recurrent.ts';
import * as resize from './resize.ts';
import * as stopGradient from './stop-gradient.ts';

export const plain: Lowering = { Await, ...conv, ...globalPool, ...indexing, ...norm, ...pool, ...recurrent, ...resize, ...stopGradient };
