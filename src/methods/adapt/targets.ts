// Names and patterns -> the layers that an adapter is put beside. Called by the adapters.
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import { type Model, parametersOf } from '../../nn/model.ts';
import { globMatcher } from '../carry-over/select.ts';
import { isDepthwise, type Site, sitesOf } from './sites.ts';

/**
 * Names of modules, or patterns of them: `query` and `attention.self.query` take all modules that end so, `encoder.layer.0` all within that; `*` and `?`
 * stand for characters within a name, `**` for any number of names. One that begins with `!` takes away again.
 */
export type Targets = readonly (string | RegExp)[];

/** Layers of the groups that are shared: a head learns as it is. */
export function sharedSites(model: Model): Site[] {
  const names = model.groups.filter(({ kind }) => kind === 'shared').map(({ name }) => name);
  const shared = new Set(parametersOf(model, names));
  return sitesOf(model).filter(({ weight }) => shared.has(weight.id ?? ''));
}

/**
 * Those that `targets` take; where there are none, all but depthwise convolutions.
 * @param option what the targets were given as.
 * @throws GraftError `invalid-argument` when a target takes nothing, there is none in the list, or the model has no layer to adapt.
 */
export function targetSites(model: Model, targets: Targets | undefined, place: string, option = 'targets'): Site[] {
  const sites = sharedSites(model);
  if (targets?.length === 0)
    fail(
      'invalid-argument',
      `\`${option}\` of \`${place}\` is an empty list; name a layer in it, or leave it out for those that the method takes by itself.`,
    );
  if (targets === undefined) {
    const all = sites.filter((site) => !isDepthwise(site));
    if (all.length > 0) return all;
    return fail(
      'invalid-argument',
      `\`${place}\` finds no layer before the head of model \`${model.name}\` whose weight it could adapt; use \`full\`.`,
    );
  }
  const matchers = targets.map((target) => {
    const excludes = typeof target === 'string' && target.startsWith('!');
    // Of a pattern with flags `g` or `y`, `test` would go on where it left off in the name before.
    const matches = typeof target === 'string' ? matcherOf(excludes ? target.slice(1) : target) : (name: string) => name.search(target) >= 0;
    if (!sites.some(({ name }) => matches(name))) {
      const names = sites.map(({ name }) => name);
      const remedy = suggest(String(target), [...new Set([...names, ...names.map((name) => name.split('.').at(-1) ?? name)])]);
      fail(
        'invalid-argument',
        `\`${option}\` of \`${place}\`: "${String(target)}" matches no layer before the head of model \`${model.name}\`; ${remedy}`,
      );
    }
    return { excludes, matches };
  });
  const included = matchers.filter(({ excludes }) => !excludes);
  const taken = sites.filter(({ name }) => {
    if (matchers.some(({ excludes, matches }) => excludes && matches(name))) return false;
    return included.length === 0 || included.some(({ matches }) => matches(name));
  });
  if (taken.length > 0) return taken;
  return fail('invalid-argument', `\`${option}\` of \`${place}\` take away all that they name; leave some layer of model \`${model.name}\`.`);
}

function matcherOf(target: string): (name: string) => boolean {
  const matcher = globMatcher(`**/${target.replaceAll('.', '/')}`);
  return (name) => matcher.test(name.replaceAll('.', '/'));
}

/** Targets written in one text, apart by commas; none where it is empty, for those that a method takes by itself. */
export function targetsIn(text: string): string[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const named = parts.filter((part) => part !== '');
  return named.length > 0 ? named : undefined;
}
