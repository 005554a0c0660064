// `npm run quickstart`: installs, builds and runs the quick start, on a fresh clone too.
import { install, lastStep, step } from './steps.mjs';

install();
step('build', 'npm run --silent build');
lastStep('quickstart', 'node --import ./scripts/typescript.mjs examples/quickstart.ts');
