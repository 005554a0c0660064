// Entry of the engine's thread: one engine, driven by messages. Started by trainer.ts.
import { fail } from '../core/errors.ts';
import { transferred } from '../runtime/rpc.ts';
import { serve } from '../runtime/worker-host.ts';
import { Engine, type EngineSetup, type EngineState, type ProgramSetup, type StepRequest } from './engine.ts';

let engine: Engine | undefined;
const opened = (): Engine => engine ?? fail('internal', 'The engine was not opened.');

const handlers = {
  open: async (setup: EngineSetup) => {
    engine = await Engine.open(setup);
    return engine.info;
  },
  prepare: (setup: ProgramSetup) => opened().prepare(setup),
  drop: (key: string) => opened().drop(key),
  step: (request: StepRequest) => opened().step(request),
  evaluate: (request: Parameters<Engine['evaluate']>[0]) => opened().evaluate(request),
  findNotFinite: (request: Parameters<Engine['findNotFinite']>[0]) => opened().findNotFinite(request),
  snapshot: () => {
    const state = opened().snapshot();
    const { parameters, buffers, slots, ema } = state;
    return transferred(
      state,
      [parameters, buffers, ...slots, ...(ema ? [ema] : [])].map((values) => values.buffer),
    );
  },
  restore: (state: EngineState) => opened().restore(state),
  release: () => opened().close(),
};

export type EngineHandlers = typeof handlers;

serve(handlers);
