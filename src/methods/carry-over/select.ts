// Names and globs over `/` paths -> which tensors may be carried over and which must be. Called by `carryOver`.
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';

export interface Selection {
  /** Whether the tensor at `path` may be carried over. */
  has(path: string): boolean;
  /** Whether it was named without wildcards, so that it must be. */
  requires(path: string): boolean;
}

/**
 * Reads patterns over paths such as `block1/conv/weight`: `*` and `?` stand for characters within a name, `**` for any number of names. A pattern
 * takes what it matches and everything in it; one that begins with `!` takes that away again. Only such ones: all others are selected.
 * @throws GraftError `invalid-argument` for a pattern that matches none of `paths`, suggesting the nearest.
 */
export function selection(patterns: readonly string[], paths: readonly string[], place: string): Selection {
  if (patterns.length === 0) fail('invalid-argument', `\`select\` is empty; name layers of ${place}, or leave it out.`);
  const compiled = patterns.map((pattern) => {
    const excludes = pattern.startsWith('!');
    const glob = excludes ? pattern.slice(1) : pattern;
    const matcher = globMatcher(glob);
    if (!paths.some((path) => matcher.test(path))) {
      fail('invalid-argument', `\`select\`: "${pattern}" matches nothing in ${place}; ${suggest(glob, nodesOf(paths))}`);
    }
    return { excludes, exact: !excludes && !/[*?]/.test(glob), matcher };
  });
  const included = compiled.filter(({ excludes }) => !excludes);
  const excluded = compiled.filter(({ excludes }) => excludes);
  const allowed = (path: string) => !excluded.some(({ matcher }) => matcher.test(path));
  return {
    has: (path) => allowed(path) && (included.length === 0 || included.some(({ matcher }) => matcher.test(path))),
    requires: (path) => allowed(path) && included.some(({ exact, matcher }) => exact && matcher.test(path)),
  };
}

/** A regular expression for what a glob matches and all that lies in it. */
export function globMatcher(glob: string): RegExp {
  const segments = glob.split('/');
  const source = segments.map((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === '**') return last ? '.+' : '(?:[^/]+/)*';
    const name = segment
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]');
    return last ? name : `${name}/`;
  });
  return new RegExp(`^${source.join('')}(?:/.*)?$`, 'u');
}

/** Paths and the layers around them, for suggestions. */
function nodesOf(paths: readonly string[]): string[] {
  const layers = paths.flatMap((path) => {
    const segments = path.split('/');
    return segments.slice(1).map((_, i) => segments.slice(0, i + 1).join('/'));
  });
  return [...new Set(layers)];
}
