/**
 * Logistic regression on TF-IDF of 10,000 reviews by their 1,000 most frequent words, against scikit-learn's
 * LogisticRegression: the same rows, penalty and tolerance; liked or not, and by stars. Runs alternate, ours and theirs,
 * so that both see the same machine. The first run of a case, which compiles here and imports there, is shown beside the
 * median of the others and not counted. Where the tolerance is tight the coefficients must be theirs within 1e-4.
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
import { fitLogistic } from '../lib/models/linear-model/logistic-regression.ts';
import { sparseMatrix } from '../lib/models/linear-model/sparse-matrix.ts';
import { resolveParams } from '../lib/params/resolve.ts';
import { fitVectorizer } from '../lib/text/fit-vectorizer.ts';
import { applyVectorizer } from '../lib/text/vectorizer.ts';
import { VECTORIZE_SCHEMA } from '../lib/text/vectorize-params.ts';
import { describeMachine, median, printResults } from './report.ts';
import { readReviews } from './reviews.ts';

const N_ROWS = 10_000;
const N_WORDS = 1000;
const N_ROUNDS = 5;
/** Ours must not be slower. */
const LIMIT = 1;
const TIGHT = 1e-8;
const TOLERANCE = 1e-4;

const { flags, rows: reviews } = await readReviews(
  `coalesce(text, '') AS text, positive, rating FROM reviews ORDER BY hash(text), text LIMIT ${N_ROWS}`,
);
const texts = reviews.map(({ text }) => String(text));
const sources = [{ name: 'benchmark', values: { max_features: N_WORDS } }];
const { options } = resolveParams({
  options: { schema: VECTORIZE_SCHEMA, prefix: 'vectorize', sources },
});
const rows = applyVectorizer(fitVectorizer(texts, options, 'reviews'), texts);

function labelsOf(column: 'positive' | 'rating'): { labels: Int32Array; nClasses: number } {
  const values = reviews.map((review) => Number(review[column]));
  const classes = [...new Set(values)].sort((a, b) => a - b);
  const labels = Int32Array.from(values, (value) => classes.indexOf(value));
  return { labels, nClasses: classes.length };
}

interface Fit {
  readonly seconds: number;
  readonly n_iter: number;
  /** Shape (columns of scikit-learn's, nFeatures): of two classes it has the second alone. */
  readonly coefficients: number[];
}

async function runOurs(
  { labels, nClasses }: ReturnType<typeof labelsOf>,
  tol: number,
): Promise<Fit> {
  const begin = performance.now();
  const { model, nIter } = await fitLogistic(sparseMatrix(rows), labels, nClasses, {
    ...{ C: 1, fitIntercept: true, maxIter: 10_000, tol, classWeight: null },
    onStep: async () => true,
  });
  const seconds = (performance.now() - begin) / 1000;
  const shown = nClasses === 2 ? [1] : Array.from({ length: nClasses }, (_, k) => k);
  const coefficients = shown.flatMap((k) =>
    Array.from({ length: rows.nColumns }, (_, j) => model.coefficients[j * nClasses + k]),
  );
  return { seconds, n_iter: nIter, coefficients };
}

const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
const TASKS = { positive: labelsOf('positive'), rating: labelsOf('rating') };
for (const name of ['indptr', 'indices', 'values'] as const) {
  writeFileSync(join(folder, name), rows[name]);
}
for (const [name, { labels }] of Object.entries(TASKS)) writeFileSync(join(folder, name), labels);
const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');
const script = fileURLToPath(new URL('peers/logistic_sklearn.py', import.meta.url));
const args = [script, folder, String(rows.nColumns)];
const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
async function next(): Promise<unknown> {
  const line = await lines.next();
  if (line.done) throw new Error(`${python} ${script} ended; PEERS_PYTHON must have scikit-learn`);
  return JSON.parse(line.value as string);
}

const versions = (await next()) as Record<string, unknown>;
const results = [];
for (const [name, task] of Object.entries(TASKS)) {
  for (const tol of [1e-4, TIGHT]) {
    const [ours, theirs]: [Fit[], Fit[]] = [[], []];
    for (let round = 0; round <= N_ROUNDS; round++) {
      ours.push(await runOurs(task, tol));
      child.stdin.write(`${JSON.stringify({ labels: name, tol })}\n`);
      theirs.push((await next()) as Fit);
    }
    const [mine, peer] = [ours, theirs].map((fits) =>
      median(fits.slice(1).map(({ seconds }) => seconds)),
    );
    const differences = ours[0].coefficients.map((w, i) => Math.abs(w - theirs[0].coefficients[i]));
    results.push({
      case: `${task.nClasses} classes, tol ${tol}`,
      seconds: mine,
      scikit_learn: peer,
      ratio: peer / mine,
      first: ours[0].seconds,
      first_scikit_learn: theirs[0].seconds,
      steps: ours[0].n_iter,
      steps_scikit_learn: theirs[0].n_iter,
      difference: Math.max(...differences),
      isExact: tol > TIGHT || Math.max(...differences) <= TOLERANCE,
    });
  }
}
child.stdin.end();
rmSync(folder, { recursive: true });
printResults(
  'Logistic regression on sparse rows, seconds to fit, and the largest difference of a coefficient',
  describeMachine({
    ...versions,
    ...{ rows: rows.nRows, columns: rows.nColumns, stored: rows.values.length, rounds: N_ROUNDS },
  }),
  results.map(({ isExact: _, ...result }) => result),
);
if (flags.check && results.some(({ ratio, isExact }) => ratio < LIMIT || !isExact)) {
  process.exitCode = 1;
}
