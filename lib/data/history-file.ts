/** The training history as a table of tab-separated values, one row per step, as DVC's plots read it. */
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { StageError } from '../errors.ts';
import type { ModelHistoryRow } from '../models/model.ts';
import { roundResult } from './json-files.ts';

/** Column of the file and the number that it holds; the name of the model stands behind them. */
const COLUMNS = {
  step: 'step',
  loss: 'loss',
  valid_loss: 'validLoss',
  valid_accuracy: 'validAccuracy',
  learning_rate: 'learningRate',
} as const;

export function writeHistory(file: string, history: readonly ModelHistoryRow[]): void {
  const rows = history.map((row) => [
    ...Object.values(COLUMNS).map((key) => {
      const value = row[key];
      return value === null ? null : roundResult(value);
    }),
    row.model,
  ]);
  writeFileSync(
    file,
    stringify([[...Object.keys(COLUMNS), 'model'], ...rows], { delimiter: '\t' }),
  );
}

const LOG_FOLDER = 'logs';

/** Begins `logs/train.<ending>` anew; what comes back appends to it, so that a training can be watched. */
export function openHistoryLog(ending: string): (line: string) => void {
  const file = `${LOG_FOLDER}/train.${ending}`;
  mkdirSync(LOG_FOLDER, { recursive: true });
  writeFileSync(file, '');
  return (line) => appendFileSync(file, line);
}

/**
 * The rows of a history.
 *
 * @param file - null: no history, no rows.
 * @throws StageError E_DATA when the file is missing, or is not what {@link writeHistory} writes.
 */
export function readHistory(file: string | null): ModelHistoryRow[] {
  if (file === null) return [];
  if (!existsSync(file)) {
    throw new StageError('E_DATA', `${file} must exist; got no such file`, {
      hint: 'name the history that train wrote with --history, or leave it out',
    });
  }
  const rows = parseRows(file);
  const toNumber = (text: string): number | null => (text === '' ? null : Number(text));
  return rows.map((row) => ({
    step: Number(row.step),
    loss: toNumber(row.loss),
    validLoss: toNumber(row.valid_loss),
    validAccuracy: toNumber(row.valid_accuracy),
    learningRate: toNumber(row.learning_rate),
    model: row.model,
  }));
}

function parseRows(file: string): Record<string, string>[] {
  try {
    const rows = parse<Record<string, string>>(readFileSync(file), {
      delimiter: '\t',
      columns: true,
    });
    const isNumber = (text: string | undefined): boolean => text !== undefined && !isNaN(+text);
    const names = Object.keys(COLUMNS);
    const isRow = (row: Record<string, string>): boolean =>
      row.model !== undefined && names.every((name) => isNumber(row[name]));
    if (rows.every(isRow)) return rows;
  } catch (cause) {
    refuse(file, cause);
  }
  return refuse(file);
}

function refuse(file: string, cause?: unknown): never {
  const columns = [...Object.keys(COLUMNS), 'model'].join(', ');
  throw new StageError(
    'E_DATA',
    `${file} must be a table of ${columns}, separated by tabs; got something else`,
    { hint: 'the file is damaged or of another program; train writes it', cause },
  );
}
