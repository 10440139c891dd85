/** The fitted states of a pipeline, from the folder where its stages put them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import { parsePreprocessing } from '../preprocessing/pipeline.ts';
import type { Preprocessing } from '../preprocessing/pipeline.ts';
import { parseBalance } from '../preprocessing/rebalance.ts';
import type { Balance } from '../preprocessing/rebalance.ts';
import { parseScaler } from '../preprocessing/scaler.ts';
import type { Scaler } from '../preprocessing/scaler.ts';
import { assertColumns } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { readJson } from './json-files.ts';

/**
 * Reads columns.json, features.json, scaler.json and rebalance.json; a pipeline without one of these steps
 * has no such file. Of sparse rows, whose only step is their vectorizer, vectorizer.json and rebalance.json.
 *
 * @throws StageError E_DATA when the folder is missing, a file is not what its step writes, or rows are sparse and
 *   there is no vectorizer.
 */
export function readPreprocessing(
  folder: string,
  rows: 'dense' | 'sparse' = 'dense',
): {
  preprocessing: Preprocessing;
  balance: Balance | null;
} {
  if (!existsSync(folder)) {
    throw new StageError('E_DATA', `${folder} must exist; got no such folder`, {
      hint: 'name the folder of the fitted preprocessing with --preprocessing; an empty one has no step',
    });
  }
  const fileOf = (step: string): string => join(folder, `${step}.json`);
  const read = (step: string): unknown =>
    existsSync(fileOf(step)) ? readJson(fileOf(step)) : null;
  const states = Object.fromEntries(STEPS[rows].map((step) => [step, read(step)]));
  if (rows === 'sparse' && states.vectorizer === null) {
    throw new StageError(
      'E_DATA',
      `${folder} must hold vectorizer.json where rows are sparse; got none`,
      { hint: 'vectorize writes it (--vectorizer); the model takes raw texts by it' },
    );
  }
  const balance = read('rebalance');
  return {
    preprocessing: parsePreprocessing(states, fileOf),
    balance: balance === null ? null : parseBalance(balance, fileOf('rebalance')),
  };
}

const STEPS = { dense: ['columns', 'features', 'scaler'], sparse: ['vectorizer'] } as const;

/**
 * The scaler that a table was scaled with; null where there is none.
 *
 * @throws StageError E_DATA when the file is not what normalize writes, or names a column that `scaled` lacks.
 */
export function readScaler(file: string | null, scaled: Relation): Scaler | null {
  if (file === null) return null;
  const scaler = parseScaler(readJson(file), file);
  assertColumns(scaled, Object.keys(scaler.columns));
  return scaler;
}
