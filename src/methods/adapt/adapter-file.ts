// Adapters alone in a small file, and onto their base again. The layout is PEFT's: a safetensors file and a JSON beside it. Called by users.
import { basename } from 'node:path';
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import type { Tensor } from '../../core/tensor.ts';
import { VERSION } from '../../core/version.ts';
import { type Model, stateOf } from '../../nn/model.ts';
import { requireModel } from '../../nn/require-model.ts';
import { writeFiles } from '../../train/durable.ts';
import { bytesOf, hashOf } from '../../train/fingerprint.ts';
import { type Safetensors, writeSafetensors } from '../../train/safetensors.ts';
import { bitfit } from '../bitfit.ts';
import { doraBeside } from '../dora.ts';
import { ia3 } from '../ia3.ts';
import { loraBeside } from '../lora.ts';
import { adaptationOf } from './adapt.ts';
import { baseFacts, requireBase } from './adapter-base.ts';
import { configOf, type ReadConfig, readConfig } from './adapter-config.ts';
import { named, partOf, renaming, unnamed } from './adapter-names.ts';
import { CONFIG, filesOf, readAdapter } from './adapter-path.ts';
import { sharedSites, targetSites } from './targets.ts';

/**
 * Writes what was learnt and nothing else: the adapters of `model`, its head, and running statistics where training changed them. PEFT reads the file where
 * its model has modules of the same names; not that of BitFit, nor LoRA of convolutions in groups, which it has in another form. A checksum, hashes of the
 * base's weights, its operations and the names of the classes go with it.
 * @param path A folder, made where there is none, for `adapter_model.safetensors` and `adapter_config.json`, which PEFT needs; or a .safetensors file of
 *   another name, which holds all that Graft needs, so that several may lie in one folder.
 * @returns the file's bytes.
 * @throws GraftError `invalid-argument` for a model without adapters; `io` when it cannot be written: an earlier adapter then stays as it was.
 */
export async function saveAdapter(model: Model, path: string): Promise<number> {
  const adaptation = adaptationOf(model, 'saveAdapter');
  const files = filesOf(path);
  const before = stateOf(adaptation.base);
  const learnt = new Map(
    [...stateOf(model)].filter(([id, value]) => {
      const info = model.parameters.get(id);
      if (info) return !info.frozen;
      const was = before.get(id);
      return was !== undefined && !Buffer.from(bytesOf(was.data)).equals(bytesOf(value.data));
    }),
  );
  const modules = [...learnt.keys()].flatMap((id) => (partOf(id) ? [] : [id.slice(0, Math.max(0, id.lastIndexOf('.')))]));
  const config = `${JSON.stringify(configOf(adaptation, adaptation.base, [...new Set(modules)]), undefined, 2)}\n`;
  const tensors = named(learnt);
  const bytes = writeSafetensors(tensors, {
    format: 'pt',
    checksum: checksumOf(tensors),
    graft: VERSION,
    ...baseFacts(adaptation.base),
    adapter_config: config,
    ...(model.classes && { classes: JSON.stringify(model.classes) }),
  });
  // The tensors' file has the settings too: what Graft reads is of one piece even where a kill comes between the two.
  const written = new Map<string, Uint8Array | string>([[basename(files.tensors), bytes]]);
  if (!files.alone) written.set(CONFIG, config);
  await writeFiles(files.folder, written, path);
  return bytes.length;
}

/** What {@link loadAdapter} takes of a file, and of which base. */
export interface LoadAdapterOptions {
  /** Whether the head is taken too, where the file has one, of the same classes in the same order; default true. All before the head is taken. */
  readonly head?: boolean;
  /**
   * Whether the model must make its features by the operations of the base that the file was made for; default true. False for the same network as another
   * exporter wrote it: its weights are compared all the same.
   */
  readonly sameOperations?: boolean;
}

const KINDS: OptionKinds<LoadAdapterOptions> = { head: 'boolean', sameOperations: 'boolean' };

/**
 * Puts saved adapters beside the weights of the base that they were made for. Reads what `saveAdapter` and PEFT (LoRA, DoRA, (IA)3) write; modules may have
 * names before theirs that one side lacks. A file of PEFT says nothing of its base, so nothing is compared.
 * @param path As for {@link saveAdapter}.
 * @returns a model as `lora` and its like give it; `model` stays as it is.
 * @throws GraftError `io` when the file cannot be read; `invalid-checkpoint` when it is damaged, of another base, or of a kind that Graft does not read.
 */
export async function loadAdapter(model: Model, path: string, options: LoadAdapterOptions = {}): Promise<Model> {
  requireModel('loadAdapter', model);
  knownOptions(options, KINDS, 'loadAdapter');
  if (model.adaptation) {
    fail(
      'invalid-argument',
      `\`loadAdapter\` puts adapters beside a base's weights, but model \`${model.name}\` has adapters already (\`${model.adaptation.method}\`); give it the base as it was before.`,
    );
  }
  const { head = true, sameOperations = true } = options;
  const { file, source, config } = await readAdapter(path);
  requireWhole(file, source);
  const tensors = unnamed(file.tensors);
  requireFinite(tensors, source);
  const modules = [...new Set([...tensors.keys()].flatMap((id) => partOf(id)?.module ?? []))];
  const settings = config ? readConfig(config.text, config.source) : noSettings(modules, source);
  if (modules.length === 0 && settings.method !== 'bitfit') noAdapter(source);
  const known = sharedSites(model).map(({ name }) => name);
  const rename = modules.length > 0 ? renaming(modules, known, source, model.name) : (name: string) => name;
  requireBase(model, file, source, sameOperations);
  if (head) requireClasses(model, file, source);
  const adapted = adaptedBy(model, settings, modules, rename);
  fill(adapted, tensors, rename, source, head);
  return adapted;
}

function checksumOf(tensors: ReadonlyMap<string, Tensor>): string {
  const names = [...tensors.keys()].sort();
  return hashOf(...names.flatMap((name) => [name, bytesOf((tensors.get(name) as Tensor).data)]));
}

/** @throws GraftError `invalid-checkpoint` when the tensors are not those that `saveAdapter` wrote: PEFT's files have no checksum. */
function requireWhole({ tensors, metadata }: Safetensors, source: string): void {
  if (metadata.checksum === undefined || metadata.checksum === checksumOf(tensors)) return;
  fail('invalid-checkpoint', `${source} is damaged: its tensors are not those that were saved. Copy the file again, or save the adapter again.`);
}

function requireFinite(tensors: ReadonlyMap<string, Tensor>, source: string): void {
  for (const [name, { dtype, data }] of tensors) {
    const at = dtype === 'float32' ? (data as Float32Array).findIndex((value) => !Number.isFinite(value)) : -1;
    if (at >= 0)
      fail(
        'invalid-checkpoint',
        `${source}: value ${at} of \`${name}\` is ${data[at]}; its training diverged, or the file is damaged. Save it again.`,
      );
  }
}

function noSettings([module]: readonly string[], source: string): never {
  if (module === undefined) return noAdapter(source);
  return fail('invalid-checkpoint', `${source} adapts \`${module}\`, but no ${CONFIG} lies beside it to say how; put the one that PEFT wrote there.`);
}

function noAdapter(source: string): never {
  return fail(
    'invalid-checkpoint',
    `${source} holds no adapter: none of its tensors is called as PEFT calls theirs. If they are a model's weights, read them with \`loadStateFile\`, or with \`readState\` for \`carryOver\` and \`pourWeights\`.`,
  );
}

/** @throws GraftError `invalid-checkpoint` when the file's head gives scores of other classes than the model's, or in another order. */
function requireClasses({ name, classes }: Model, { metadata }: Safetensors, source: string): void {
  if (metadata.graft === undefined || metadata.classes === undefined || classes === undefined || metadata.classes === JSON.stringify(classes)) return;
  const theirs = classesIn(metadata.classes, source);
  const at = (classes.length > theirs.length ? classes : theirs).findIndex((_, i) => classes[i] !== theirs[i]);
  const shown = (list: readonly unknown[]) => (at < list.length ? `"${list[at]}"` : 'none');
  fail(
    'invalid-checkpoint',
    `${source} has a head for other classes than model \`${name}\`, or in another order: class ${at} is ${shown(theirs)} in the file and ${shown(classes)} in the model. Give \`replaceHead\` the file's ${theirs.length} classes in their order, or leave the file's head out with \`{ head: false }\`.`,
  );
}

function classesIn(text: string, source: string): readonly unknown[] {
  try {
    return Array.from(JSON.parse(text));
  } catch (cause) {
    return fail('invalid-checkpoint', `The metadata of ${source} holds no list of class names; the file is damaged.`, { cause });
  }
}

function adaptedBy(
  model: Model,
  { method, rank, alpha, dropout, feedForward }: ReadConfig,
  modules: readonly string[],
  rename: (name: string) => string,
): Model {
  const exactly = (names: readonly string[]) => names.map((name) => new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`));
  const targets = exactly(modules.map(rename));
  // PEFT takes ranks that no change can have, and so does what reads its files.
  const settings = { rank, alpha, dropout, seed: 0 };
  switch (method) {
    case 'lora':
      return loraBeside(model, targetSites(model, targets, method), settings);
    case 'dora':
      return doraBeside(model, targetSites(model, targets, method), settings);
    case 'ia3':
      return ia3(model, { targets, feedForward: exactly(modules.filter(feedForward).map(rename)) });
    case 'bitfit':
      return bitfit(model);
  }
}

/** Puts the tensors into the adapted model: all that learns before the head, running statistics that changed and, where it is wanted, the head. */
function fill(model: Model, tensors: ReadonlyMap<string, Tensor>, rename: (name: string) => string, source: string, head: boolean): void {
  const state = stateOf(model);
  const shared = new Set(model.groups.filter(({ kind }) => kind === 'shared').flatMap(({ members }) => members));
  const frozen = (id: string) => model.parameters.get(id)?.frozen === true;
  const missing = new Set([...shared].filter((id) => model.parameters.has(id) && !frozen(id)));
  for (const [name, value] of tensors) {
    const id = state.has(name) && !partOf(name) ? name : rename(name);
    if (!head && !partOf(name) && !shared.has(id)) continue;
    const own = state.get(id);
    if (!own) {
      const what = partOf(name) ? 'an adapter of another kind' : `a layer that model \`${model.name}\` does not have in its head`;
      fail(
        'invalid-checkpoint',
        `${source} holds \`${name}\`, ${what}. Give the model the same head, or leave the file's out with \`{ head: false }\`.`,
      );
    }
    if (frozen(id)) {
      fail(
        'invalid-checkpoint',
        `${source} holds \`${name}\`, which lies before the head of model \`${model.name}\`: besides adapters, Graft reads weights of the head alone. Merge the adapter with PEFT, and load that model.`,
      );
    }
    if (own.dtype !== value.dtype || own.dims.join() !== value.dims.join()) {
      const grouped = partOf(name) && value.dims.length === 4 && (value.dims[1] as number) > (own.dims[1] as number);
      const remedy = grouped
        ? " Of a convolution in groups PEFT's A reads all channels, which no weight of that layer can hold; leave such layers out of PEFT's `target_modules`."
        : '';
      fail(
        'invalid-checkpoint',
        `${source}: \`${name}\` is ${value.dtype} [${value.dims.join(', ')}], but ${own.dtype} [${own.dims.join(', ')}] in model \`${model.name}\`.${remedy}`,
      );
    }
    (own.data as Float32Array).set(value.data as Float32Array);
    missing.delete(id);
  }
  const [lost] = missing;
  if (lost !== undefined) fail('invalid-checkpoint', `${source} lacks \`${lost}\`, which this kind of adapter has; the file is not whole.`);
}
