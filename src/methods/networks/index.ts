// All methods of domain adaptation that train a network by name: one for each file of this folder, under the file's name; a test holds the two together.
import { adabn } from './adabn.ts';
import { adda } from './adda.ts';
import { bnm } from './bnm.ts';
import { cdan } from './cdan.ts';
import { consistency } from './consistency.ts';
import { dan } from './dan.ts';
import { dann } from './dann.ts';
import { deepCoral } from './deep-coral.ts';
import { deepJdot } from './deep-jdot.ts';
import { dirtT } from './dirt-t.ts';
import { mcc } from './mcc.ts';
import { mcd } from './mcd.ts';
import { meanTeacher } from './mean-teacher.ts';
import { mme } from './mme.ts';
import type { NetworkMethodName } from './names.ts';
import { pada } from './pada.ts';
import type { NetworkMethod } from './pieces/network-method.ts';
import { shot } from './shot.ts';
import { sourceOnly } from './source-only.ts';
import { tent } from './tent.ts';
import { vada } from './vada.ts';

/** Ways to train a network for a target without labels on a source with them: each a record of its paper and its options. */
export const networkMethods = {
  adabn,
  adda,
  bnm,
  cdan,
  consistency,
  dan,
  dann,
  'deep-coral': deepCoral,
  'deep-jdot': deepJdot,
  'dirt-t': dirtT,
  mcc,
  mcd,
  'mean-teacher': meanTeacher,
  mme,
  pada,
  shot,
  'source-only': sourceOnly,
  tent,
  vada,
} satisfies Record<NetworkMethodName, NetworkMethod>;
