/** What the steps of the restaurants' pipeline hand on to each other. */
import { StageError } from '../errors.ts';
import { turnoverFrom } from '../forecasting/restaurants/hourly-features.ts';
import type { HourlyTable, HourlyTurnover } from '../forecasting/restaurants/hourly-features.ts';
import { readHourlyCsv, writeHourlyCsv } from './hourly-csv.ts';
import { hasWeek, readTurnover } from './restaurant-orders.ts';

const TARGET = 'cash_in';

/**
 * The turnover of one week, by the hours of `x`.
 *
 * @returns null where a restaurant has no file of that week, or none of its orders is in these hours.
 */
export function readTruth(
  folder: string,
  week: number,
  { start, values, columns }: HourlyTable,
): Float64Array | null {
  if (!hasWeek(folder, week)) return null;
  const turnover = readTurnover(folder, { startWeek: week, endWeek: week });
  const truth = turnoverFrom(turnover, start, values.length / columns.length);
  return truth.some((value) => value > 0) ? truth : null;
}

/** A table `order_date,cash_in`. */
export function writeTurnoverCsv(file: string, { start, cashIn }: HourlyTurnover): void {
  writeHourlyCsv(file, { columns: [TARGET], start, values: cashIn });
}

/** @throws StageError E_DATA as readHourlyCsv does. */
export function readTurnoverCsv(file: string): HourlyTurnover {
  const { start, values } = readHourlyCsv(file, [TARGET]);
  return { start, cashIn: values };
}

export interface TrainingSet {
  readonly x: HourlyTable;
  /** Shape (nRows of x). */
  readonly y: Float64Array;
}

interface TrainingPaths {
  readonly x: string;
  readonly y: string;
}

/** @throws StageError E_DATA where no hour has all its lags. */
export function writeTrainingSet(paths: TrainingPaths, { x, y }: TrainingSet): void {
  if (y.length === 0) {
    throw new StageError('E_DATA', 'the weeks of the window must be more than lag_in_week', {
      hint: 'take an earlier window.start_week, or a smaller features.lag_in_week',
    });
  }
  writeHourlyCsv(paths.x, x);
  writeTurnoverCsv(paths.y, { start: x.start, cashIn: y });
}

/** @throws StageError E_DATA as readHourlyCsv does, and where the two have not the same hours. */
export function readTrainingSet(paths: TrainingPaths): TrainingSet {
  const x = readHourlyCsv(paths.x);
  const { start, cashIn: y } = readTurnoverCsv(paths.y);
  if (start !== x.start || y.length * x.columns.length !== x.values.length) {
    throw new StageError('E_DATA', `${paths.y} must have the hours of ${paths.x}; got others`, {
      hint: 'run the step that writes both again (npx dvc repro)',
    });
  }
  return { x, y };
}
