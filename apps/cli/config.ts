// graft.config.{ts,mjs,json} in the working folder -> defaults of a command's flags. Called by `run`.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GraftError, suggest } from 'graft-ml/options';
import type { CommandWords } from './command-words.ts';
import { checkFlags, type GivenFlags } from './parse.ts';

const FILES = ['graft.config.ts', 'graft.config.mjs', 'graft.config.json'];

/**
 * The flags that the configuration in `folder` gives a command; none where there is no configuration.
 * @throws GraftError `invalid-argument` when it cannot be read or names what there is not.
 */
export async function readConfig(folder: string, command: CommandWords, commands: readonly CommandWords[]): Promise<GivenFlags> {
  const [file, second] = FILES.filter((name) => existsSync(join(folder, name)));
  if (file === undefined) return {};
  if (second !== undefined) wrong(`there are two configurations, \`${file}\` and \`${second}\`; keep one.`);
  const config = await contentOf(folder, file);
  if (!isRecord(config)) return wrong(`\`${file}\` must hold an object with a command's options by its name: \`{ "inspect": { "layers": true } }\`.`);
  for (const [name, flags] of Object.entries(config)) {
    const names = commands.map((one) => one.name);
    if (!names.includes(name)) wrong(`\`${file}\`: there is no command \`${name}\`; ${suggest(name, names)}`);
    if (!isRecord(flags)) wrong(`\`${file}\`: \`${name}\` must be an object with the command's options.`);
  }
  return checkFlags(command.flags, (config[command.name] ?? {}) as GivenFlags, `${file}, \`${command.name}\``);
}

async function contentOf(folder: string, file: string): Promise<unknown> {
  const path = join(folder, file);
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8'));
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? `Node ${process.versions.node} does not run TypeScript; take Node 22.18 or newer, or write it as graft.config.mjs or graft.config.json.`
        : `${message.split('\n', 1)[0]}.`;
    return wrong(`\`${file}\` cannot be read: ${why}`, cause);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(message: string, cause?: unknown): never {
  throw new GraftError('invalid-argument', message, { cause });
}
