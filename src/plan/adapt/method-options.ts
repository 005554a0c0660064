// Options of the method that `adapt` is asked for, as text -> values of the types that its records have. Called by the plan of adaptation.
import { fail } from '../../core/errors.ts';
import { type OptionRecord, type OptionRecords, resolveOptions } from '../../core/options.ts';
import { domainMethods } from '../../methods/domains/index.ts';
import { networkMethods } from '../../methods/networks/index.ts';
import type { AdaptOptions } from './adapt-options.ts';
import { isNetworkMethod, type Learners } from './learner.ts';

/** Values by name. */
export type MethodOptions = Readonly<Record<string, number | boolean | string>>;

/**
 * What `methodOptions` says of the method that was asked for; nothing where it is empty.
 * @throws GraftError `invalid-argument` where no method was named, and for what is no option of it, or no value of one.
 */
export function methodOptionsOf({ method, methodOptions: text }: Pick<AdaptOptions, 'method' | 'methodOptions'>, learners: Learners): MethodOptions {
  if (text.trim() === '') return {};
  if (method === 'auto') fail('invalid-argument', `\`methodOptions\` (="${text}") are those of one method; name it by \`method\`.`);
  const records = recordsOf(learners);
  const place = `method \`${method}\``;
  if (Object.keys(records).length === 0)
    fail('invalid-argument', `\`methodOptions\` (="${text}"): ${place}${learners.network ? ' of the network' : ''} has no options; leave them out.`);
  const given = new Map<string, number | boolean | string>();
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const at = part.indexOf('=');
    if (at < 1) fail('invalid-argument', `\`methodOptions\` (="${part}") must be option=value, such as ${Object.entries(records).map(like)[0]}.`);
    const name = part.slice(0, at).trim();
    if (given.has(name)) fail('invalid-argument', `\`methodOptions\` (="${text}") has \`${name}\` twice; give it once.`);
    given.set(name, parsed(part.slice(at + 1).trim(), Object.hasOwn(records, name) ? records[name] : undefined));
  }
  const options = Object.fromEntries(given);
  resolveOptions(records, options, place);
  return options;
}

const like = ([name, { default: value }]: [string, OptionRecord]) => `${name}=${value}`;

function recordsOf({ features, network = 'auto' }: Learners): OptionRecords {
  if (network !== 'auto') return isNetworkMethod(network) ? networkMethods[network].options : {};
  return features === 'auto' ? {} : domainMethods[features].options;
}

/** Of the record's type where the text is one; else the text itself, of which is told what it should be. */
function parsed(text: string, record: OptionRecord | undefined): number | boolean | string {
  const type = typeof record?.default;
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'number' && text !== '' && !Number.isNaN(Number(text))) return Number(text);
  return text;
}
