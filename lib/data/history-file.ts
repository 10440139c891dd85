/** The training history as a table of tab-separated values, one row per epoch, as DVC's plots read it. */
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { EpochResult } from '../models/mlp.ts';

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

/** The rows of a history; none when there is no such file. */
export function readHistory(file: string | null): EpochResult[] {
  if (file === null || !existsSync(file)) return [];
  const rows = parse(readFileSync(file), { delimiter: '\t', columns: true }) as Record<
    string,
    string
  >[];
  const toNumber = (text: string): number | null => (text === '' ? null : Number(text));
  return rows.map((row) => ({
    epoch: Number(row.step) - 1,
    trainLoss: Number(row.loss),
    validLoss: toNumber(row.valid_loss),
    validAccuracy: toNumber(row.valid_accuracy),
    learningRate: Number(row.learning_rate),
  }));
}

function round(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(SIGNIFICANT_DIGITS));
}
