// Entry of the engine's thread: one engine, driven by messages. Started by trainer.ts.
import { fail } from '../core/errors.ts';
import { discard } from '../runtime/discard.ts';
import { buffersOf, transferred } from '../runtime/rpc.ts';
import { serve } from '../runtime/worker-host.ts';
import { Engine, type EngineSetup, type EngineState, type ProgramSetup, type StepRequest } from './engine.ts';

let engine: Engine | undefined;
const opened = (): Engine => engine ?? fail('internal', 'The engine was not opened.');
const valuesOf = ({ parameters, buffers, slots, ema }: EngineState) =>
  [parameters, buffers, ...slots, ...(ema ? [ema] : [])].map((values) => values.buffer);

const handlers = {
  open: async (setup: EngineSetup) => {
    engine = await Engine.open(setup);
    return engine.info;
  },
  prepare: async (setup: ProgramSetup) => {
    await opened().prepare(setup);
    discard([setup.model.buffer]);
  },
  drop: (key: string) => opened().drop(key),
  step: async (request: StepRequest) => {
    const result = await opened().step(request);
    // What a request brings is this thread's alone.
    discard(buffersOf(request.feeds));
    return result;
  },
  evaluate: async (request: Parameters<Engine['evaluate']>[0]) => {
    const outputs = await opened().evaluate(request);
    discard(buffersOf(request.feeds));
    return transferred(outputs, buffersOf(outputs));
  },
  findNotFinite: (request: Parameters<Engine['findNotFinite']>[0]) => opened().findNotFinite(request),
  learnt: () => {
    const learnt = opened().learnt();
    return transferred(learnt, [learnt.parameters.buffer, learnt.buffers.buffer]);
  },
  snapshot: () => {
    const state = opened().snapshot();
    return transferred(state, valuesOf(state));
  },
  restore: (state: EngineState) => {
    opened().restore(state);
    discard(valuesOf(state));
  },
  release: async () => {
    await opened().close();
    engine = undefined;
  },
};

export type EngineHandlers = typeof handlers;

serve(handlers);
