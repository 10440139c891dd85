/**
 * The way of raw rows in memory to the features of the model: what {@link preprocess} says in SQL, to the same bits,
 * without a database. A query costs milliseconds before its first row; a row here costs microseconds.
 */
import { identifier } from '../sql.ts';
import type { Column } from '../sql.ts';
import type { Features } from './features.ts';
import type { Mathematics } from './libm.ts';
import type { Preprocessing } from './pipeline.ts';
import { createRowMachine } from './row-machine.ts';
import type { RowMachine, RowMachineBuilder } from './row-machine.ts';
import { scale } from './scaler.ts';
import type { ColumnScaler } from './scaler.ts';
import { readExpression } from './sql-expression.ts';
import { outputsOf } from './transforms.ts';

/**
 * @param raw - Row-major, shape (n, number of raw columns), finite; NaN where a value is missing or no number.
 * @returns Row-major, shape (n, number of features); NaN where SQL gives no finite number of float32.
 */
export type RowProgram = (raw: Float64Array) => Float32Array;

/**
 * @param input - Raw columns, in the order of a row.
 * @param columns - Features that the model takes, in its order; the steps give all of them.
 */
export function createRowProgram(
  { features, scaler }: Pick<Preprocessing, 'features' | 'scaler'>,
  input: readonly Column[],
  columns: readonly string[],
  mathematics: Mathematics,
): RowProgram {
  const builder = createRowMachine(input.length, mathematics);
  const placeOf = createPlaces(builder, features?.columns ?? [], input);
  const outputs = columns.map((name) => ({
    place: placeOf(name),
    scaler: scaler?.columns[name] ?? null,
  }));
  const machine = builder.finish();
  return (raw) => {
    const rows = new Float32Array((raw.length / input.length) * outputs.length);
    for (let start = 0, at = 0; start < raw.length; start += input.length) {
      machine.run(raw, start);
      for (const output of outputs) rows[at++] = toFeature(machine, output);
    }
    return rows;
  };
}

/** The place of a column by its name; the operations of a feature are added when it is first asked for. */
function createPlaces(
  builder: RowMachineBuilder,
  declarations: Features['columns'],
  input: readonly Column[],
): (name: string) => number {
  const places = new Map(input.map(({ name }, j) => [name, j]));
  const expressions = new Map(
    declarations
      .flatMap((declaration) => outputsOf(declaration, declaration.of.map(identifier)))
      .map(({ name, sql }) => [name, sql]),
  );
  const placeOf = (name: string): number => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const place = readExpression(expressions.get(name)!, { ...builder, column: placeOf });
    places.set(name, place);
    return place;
  };
  return placeOf;
}

interface Output {
  readonly place: number;
  readonly scaler: ColumnScaler | null;
}

function toFeature({ values, missing }: RowMachine, { place, scaler }: Output): number {
  let x = values[place];
  if (missing[place] === 1) {
    if (typeof scaler?.fill !== 'number') return NaN;
    x = scaler.fill;
  }
  const feature = Math.fround(scaler === null ? x : scale(scaler, x));
  return Number.isFinite(feature) ? feature : NaN;
}
