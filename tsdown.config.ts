// How the package is built: each source file becomes one .js and one .d.ts at the same place in dist/; the command line becomes a few files in dist/cli/
// that import the library by its name, as any program does. Worker entries are named beside the API because no import leads to them.
import { defineConfig } from 'tsdown';

const common = { format: 'esm', platform: 'node', target: 'node20.19', fixedExtension: false, clean: true } as const;

export default defineConfig([
  { ...common, entry: ['src/index.ts', 'src/options.ts', 'src/**/*.worker.ts'], unbundle: true, dts: true },
  { ...common, entry: ['apps/cli/graft.ts'], outDir: 'dist/cli', external: [/^graft-ml/], dts: false },
]);
