/**
 * TF-IDF of 12,000 reviews, against scikit-learn's TfidfVectorizer: the same texts and settings, fit and rows. Runs
 * alternate, ours and theirs, so that both see the same machine; reading the texts is not counted. Both run on one
 * thread; ours goes through the texts twice and keeps none of them.
 *
 * `PEERS_PYTHON` names a Python that has scikit-learn; else .venv-bench/bin/python serves. bench/reviews.ts says which files
 * are read.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { resolveParams } from '../lib/params/resolve.ts';
import { fitVectorizer } from '../lib/text/fit-vectorizer.ts';
import type { FitOptions } from '../lib/text/fit-vectorizer.ts';
import { applyVectorizer } from '../lib/text/vectorizer.ts';
import { VECTORIZE_SCHEMA } from '../lib/text/vectorize-params.ts';
import { describeMachine, median, printResults } from './report.ts';
import { readReviews } from './reviews.ts';

const N_ROUNDS = 2;
/** Ours must not be slower. */
const LIMIT = 1;

interface Run {
  readonly seconds: number;
  readonly n_terms: number;
  readonly n_stored: number;
}

const { defaults: DEFAULTS } = resolveParams({
  defaults: { schema: VECTORIZE_SCHEMA, prefix: 'vectorize', sources: [] },
});
const BLOCKS = {
  words: { ngram_range: [1, 2], min_df: 2 },
  characters: { analyzer: 'char_wb', ngram_range: [2, 5], min_df: 5 },
};
const CASES: [name: string, ours: Partial<FitOptions>, theirs: object][] = [
  ['words', {}, { ngram_range: [1, 1] }],
  ['words and pairs', { ngramRange: [1, 2] }, { ngram_range: [1, 2] }],
  [
    'words and pairs, 20,000 most frequent',
    { ngramRange: [1, 2], maxFeatures: 20_000 },
    { ngram_range: [1, 2], max_features: 20_000 },
  ],
  [
    '3 to 5 characters of words, in 5 rows',
    { analyzer: 'char_wb', ngramRange: [3, 5], minDf: 5 },
    { analyzer: 'char_wb', ngram_range: [3, 5], min_df: 5 },
  ],
  ['words and pairs beside characters', { blocks: BLOCKS }, { blocks: BLOCKS }],
];

const { flags, rows: reviews } = await readReviews(`coalesce(text, '') AS text FROM reviews`);
const texts = reviews.map(({ text }) => String(text));

const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
const textsFile = join(folder, 'texts.json');
writeFileSync(textsFile, JSON.stringify(texts));
const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');
const script = fileURLToPath(new URL('peers/vectorize_sklearn.py', import.meta.url));
const child = spawn(python, [script, textsFile], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
async function next(): Promise<unknown> {
  const line = await lines.next();
  if (line.done) throw new Error(`${python} ${script} ended; PEERS_PYTHON must have scikit-learn`);
  return JSON.parse(line.value as string);
}

function runOurs(options: Partial<FitOptions>): Run {
  const begin = performance.now();
  const vectorizer = fitVectorizer(texts, { ...DEFAULTS, ...options }, 'reviews');
  const { nColumns, values } = applyVectorizer(vectorizer, texts);
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, n_terms: nColumns, n_stored: values.length };
}

const versions = (await next()) as Record<string, unknown>;
const rows = [];
for (const [name, options, settings] of CASES) {
  const [ours, theirs]: [Run[], Run[]] = [[], []];
  for (let round = 0; round < N_ROUNDS; round++) {
    ours.push(runOurs(options));
    child.stdin.write(`${JSON.stringify(settings)}\n`);
    theirs.push((await next()) as Run);
  }
  const [mine, peer] = [ours, theirs].map((runs) => median(runs.map(({ seconds }) => seconds)));
  rows.push({
    case: name,
    seconds: mine,
    scikit_learn: peer,
    ratio: peer / mine,
    terms: ours[0].n_terms,
    terms_scikit_learn: theirs[0].n_terms,
    stored: ours[0].n_stored,
  });
}
child.stdin.end();
rmSync(folder, { recursive: true });
printResults(
  'TF-IDF of reviews, seconds to fit and to make the rows',
  describeMachine({ ...versions, n_texts: texts.length, rounds: N_ROUNDS }),
  rows,
);
if (flags.check && rows.some(({ ratio }) => ratio < LIMIT)) process.exitCode = 1;
