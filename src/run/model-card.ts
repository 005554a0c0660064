// What `model.json` says -> the model card beside it, for people: what the model does, how good it is, how to use it. Called when a model is saved or exported.
import { intervalText } from '../report/metric.ts';
import { besideOf } from './demo-page.ts';
import type { Evaluation } from './evaluate-model.ts';
import type { ModelInfo } from './model-info.ts';
import { exampleOf, packagesOf } from './predict-script.ts';
import { unknownText } from './unknown-verdict.ts';

/** Its name in a model's folder. */
export const CARD_FILE = 'README.md';

/** Begins the fact of what the model was measured at. */
export const MEASURED = '**Measured**:';

/** The metric that was told first, with its interval, as a line of the card. */
export function measuredFact(
  { metric, headline, examples, groups }: Pick<Evaluation, 'metric' | 'headline' | 'examples' | 'groups'>,
  part: string,
): string {
  return `${MEASURED} ${metric} on ${examples} examples of the ${part} part: ${intervalText(metric, headline, groups)}.`;
}

const WHAT = { image: 'pictures', text: 'texts', table: 'rows of a table', sparse: 'rows of numbers', words: 'texts' } as const;

/** The text of the card. */
export function modelCard(info: ModelInfo): string {
  const { name, task, metrics, backbone, graft, input, facts = [] } = info;
  const predicts =
    task.kind === 'regression'
      ? task.targets.map(plain).join(', ')
      : `${task.classes.length} classes (${task.classes.slice(0, 10).map(plain).join(', ')}${task.classes.length > 10 ? ', ...' : ''})`;
  const rows = Object.entries(metrics).map(([name, value]) => `| ${plain(name)} | ${Number(value.toPrecision(4))} |`);
  return `# ${plain(name)}

A model for ${task.kind} of ${isPair(input) ? `pairs of texts (${input.columns.map(plain).join(', ')})` : WHAT[input.kind]}: ${predicts}. Trained with Graft ${graft}.

${facts.map((fact) => `- ${fact}`).join('\n')}
${backbone ? `- **Began with**: ${backbone.name}${backbone.licence ? `, ${backbone.licence}` : ''}.\n` : ''}
| measure | value |
| --- | --- |
${rows.join('\n')}

## Use

    npm install ${packagesOf(info)}
    node predict.mjs ${exampleOf(info)}

and in a browser

    npm install ${Object.values(besideOf(info)).join(' ')}
    node demo.mjs

${info.unknown ? `${unknownText(info.unknown)}\n\n` : ''}\`model.onnx\` gives scores; \`model.json\` says how inputs become its numbers and what the scores mean. ${meaning(info)}
`;
}

/** Names from data as Markdown shows them, on one line: neither its marks nor HTML mean anything in them. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
}

function isPair(input: ModelInfo['input']): input is Extract<ModelInfo['input'], { kind: 'text' | 'words' }> {
  return (input.kind === 'text' || input.kind === 'words') && input.columns.length === 2;
}

function meaning({ task, temperature }: ModelInfo): string {
  if (task.kind === 'regression') return 'Amounts are the scores times `scale.factor`, plus `scale.offset`.';
  return `Probabilities are the ${task.kind === 'multi-label' ? 'sigmoid' : 'softmax'} of the scores divided by ${Number(temperature.toPrecision(4))}.`;
}
