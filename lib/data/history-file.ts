/** The training history as a table of tab-separated values, one row per epoch, as DVC's plots read it. */
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { StageError } from '../errors.ts';
import type { EpochResult } from '../models/mlp/fit.ts';

/** Column of the file and the value that it holds; `step` is the epoch from 1, as DVCLive counts. */
const COLUMNS = {
  loss: 'trainLoss',
  valid_loss: 'validLoss',
  valid_accuracy: 'validAccuracy',
  learning_rate: 'learningRate',
} as const;
/** Finer digits differ between processors. */
const SIGNIFICANT_DIGITS = 6;

export function writeHistory(file: string, history: readonly EpochResult[]): void {
  const rows = history.map((result) => [
    result.epoch + 1,
    ...Object.values(COLUMNS).map((key) => round(result[key])),
  ]);
  const columns = ['step', ...Object.keys(COLUMNS)];
  writeFileSync(file, stringify([columns, ...rows], { delimiter: '\t' }));
}

/**
 * The rows of a history.
 *
 * @param file - null: no history, no rows.
 * @throws StageError E_DATA when the file is missing, or is not what {@link writeHistory} writes.
 */
export function readHistory(file: string | null): EpochResult[] {
  if (file === null) return [];
  if (!existsSync(file)) {
    throw new StageError('E_DATA', `${file} must exist; got no such file`, {
      hint: 'name the history that train wrote with --history, or leave it out',
    });
  }
  const rows = parseRows(file);
  const toNumber = (text: string): number | null => (text === '' ? null : Number(text));
  return rows.map((row) => ({
    epoch: Number(row.step) - 1,
    trainLoss: Number(row.loss),
    validLoss: toNumber(row.valid_loss),
    validAccuracy: toNumber(row.valid_accuracy),
    learningRate: Number(row.learning_rate),
  }));
}

function parseRows(file: string): Record<string, string>[] {
  try {
    const rows = parse<Record<string, string>>(readFileSync(file), {
      delimiter: '\t',
      columns: true,
    });
    const isNumber = (text: string | undefined): boolean => text !== undefined && !isNaN(+text);
    const names = ['step', ...Object.keys(COLUMNS)];
    if (rows.every((row) => names.every((name) => isNumber(row[name])))) return rows;
  } catch (cause) {
    refuse(file, cause);
  }
  return refuse(file);
}

function refuse(file: string, cause?: unknown): never {
  const columns = Object.keys(COLUMNS).join(', ');
  throw new StageError(
    'E_DATA',
    `${file} must be a table of step, ${columns}, separated by tabs; got something else`,
    { hint: 'the file is damaged or of another program; train writes it', cause },
  );
}

function round(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(SIGNIFICANT_DIGITS));
}
