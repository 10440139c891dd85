/** Reviews in folds, and how often a model is right about those that it has not seen. */
import { assertAtLeast } from '../metrics/gates.ts';
import { crossValidateTexts } from '../models/cross-validate-texts.ts';
import type { FoldedTexts } from '../models/cross-validate-texts.ts';
import type { TrainingContext } from '../models/fit-model.ts';
import { rowHash } from '../preprocessing/row-hash.ts';
import { assertColumns, identifier } from '../sql.ts';
import type { FitOptions } from '../text/fit-vectorizer.ts';
import type { FileDatabase } from './database.ts';
import { openTable } from './tables.ts';

interface Reviews extends FoldedTexts {
  /** Of each text. */
  readonly languages: readonly string[];
  /** Distinct. */
  readonly known: readonly string[];
}

interface ReadOptions {
  readonly seed: number;
  readonly id: string;
  readonly nFolds: number;
}

/** Reviews by id; the fold is the hash of seed and id, modulo the number of folds. */
export async function readReviews(
  database: FileDatabase,
  file: string,
  { seed, id, nFolds }: ReadOptions,
): Promise<Reviews> {
  const relation = await openTable(database, file, 'reviews');
  assertColumns(relation, [id, 'text', 'language', 'positive']);
  const rows = await database.query(
    `SELECT text, language, positive, ('0x' || left(${rowHash(`${seed}:fold`, id)}, 8))::BIGINT % ${nFolds} AS fold
     FROM ${relation.sql} ORDER BY ${identifier(id)}`,
  );
  const languages = rows.map(({ language }) => String(language));
  return {
    texts: rows.map(({ text }) => String(text)),
    languages,
    known: [...new Set(languages)].sort(),
    labels: Int32Array.from(rows, ({ positive }) => Number(positive)),
    nClasses: 2,
    folds: Int32Array.from(rows, ({ fold }) => Number(fold)),
    nFolds,
  };
}

/**
 * @returns Accuracy, mean of the folds: `<language>` of one model of all languages, `<language>_alone` of a model of
 *   that language; `<language>_least` of the worst fold of the former, `n_<language>` the reviews.
 */
export async function measureReviews(
  { languages, known, ...reviews }: Reviews,
  {
    vectorize,
    train,
  }: { readonly vectorize: FitOptions; readonly train: Parameters<typeof crossValidateTexts>[2] },
  context: Omit<TrainingContext, 'onStep' | 'checkpoint'>,
): Promise<Record<string, number>> {
  const { nFolds } = reviews;
  const bar = context.startProgress('cross-validate', nFolds * (1 + known.length), 'models');
  const quiet = { ...context, startProgress: () => ({ update() {}, end() {} }) };
  let nModels = 0;
  const isRight = async (rows: readonly number[]): Promise<boolean[]> => {
    const some = {
      ...reviews,
      texts: rows.map((i) => reviews.texts[i]),
      labels: Int32Array.from(rows, (i) => reviews.labels[i]),
      folds: Int32Array.from(rows, (i) => reviews.folds[i]),
    };
    const proba = await crossValidateTexts(some, vectorize, train, quiet, () =>
      bar.update(++nModels),
    );
    return rows.map((_, at) => Number(proba[2 * at + 1] > proba[2 * at]) === some.labels[at]);
  };
  const metrics: Record<string, number> = {};
  const all = await isRight(reviews.texts.map((_, i) => i));
  for (const language of known) {
    const rows = languages.flatMap((other, i) => (other === language ? [i] : []));
    const folds = rows.map((i) => reviews.folds[i]);
    const together = byFold(
      rows.map((i) => all[i]),
      folds,
      nFolds,
    );
    const alone = byFold(await isRight(rows), folds, nFolds);
    metrics[language] = mean(together);
    metrics[`${language}_least`] = Math.min(...together);
    metrics[`${language}_alone`] = mean(alone);
    metrics[`n_${language}`] = rows.length;
  }
  bar.end();
  return metrics;
}

/** @throws StageError E_GATE naming every language whose accuracy is below its gate. */
export function assertReviewGates(
  metrics: Readonly<Record<string, number | null>>,
  gates: Readonly<Record<string, number>>,
  report: string,
): void {
  const values = Object.entries(gates).map(([language, least]) => ({
    what: `accuracy of ${language}`,
    value: metrics[language] ?? null,
    least,
  }));
  assertAtLeast(values, report);
}

/** Share of each fold that is right. */
function byFold(isRight: readonly boolean[], folds: readonly number[], nFolds: number): number[] {
  return Array.from({ length: nFolds }, (_, fold) => {
    const own = isRight.filter((_, at) => folds[at] === fold);
    return own.filter(Boolean).length / own.length;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
