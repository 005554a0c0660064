// The engine: parameters, optimiser and sessions in one thread. It runs steps and evaluations; what to run when is decided by `fit`.
import { fail } from '../core/errors.ts';
import { allFinite, notFiniteIn } from '../core/finite.ts';
import type { Tensor } from '../core/tensor.ts';
import { blockSizeOf } from '../lower/blocked/block-size.ts';
import { globalNorm } from '../nn/clip.ts';
import { averageInput, updateEma } from '../nn/ema.ts';
import { type OptimiserName, type OptimiserSettings, optimiser } from '../nn/optimisers/index.ts';
import { type Device, type DeviceName, openDevice } from '../runtime/device.ts';
import { createSession, type Session } from '../runtime/session.ts';
import { tooManyThreads } from '../runtime/threads.ts';
import { FlatStore, layOut, type Place, type Slot } from './flat-store.ts';

/** How one parameter learns. */
export interface TrainableSlot extends Slot {
  readonly lrMultiplier: number;
  /** Weight decay applies. */
  readonly decay: boolean;
}

export interface EngineSetup {
  readonly device: 'auto' | DeviceName;
  readonly threads?: number | undefined;
  readonly parameters: readonly TrainableSlot[];
  readonly buffers: readonly Slot[];
  readonly optimiser: { readonly name: OptimiserName; readonly settings: OptimiserSettings };
  /** Decay of the moving average of the parameters; none without it. */
  readonly ema?: number | undefined;
  /** Updates add up the gradients of several micro-batches. */
  readonly accumulate?: boolean | undefined;
}

/** What was opened: recorded with a run, because results repeat bit for bit only where all of it is the same. */
export interface EngineInfo {
  readonly device: DeviceName;
  readonly runtime: string;
  readonly threads: number;
  /** Channels in a block of the blocked layout; left out where programs are plain. */
  readonly block?: number | undefined;
  readonly notes: readonly string[];
}

/** A compiled graph and how its inputs and outputs are wired to the stores. */
export interface ProgramSetup {
  readonly key: string;
  readonly model: Uint8Array<ArrayBuffer>;
  /** Parameters that are inputs of the graph, under their ids. */
  readonly parameters: readonly string[];
  readonly buffers: readonly string[];
  /** Parameters whose moving average is an input, under the name that `averageInput` gives. */
  readonly averages: readonly string[];
  /** Parameters whose gradient is output `d:<id>`. Empty for an evaluation. */
  readonly gradients: readonly string[];
  /** Buffers whose next value is output `next:<id>`. */
  readonly updates: readonly string[];
}

export interface StepRequest {
  readonly key: string;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** First micro-batch of an update: gradients start anew. */
  readonly first: boolean;
  /** Last one: apply the update with these. */
  readonly apply?: { readonly lr: number; readonly clipNorm?: number | undefined };
}

export interface StepResult {
  /** Sum of the loss over the micro-batch, and what to divide it by. */
  readonly loss: number;
  readonly weight: number;
  readonly penalty: number;
  /** Global norm of the gradient of the whole update, before clipping; when applied. */
  readonly gradNorm?: number;
  /**
   * What was NaN or infinite: `loss`, the mean by a `weight` of 0, the id of a parameter by its gradient, or in words what the update left so.
   * No later update is made then, and unless it is the last of these, neither was this one.
   */
  readonly notFinite?: 'loss' | 'weight' | { readonly gradient: string } | { readonly left: string };
}

/** The first output of a program that holds NaN or infinity. */
export interface NotFinite {
  readonly output: string;
  readonly value: number;
  /** How many of its values are not finite. */
  readonly count: number;
}

/** What a model takes over: its parameters, or their moving average, and its running statistics. */
export interface Learnt {
  readonly parameters: Float32Array<ArrayBuffer>;
  readonly buffers: Float32Array<ArrayBuffer>;
}

/** Everything that a step changes. */
export interface EngineState extends Learnt {
  readonly slots: readonly Float32Array<ArrayBuffer>[];
  readonly ema?: Float32Array<ArrayBuffer> | undefined;
  /** Updates applied so far. */
  readonly updates: number;
}

/** What a model takes over from a state. */
export function learntOf({ parameters, buffers, ema }: EngineState): Learnt {
  return { parameters: ema ?? parameters, buffers };
}

interface Program extends Omit<ProgramSetup, 'model'> {
  readonly session: Session;
  readonly gradientViews: Readonly<Record<string, Tensor>>;
  readonly scratchViews: Readonly<Record<string, Tensor>>;
}

/** Numbers that are kept of each one that learns: its value, its gradient and that of a micro-batch, what the optimiser remembers, a moving average. */
export function storesOf(slots: number, { ema, accumulate = false }: Pick<EngineSetup, 'ema' | 'accumulate'>): number {
  return 2 + (accumulate ? 1 : 0) + slots + (ema === undefined ? 0 : 1);
}

export class Engine {
  readonly info: EngineInfo;
  readonly #device: Device;
  readonly #setup: EngineSetup;
  readonly #parameters: FlatStore;
  readonly #buffers: FlatStore;
  readonly #nextBuffers: FlatStore;
  readonly #gradients: FlatStore;
  /** Gradients of one micro-batch, where several are added up. */
  readonly #scratch: FlatStore | undefined;
  readonly #slots: readonly FlatStore[];
  readonly #ema: FlatStore | undefined;
  readonly #optimiser: ReturnType<typeof optimiser>;
  readonly #programs = new Map<string, Program>();
  #updates = 0;
  #weight = 0;
  /** Why no more updates are made. */
  #halted: StepResult | undefined;

  static async open(setup: EngineSetup): Promise<Engine> {
    const { device, notes } = await openDevice(setup.device);
    return new Engine(setup, device, await blockSizeOf(device), notes);
  }

  private constructor(setup: EngineSetup, device: Device, block: number | undefined, notes: readonly string[]) {
    this.#setup = setup;
    this.#device = device;
    const crowded = setup.threads === undefined ? undefined : tooManyThreads(setup.threads);
    this.info = {
      device: device.name,
      runtime: `${device.runtime} ${device.version}`,
      threads: setup.threads ?? device.defaultThreads,
      ...(block !== undefined && { block }),
      notes: crowded === undefined ? notes : [...notes, crowded],
    };
    this.#optimiser = optimiser(setup.optimiser.name, setup.optimiser.settings);
    const slots = this.#optimiser.slots.length;
    const stores = FlatStore.joint(layOut(setup.parameters), storesOf(slots, setup));
    [this.#parameters, this.#gradients] = stores as [FlatStore, FlatStore];
    this.#slots = stores.slice(2, 2 + slots);
    this.#scratch = setup.accumulate ? stores[2 + slots] : undefined;
    this.#ema = setup.ema === undefined ? undefined : stores.at(-1);
    [this.#buffers, this.#nextBuffers] = FlatStore.joint(layOut(setup.buffers), 2) as [FlatStore, FlatStore];
  }

  /** Compiles a program; one of the same key is kept as it is. */
  async prepare(setup: ProgramSetup): Promise<void> {
    if (this.#programs.has(setup.key)) return;
    const session = await createSession(setup.model, { device: this.#device, threads: this.info.threads });
    const views = (store: FlatStore | undefined) => Object.fromEntries(store ? setup.gradients.map((id) => [`d:${id}`, store.view(id)]) : []);
    const { model: _, ...rest } = setup;
    this.#programs.set(setup.key, { ...rest, session, gradientViews: views(this.#gradients), scratchViews: views(this.#scratch) });
  }

  /** Gives up a program. */
  async drop(key: string): Promise<void> {
    const program = this.#programs.get(key);
    this.#programs.delete(key);
    await program?.session.release();
  }

  /** Runs one micro-batch forward and backward and, at the last of an update, applies it. */
  async step({ key, feeds, first, apply }: StepRequest): Promise<StepResult> {
    if (this.#halted) return this.#halted;
    const program = this.#program(key);
    const scratch = first ? undefined : (this.#scratch ?? fail('internal', 'The engine was opened for updates of one micro-batch.'));
    const updates = Object.fromEntries(program.updates.map((id) => [`next:${id}`, this.#nextBuffers.view(id)]));
    const gradients = scratch ? program.scratchViews : program.gradientViews;
    const outputs = await program.session.run(this.#feeds(program, feeds), { ...gradients, ...updates }, ['loss', 'weight', 'penalty']);
    const loss = scalar(outputs.loss);
    const weight = scalar(outputs.weight);
    const penalty = scalar(outputs.penalty);
    if (!Number.isFinite(loss + penalty)) {
      this.#halted = { loss, weight, penalty, notFinite: 'loss' };
      return this.#halted;
    }
    if (!scratch) this.#weight = weight;
    else {
      this.#weight += weight;
      const [sum, part] = [this.#gradients.values, scratch.values];
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
    }
    if (apply && this.#weight === 0) {
      this.#halted = { loss, weight, penalty, notFinite: 'weight' };
      return this.#halted;
    }
    const gradNorm = apply && globalNorm(this.#gradients.values) / this.#weight;
    if (gradNorm !== undefined && !Number.isFinite(gradNorm)) {
      this.#halted = { loss, weight, penalty, gradNorm, notFinite: { gradient: this.#worstGradient() } };
      return this.#halted;
    }
    for (const id of program.updates) this.#buffers.view(id).data.set(this.#nextBuffers.view(id).data);
    const finite = apply === undefined || gradNorm === undefined || this.#update(apply, gradNorm);
    const result = { loss, weight, penalty, ...(gradNorm !== undefined && { gradNorm }) };
    const left = this.#leftNotFinite(program.updates.length > 0, finite);
    if (left !== undefined) this.#halted = { ...result, notFinite: { left } };
    return this.#halted ?? result;
  }

  /** @returns whether all that it leaves is finite. */
  #update({ lr, clipNorm }: { lr: number; clipNorm?: number | undefined }, gradNorm: number): boolean {
    const clip = clipNorm !== undefined && gradNorm > clipNorm ? clipNorm / gradNorm : 1;
    const scale = clip / this.#weight;
    this.#updates++;
    const slots = this.#slots.map(({ values }) => values);
    let finite = true;
    this.#parameters.places.forEach(({ from, to }: Place, i) => {
      const { lrMultiplier, decay } = this.#setup.parameters[i] as TrainableSlot;
      if (lrMultiplier === 0) return;
      const update = { lr: lr * lrMultiplier, step: this.#updates, decay, scale, from, to };
      finite = this.#optimiser.update(this.#parameters.values, this.#gradients.values, slots, update) && finite;
    });
    // An average of finite values is finite.
    if (this.#ema && this.#setup.ema !== undefined) updateEma(this.#ema.values, this.#parameters.values, this.#setup.ema, this.#updates);
    return finite;
  }

  /** What of the state is NaN or infinite, in words; running statistics that moved are looked at, and the rest unless it is known to be `finite`. */
  #leftNotFinite(moved: boolean, finite: boolean): string | undefined {
    const first = (what: (id: string) => string, { places, values }: FlatStore) => {
      for (const { id, dims, from, to } of places) {
        const bad = notFiniteIn(values.subarray(from, to));
        if (bad) return `${bad.value} in ${bad.count} of the ${to - from} values [${dims.join(', ')}] of ${what(id)}`;
      }
      return undefined;
    };
    const statistic = moved ? first((id) => `the running statistic \`${id}\``, this.#buffers) : undefined;
    if (statistic !== undefined || finite) return statistic;
    return (
      first((id) => `parameter \`${id}\``, this.#parameters) ??
      this.#slots
        .map((slot, i) => first((id) => `the optimiser's \`${this.#optimiser.slots[i]}\` of parameter \`${id}\``, slot))
        .find((words) => words !== undefined)
    );
  }

  /** Id of the last parameter in the model, which is the first in the backward pass, whose gradient is not finite; else of the largest gradient. */
  #worstGradient(): string {
    const { places, values } = this.#gradients;
    const bad = places.findLast(({ from, to }) => !allFinite(values.subarray(from, to)));
    const norm = ({ from, to }: Place) => globalNorm(values.subarray(from, to));
    return (bad ?? places.reduce((a, b) => (norm(a) >= norm(b) ? a : b))).id;
  }

  /** The first output in `outputs` that is not finite, on the current parameters. */
  async findNotFinite({
    key,
    feeds,
    outputs,
  }: {
    key: string;
    feeds: Readonly<Record<string, Tensor>>;
    outputs: readonly string[];
  }): Promise<NotFinite | undefined> {
    const program = this.#program(key);
    const results = await program.session.run(this.#feeds(program, feeds));
    for (const output of outputs) {
      const bad = notFiniteIn((results[output] as Tensor).data as Float32Array);
      if (bad) return { output, ...bad };
    }
    return undefined;
  }

  /** Runs a program on the current parameters, or on their moving average, and returns all its outputs. */
  async evaluate({ key, feeds, ema }: { key: string; feeds: Readonly<Record<string, Tensor>>; ema: boolean }): Promise<Record<string, Tensor>> {
    const program = this.#program(key);
    return program.session.run(this.#feeds(program, feeds, ema && this.#ema ? this.#ema : this.#parameters));
  }

  #feeds(program: Program, feeds: Readonly<Record<string, Tensor>>, parameters = this.#parameters): Record<string, Tensor> {
    const all: Record<string, Tensor> = { ...feeds };
    for (const id of program.parameters) all[id] = parameters.view(id);
    for (const id of program.buffers) all[id] = this.#buffers.view(id);
    for (const id of program.averages) all[averageInput(id)] = (this.#ema ?? fail('internal', 'The engine keeps no moving average.')).view(id);
    return all;
  }

  #program(key: string): Program {
    return this.#programs.get(key) ?? fail('internal', `No program \`${key}\` was prepared.`);
  }

  /** A copy of what has been learnt: of the moving average of the parameters where there is one. */
  learnt(): Learnt {
    return { parameters: (this.#ema ?? this.#parameters).values.slice(), buffers: this.#buffers.values.slice() };
  }

  /** A copy of everything that steps change. */
  snapshot(): EngineState {
    return {
      parameters: this.#parameters.values.slice(),
      buffers: this.#buffers.values.slice(),
      slots: this.#slots.map(({ values }) => values.slice()),
      ...(this.#ema && { ema: this.#ema.values.slice() }),
      updates: this.#updates,
    };
  }

  /** Puts a snapshot back. A moving average that it lacks starts at the parameters. */
  restore(state: EngineState): void {
    this.#parameters.values.set(state.parameters);
    this.#buffers.values.set(state.buffers);
    this.#slots.forEach(({ values }, i) => {
      const saved = state.slots[i];
      if (saved) values.set(saved);
      else values.fill(0);
    });
    this.#ema?.values.set(state.ema ?? state.parameters);
    this.#updates = state.updates;
    this.#halted = undefined;
  }

  async close(): Promise<void> {
    for (const { session } of this.#programs.values()) await session.release();
    this.#programs.clear();
  }
}

function scalar(value: Tensor | undefined): number {
  return Number(value?.data[0] ?? fail('internal', 'A program lacks one of its outputs.'));
}
