// An adapter's settings <-> the JSON that PEFT keeps beside its files. Called when adapters are saved and loaded.
import { fail } from '../../core/errors.ts';
import type { Adaptation, Model } from '../../nn/model.ts';
import { settingsIn } from './adapter-path.ts';
import { sitesOf } from './sites.ts';

/** What PEFT calls a method, and what of it is read. */
export interface AdapterConfig {
  readonly peft_type: string;
  readonly base_model_name_or_path?: string | null;
  readonly target_modules?: readonly string[] | string | null;
  readonly feedforward_modules?: readonly string[] | string | null;
  readonly modules_to_save?: readonly string[] | null;
  readonly r?: number;
  readonly lora_alpha?: number;
  readonly lora_dropout?: number;
  readonly use_dora?: boolean;
  readonly use_rslora?: boolean;
  readonly bias?: string;
  readonly [key: string]: unknown;
}

/** What an adapter is made with again. */
export interface ReadConfig {
  readonly method: 'lora' | 'dora' | 'ia3' | 'bitfit';
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  /** Whether a module's input is scaled. */
  readonly feedForward: (module: string) => boolean;
}

/** PEFT knows no BitFit; a file of it is for Graft alone. */
const TYPES = { lora: 'LORA', dora: 'LORA', ia3: 'IA3', bitfit: 'BITFIT' } as const;
/** LoRA of a convolution in groups, where each group is read by the same A: PEFT's A reads all channels, so it must not take such a file for its own. */
const GROUPED = 'GROUPED_LORA';

/** What makes something else of LoRA where it is set. */
const UNREAD = [
  'alora_invocation_tokens',
  'kasa_config',
  'layer_replication',
  'lora_bias',
  'target_parameters',
  'trainable_token_indices',
  'use_bdlora',
  'use_qalora',
  'velora_config',
] as const;

/** @param saved modules of the model itself that are in the file. */
export function configOf({ method, settings, modules }: Adaptation, base: Model, saved: readonly string[]): AdapterConfig {
  const common = {
    base_model_name_or_path: base.name,
    inference_mode: true,
    modules_to_save: saved,
    peft_type: TYPES[method as keyof typeof TYPES] ?? fail('internal', `No file is known for \`${method}\`.`),
    target_modules: modules,
    task_type: null,
    fan_in_fan_out: false,
  };
  if (method === 'bitfit') return common;
  if (method === 'ia3')
    return {
      ...common,
      feedforward_modules: String(settings.feedForward ?? '')
        .split(',')
        .filter(Boolean),
      init_ia3_weights: true,
    };
  const grouped = sitesOf(base).some(({ name, groups }) => groups > 1 && modules.includes(name));
  return {
    ...common,
    ...(grouped && { peft_type: GROUPED }),
    r: Number(settings.rank),
    lora_alpha: Number(settings.alpha),
    lora_dropout: Number(settings.dropout),
    use_dora: method === 'dora',
    use_rslora: false,
    bias: 'none',
    init_lora_weights: true,
  };
}

/** @throws GraftError `invalid-checkpoint` for what Graft does not do, naming it. */
export function readConfig(text: string, source: string): ReadConfig {
  const config = settingsIn(text, source) as AdapterConfig;
  const refuse = (what: string): never => fail('invalid-checkpoint', `${source}: ${what}`);
  const {
    peft_type: type,
    r,
    lora_alpha: alpha,
    lora_dropout: dropout = 0,
    use_dora,
    use_rslora,
    bias = 'none',
    feedforward_modules: inner,
  } = config;
  const plain = { rank: 1, alpha: 1, dropout: 0, feedForward: namedBy(inner) };
  if (type === 'BITFIT') return { ...plain, method: 'bitfit' };
  if (type === 'IA3') return { ...plain, method: 'ia3' };
  if (type === undefined) return refuse('there is no `peft_type`, so it is not the configuration of an adapter.');
  if (type !== 'LORA' && type !== GROUPED) return refuse(`\`peft_type\` (="${type}") is none of LORA, IA3 and BITFIT, which Graft reads.`);
  if (typeof r !== 'number' || typeof alpha !== 'number') return refuse('`r` and `lora_alpha` must be numbers.');
  if (bias !== 'none') return refuse(`\`bias\` (="${bias}") must be "none": Graft's LoRA leaves biases as they are.`);
  for (const key of ['rank_pattern', 'alpha_pattern']) {
    if (Object.keys(Object(config[key])).length > 0) return refuse(`\`${key}\` gives layers ranks of their own, which Graft does not read.`);
  }
  const other = UNREAD.find((key) => config[key] !== null && config[key] !== undefined && config[key] !== false);
  if (other) return refuse(`\`${other}\` (=${JSON.stringify(config[other])}) makes a kind of LoRA that Graft does not read.`);
  const start = config.init_lora_weights;
  if (typeof start === 'string' && /^(?:pissa|olora|corda|loftq)/i.test(start))
    return refuse(`\`init_lora_weights\` (="${start}") changed the base's weights; convert the adapter to plain LoRA with PEFT first.`);
  // Stabilised LoRA divides by the root of the rank.
  return { ...plain, method: use_dora ? 'dora' : 'lora', rank: r, alpha: use_rslora ? alpha * Math.sqrt(r) : alpha, dropout };
}

/** PEFT names modules whole or by their ends, or by one regular expression. */
function namedBy(names: readonly string[] | string | null | undefined): (module: string) => boolean {
  if (typeof names === 'string') return (module) => new RegExp(`^(?:${names})$`).test(module);
  return (module) => (names ?? []).some((name) => module === name || module.endsWith(`.${name}`));
}
