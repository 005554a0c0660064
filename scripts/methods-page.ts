// The records of all methods of domain adaptation -> docs/methods.md: what each does, its paper, its options, and what it gave where it was measured.
// `npm run example -- scripts/methods-page.ts` writes it anew; a test says when that is due.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { domainMethods, type NetworkMethod, networkMethods } from '../src/index.ts';
import { type Described, sectionOf } from './record-page.ts';

const INTRODUCTION = `# Methods of domain adaptation

Ways from data with labels to other data without. Written by \`scripts/methods-page.ts\` from their records; [the guide](guides/adapt.md) says how they are used and how one is chosen. None of them is given a label of the target, but for those few that \`--target-labels\` or \`targetLabels\` names.

## On features

\`graft adapt source/ --target target/ --method NAME\`, \`adapt({ source, target, adapt: { method } })\`, or \`adaptFeatures\` with features of your own. They learn linear models, in seconds. Options are given as
\`--method-options rounds=3,balance=source\`, or \`methodOptions: 'rounds=3,balance=source'\`. Accuracies are those of [bench/adapt](../bench/adapt/README.md), mean of all pairs of domains: with the method's own options, then with others that \`auto\` tries too.
`;
const NETWORKS = `## On networks

\`adaptNetwork(network, source, target, { method, options, fit, targetLabels })\`: the network itself learns from both domains. Accuracies are of the epoch that was chosen without a label among those of that method and the source's own network.
`;
const AMOUNTS = 'Serves networks that predict amounts too (`adaptRegression`).';
const LABELS = { learnt: 'Learns from labels of the target too, where some are known.', needed: 'Needs a few labels of the target.' };

const RESULTS = new URL('../bench/results/adapt.json', import.meta.url);

interface Result {
  readonly task?: string;
  readonly method?: string;
  readonly part?: string;
  readonly graft: number;
}

/** The page, as it should be. */
export function methodsPage(): string {
  const rows = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as { readonly rows: readonly Result[] }).rows : [];
  const trained = new Set(rows.flatMap(({ task, part }) => (part === undefined ? [] : [task])));
  const onNetworks = rows.filter(({ task }) => trained.has(task));
  const onFeatures = rows.filter(({ task }) => !trained.has(task) && !task?.includes('network too'));
  return [
    INTRODUCTION,
    ...Object.values(domainMethods).map((method) => sectionOf(method as Described, 3, measured(method.name, onFeatures))),
    NETWORKS,
    ...Object.values(networkMethods).map((method) =>
      sectionOf(method as Described, 3, [...uses(method as NetworkMethod), ...measured(method.name, onNetworks)]),
    ),
  ].join('\n');
}

/** What it takes besides two sets of rows. */
function uses({ known, amounts }: NetworkMethod): string[] {
  const told = [...(known ? [LABELS[known]] : []), ...(amounts ? [AMOUNTS] : [])];
  return told.length === 0 ? [] : [told.join(' '), ''];
}

/** Of the method on each task: by its own options first, then by others that `auto` tries; of several views on the main one. */
function measured(name: string, rows: readonly Result[]): string[] {
  const told = new Map<string, string[]>();
  for (const { task = '', method = '', graft } of rows) {
    const [found, other, view] = new RegExp(`^${name}(?:, ([^(]*?))?(?: \\((.*)\\))?$`).exec(method) ?? [];
    if (found === undefined || view === 'words') continue;
    told.set(task, [...(told.get(task) ?? []), `${other ? `${other} ` : ''}${(100 * graft).toFixed(1)} %`]);
  }
  return told.size === 0 ? [] : [`${Array.from(told, ([task, shares]) => `${task} ${shares.join(', ')}`).join('; ')}.`, ''];
}

if (process.argv[1] === import.meta.filename) writeFileSync(new URL('../docs/methods.md', import.meta.url), methodsPage());
