// Token ids against those of Hugging Face's Python `tokenizers`: 10,000 sentences in five languages, five kinds of tokeniser.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { tokeniser } from '../../src/index.ts';
import type { Bench } from '../bench.ts';

const data = process.env.GRAFT_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const python = process.env.GRAFT_PYTHON ?? 'python3';
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Peer {
  versions: { tokenizers: string };
  sentences: string[];
  tokenizers: { name: string; tokenizer: unknown; ids: number[][] }[];
}

export const bench: Bench = {
  about: 'Counts sentences whose token ids equal those of Hugging Face tokenizers; BPE and Unigram tokenisers are trained on the same sentences.',
  columns: {
    case: { label: 'tokeniser' },
    sentences: { label: 'sentences', format: 'count' },
    graft: { label: 'equal', format: 'count' },
    tokens: { label: 'tokens', format: 'count' },
    speed: { label: 'tokens in a second', format: 'rate' },
  },
  async *rows({ quick, note }) {
    const all = sentences();
    const chosen = all.filter((_, i) => i % (quick ? 20 : 1) === 0);
    note(`${chosen.length} sentences`);
    const peer = idsOf(chosen);
    const wordPiece: unknown = JSON.parse(readFileSync(file('../../packages/all-minilm-l6-v2/tokenizer.json'), 'utf8'));
    for (const { name, tokenizer, ids } of peer.tokenizers) {
      const tokenise = tokeniser({ tokenizer: tokenizer ?? wordPiece, maxLength: 100_000 });
      const started = performance.now();
      const own = peer.sentences.map((sentence) => tokenise([sentence]));
      const seconds = (performance.now() - started) / 1000;
      const wrong = peer.sentences.filter((_, i) => Array.from(own[i]?.ids.data ?? [], Number).join() !== ids[i]?.join());
      for (const sentence of wrong.slice(0, 5)) note(`  ${name} differs: ${JSON.stringify(sentence)}`);
      const tokens = ids.reduce((sum, { length }) => sum + length, 0);
      yield { case: name, sentences: ids.length, graft: ids.length - wrong.length, tokens, speed: Math.round(tokens / seconds) };
    }
  },
};

/** Opinions in English, then news in English, Swahili, Luganda, Zulu and Setswana; 10,000 in all. */
function sentences(): string[] {
  const opinions = ['amazon_cells', 'imdb', 'yelp'].flatMap((name) => {
    const lines = readFileSync(join(data, 'sentiment-sentences', `${name}.tsv`), 'utf8').split('\n');
    return lines.filter(Boolean).map((line) => line.split('\t')[0] as string);
  });
  const news = ['swa', 'lug', 'zul', 'tsn'].flatMap((language) =>
    ['en', language].flatMap((side) => {
      const text = gunzipSync(readFileSync(join(data, `lafand-mt/en-${language}/train.${side}.gz`))).toString('utf8');
      return text.split('\n').filter(Boolean).slice(0, 875);
    }),
  );
  return [...opinions, ...news].map((sentence) => sentence.replace(/[\r\n]/g, ' ')).slice(0, 10_000);
}

function idsOf(list: readonly string[]): Peer {
  const folder = mkdtempSync(join(tmpdir(), 'graft-bench-tokens-'));
  try {
    writeFileSync(join(folder, 'sentences.txt'), list.join('\n'));
    const script = file('../../tests/golden/make_golden_tokens.py');
    const printed = execFileSync(python, [script, join(folder, 'sentences.txt')], { maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'inherit'] });
    return JSON.parse(printed.toString('utf8')) as Peer;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
