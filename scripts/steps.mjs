// What the plain Node scripts share: run named commands, and install the locked packages when they are not there yet.
// Needs nothing from node_modules, so that it works on a fresh clone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const STAMP = 'node_modules/.graft-lock-hash';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

// The running command receives the terminal's Ctrl-C as well and decides when to end; we outlive it to report how it ended.
process.on('SIGINT', () => {});

/** Runs `command`, prints its duration and result, and ends the process with its status if it fails. */
export function step(name, command) {
  const started = performance.now();
  announce(name, command);
  const status = execute(command);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${seconds} s`);
  if (status !== 0) process.exit(status);
}

/** Runs `command` as the last step: its own last line stays the last one, and its status becomes the process's. */
export function lastStep(name, command) {
  announce(name, command);
  process.exit(execute(command));
}

/** Installs the packages of package-lock.json, unless the last installation was of the same lock file on the same platform. */
export function install() {
  const lock = createHash('sha256').update(`${process.platform} ${process.arch}\n`).update(readFileSync('package-lock.json')).digest('hex');
  if (readStamp() === lock) {
    console.log('ok  install  (node_modules is up to date)');
    return;
  }
  step('install', 'npm ci');
  writeFileSync(STAMP, lock);
}

function announce(name, command) {
  console.log(`\n--  ${name}  (${command})`);
}

function execute(command) {
  const { status, error } = spawnSync(command, { shell: true, stdio: 'inherit' });
  if (error) console.error(error.message);
  return status ?? 1;
}

function readStamp() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined;
  }
}
