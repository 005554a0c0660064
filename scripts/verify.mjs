// `npm run verify`: everything that must hold before a change is accepted, on a fresh clone too. Stops at the first failure.
import { install, lastStep, step } from './steps.mjs';

/** Commands that write files kept in the repository, and those files: running them again must change nothing. */
const generated = [];

install();
step('typecheck', 'npm run --silent typecheck');
step('lint', 'npm run --silent lint');
step('boundaries', 'npm run --silent boundaries');
step('unused', 'npm run --silent unused');
step('build', 'npm run --silent build');
step('docs', 'npm run --silent docs -- --emit none');
for (const { command, files } of generated) step(`generated ${files}`, `${command} && git diff --exit-code -- ${files}`);
lastStep('tests', 'npm run --silent test');
