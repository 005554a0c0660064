// How the package is built: each source file becomes one .js and one .d.ts at the same place in dist/.
// Worker entries are named beside the API because no import leads to them.
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/**/*.worker.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  unbundle: true,
  dts: true,
  fixedExtension: false,
  clean: true,
});
