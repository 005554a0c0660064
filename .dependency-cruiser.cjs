// The import rules of ARCHITECTURE.md, checked by `npm run boundaries`.

/** Folders of src/, in the order data flows: each imports only itself and the folders before it. */
const FOLDERS = ['core', 'score', 'runtime', 'data', 'graph', 'grad', 'lower', 'nn', 'train', 'methods', 'backbones', 'plan', 'report', 'run'];

/** Folders of plug-ins: one file, one plug-in; what siblings share lives outside, or in a folder below. Their index may import all. */
const PLUGINS = ['src/methods', 'src/methods/domains', 'src/methods/networks', 'src/data/formats', 'src/grad/rules', 'src/report/sections'];

/** The one folder that may import each third-party package. */
const PACKAGES = {
  '@bufbuild/protobuf': 'src/graph',
  'onnxruntime-node': 'src/runtime',
  'onnxruntime-web': 'src/runtime',
  'onnxruntime-common': 'src/runtime',
  sharp: 'src/data',
  '@huggingface/tokenizers': 'src/data',
  'csv-parse': 'src/data',
  hyparquet: 'src/data',
  'hyparquet-compressors': 'src/data',
  '@uwdata/flechette': 'src/data',
  'tar-stream': 'src/data',
  yauzl: 'src/data',
  chardet: 'src/data',
  zod: 'src/(?:backbones|run)',
  'd3-scale': 'src/report',
  'd3-shape': 'src/report',
  '@clack/prompts': 'apps/cli',
};

const TEST = '\\.test\\.ts$';
const oneOf = (names) => `(?:${names.join('|')})`;
const inPackage = (name) => `(?:^|/)node_modules/${name}(?:/|$)`;

const order = FOLDERS.map((folder, i) => ({
  name: `order-${folder}`,
  comment: `src/${folder} imports only ${FOLDERS.slice(0, i + 1).join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: TEST },
  to: { path: '^src/', pathNot: `^src/${oneOf(FOLDERS.slice(0, i + 1))}/` },
}));

const siblings = PLUGINS.map((folder) => ({
  name: `siblings-${folder}`,
  comment: `A plug-in in ${folder} never imports another; only its own tests and cases, which share its name, may.`,
  severity: 'error',
  from: { path: `^${folder}/([^/.]+)\\.[^/]+$`, pathNot: `^${folder}/index\\.` },
  to: { path: `^${folder}/[^/]+$`, pathNot: [`^${folder}/$1\\.`, `^${folder}/(?:index|names)\\.ts$`] },
}));

const owners = Object.entries(PACKAGES).map(([name, folder]) => ({
  name: `owner-${name}`,
  comment: `Only ${folder} imports ${name}.`,
  severity: 'error',
  from: { path: '^(src|apps|examples)/', pathNot: `^${folder}/` },
  to: { path: inPackage(name) },
}));

module.exports = {
  forbidden: [
    ...order,
    ...siblings,
    ...owners,
    {
      name: 'known-folder',
      comment: 'A new folder of src/ takes its place in FOLDERS first.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: [`^src/${oneOf(FOLDERS)}/`, '^src/(?:index|options)\\.ts$'] },
    },
    {
      name: 'known-package',
      comment: 'A third-party package of src/ is listed in PACKAGES with the one folder that imports it.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: '(?:^|/)node_modules/', pathNot: Object.keys(PACKAGES).map(inPackage) },
    },
    {
      name: 'declared-package',
      comment: 'Library code imports only what package.json lists under dependencies.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads somewhere.',
      severity: 'error',
      // Peers of benchmarks are installed on demand.
      from: { pathNot: '^bench/step/tfjs-step\\.mjs$' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycle',
      comment: 'No import cycles.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'public-api',
      comment: 'The command line and the examples see what a user sees: src/index.ts.',
      severity: 'error',
      from: { path: '^(apps/cli|examples)/' },
      to: { path: '^src/', pathNot: '^src/(?:index|options)\\.ts$' },
    },
    {
      name: 'library-only',
      comment: 'The library does not import its consumers, benchmarks or scripts.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: `^(apps|bench|examples|scripts|tests)/|${TEST}` },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|docs|runs|coverage|data|\\.venv|bench/peers/node_modules)/' },
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
