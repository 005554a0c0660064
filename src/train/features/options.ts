// What can be asked of the feature cache, and where it lies by default.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fail } from '../../core/errors.ts';
import { inWords, knownOptions, type OptionKinds } from '../../core/known-options.ts';

/** A feature cache on disk, which later trainings use too. */
export interface FeatureCacheOptions {
  /** Default `graft/features` in the system's folder for caches. Several processes may share one. */
  readonly folder?: string;
  /** Most that lies in the folder, in MiB; what was not used for longest goes first. Default 4096. */
  readonly maxMiB?: number;
}

/** What `featureCache` may be. */
export type FeatureCache = 'auto' | false | FeatureCacheOptions;

const KINDS: OptionKinds<FeatureCacheOptions> = { folder: 'string', maxMiB: 'number' };
const DEFAULT_MIB = 4096;

/** @throws GraftError `invalid-argument` saying what it may be. */
export function checkFeatureCache(given: FeatureCache | undefined): void {
  if (given === undefined || given === 'auto' || given === false) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    fail(
      'invalid-argument',
      `\`featureCache\` is ${inWords(given)}, but must be 'auto', false, or an object, for instance \`{ folder: 'features' }\`.`,
    );
  knownOptions(given, KINDS, 'featureCache');
  if (given.maxMiB !== undefined && !(given.maxMiB > 0)) fail('invalid-argument', `\`featureCache.maxMiB\` (=${given.maxMiB}) must be above 0.`);
  if (given.folder === '') fail('invalid-argument', "`featureCache.folder` (='') must name a folder; leave it out for the system's.");
}

/** Where entries lie, as a path that tells a reader of notices where, and the most bytes of them. */
export function placeOf(given: Exclude<FeatureCache, false>): { readonly folder: string; readonly most: number } {
  const { folder = systemFolder(), maxMiB = DEFAULT_MIB } = given === 'auto' ? {} : given;
  return { folder: resolve(folder), most: maxMiB * 2 ** 20 };
}

function systemFolder(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  const own = { darwin: join(homedir(), 'Library', 'Caches'), win32: local || join(homedir(), 'AppData', 'Local') };
  return join(xdg || (own[process.platform as 'darwin' | 'win32'] ?? join(homedir(), '.cache')), 'graft', 'features');
}
