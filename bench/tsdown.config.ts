// The processes that benchmarks time, compiled as the package is: without what loads TypeScript, which takes memory of its own.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsdown';

export default defineConfig({
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  entry: [
    'bench/timed/graft-run.ts',
    'bench/scaling/part-run.ts',
    'bench/few-labels/case.ts',
    'bench/feature-cache/train-run.ts',
    'bench/loading/loading-run.ts',
    'bench/recompute/step-worker.ts',
    'apps/cli/graft.ts',
    'src/**/*.worker.ts',
  ],
  outDir: 'bench/.built',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  unbundle: true,
  dts: false,
  fixedExtension: false,
  clean: true,
});
