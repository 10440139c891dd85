/** Which numeric columns go together, over all rows or, in wide tables, over a sample of them. */
import { rowHash } from '../preprocessing/row-hash.ts';
import { identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { correlate } from './correlations.ts';
import type { ColumnReader } from './value-counts.ts';

export interface CorrelatedPair {
  /** In table order. */
  readonly first: string;
  readonly second: string;
  readonly pearson: number | null;
  readonly spearman: number | null;
}

export interface Correlations {
  /** Rows that were compared. */
  readonly n_samples: number;
  /** Columns that were compared. */
  readonly n_columns: number;
  /** Pairs above the limit in either measure. */
  readonly pair_count: number;
  /** The strongest of them, strongest first. */
  readonly pairs: readonly CorrelatedPair[];
  /** Each column with a target that is a quantity; else empty. */
  readonly with_target: readonly {
    readonly name: string;
    readonly pearson: number | null;
    readonly spearman: number | null;
  }[];
  /** All pairs of the columns that matter most, for a picture. */
  readonly matrix: {
    readonly columns: readonly string[];
    readonly pearson: readonly (readonly (number | null)[])[];
    readonly spearman: readonly (readonly (number | null)[])[];
  };
}

/** Numbers held in memory, and products of a pair of columns; a wide table is sampled. */
const MAX_CELLS = 8_000_000;
const MAX_PRODUCTS = 500_000_000;
const MAX_COLUMNS = 2000;
const MIN_ROWS = 500;
const MAX_PAIRS = 1000;
const MAX_MATRIX = 20;

/**
 * @param columns - Numeric columns, those that matter most first; 2,000 of them are compared.
 * @param options.quantity - SQL of a target that is a quantity, DOUBLE; null: none.
 * @param options.nSamples - Rows of the table.
 * @param options.seed - Of the sample; drawn by the hash of the id, or of the place where there is none.
 */
export async function findCorrelations(
  reader: ColumnReader,
  relation: Relation,
  columns: readonly string[],
  options: {
    readonly quantity: string | null;
    readonly id: string;
    readonly seed: number;
    readonly nSamples: number;
    readonly maxCorrelation: number;
  },
): Promise<Correlations> {
  const order = new Map(relation.columns.map(({ name }, i) => [name, i]));
  const inOrder = (names: readonly string[]): string[] =>
    names.toSorted((a, b) => order.get(a)! - order.get(b)!);
  const compared = inOrder(columns.slice(0, MAX_COLUMNS));
  const numbers = [
    ...compared.map((name) => `${identifier(name)}::DOUBLE`),
    ...(options.quantity === null ? [] : [options.quantity]),
  ];
  const nRows = sampleSize(options.nSamples, numbers.length);
  const values = await reader.readDoubles(selectSample(relation, numbers, nRows, options));
  const { pearson, spearman } = correlate(values);
  const at = (i: number, j: number) => ({
    pearson: toNumber(pearson[i * values.length + j]),
    spearman: toNumber(spearman[i * values.length + j]),
  });
  const pairs = compared.flatMap((second, j) =>
    compared.slice(0, j).flatMap((first, i) => {
      const pair = { first, second, ...at(i, j) };
      return strength(pair) > options.maxCorrelation ? [pair] : [];
    }),
  );
  const shown = inOrder(columns.slice(0, MAX_MATRIX)).map((name) => compared.indexOf(name));
  return {
    n_samples: nRows,
    n_columns: compared.length,
    pair_count: pairs.length,
    // sorting is stable, so that equals stay in table order
    pairs: pairs.toSorted((a, b) => strength(b) - strength(a)).slice(0, MAX_PAIRS),
    with_target:
      options.quantity === null
        ? []
        : compared.map((name, i) => ({ name, ...at(i, compared.length) })),
    matrix: {
      columns: shown.map((i) => compared[i]),
      pearson: shown.map((i) => shown.map((j) => at(i, j).pearson)),
      spearman: shown.map((i) => shown.map((j) => at(i, j).spearman)),
    },
  };
}

function sampleSize(nSamples: number, nColumns: number): number {
  const nPairs = Math.max(1, (nColumns * (nColumns - 1)) / 2);
  const most = Math.min(MAX_CELLS / Math.max(1, nColumns), MAX_PRODUCTS / nPairs);
  return Math.min(nSamples, Math.max(MIN_ROWS, Math.floor(most)));
}

function selectSample(
  { sql, columns }: Relation,
  numbers: readonly string[],
  nRows: number,
  { id, seed, nSamples }: { id: string; seed: number; nSamples: number },
): string {
  const selected = numbers
    .map((x, i) => `CASE WHEN isfinite(${x}) THEN ${x} ELSE 'nan'::DOUBLE END AS c${i}`)
    .join(', ');
  if (numbers.length === 0) return `SELECT 0::DOUBLE FROM ${sql} LIMIT 0`;
  if (nRows === nSamples) return `SELECT ${selected} FROM ${sql}`;
  const hasId = columns.some(({ name }) => name === id);
  const [place, table] = hasId
    ? [id, sql]
    : ['place_of_row', `(SELECT *, row_number() OVER () AS place_of_row FROM ${sql})`];
  return `SELECT ${selected} FROM ${table} ORDER BY ${rowHash(`${seed}:explore`, place)} LIMIT ${nRows}`;
}

function strength({ pearson, spearman }: Pick<CorrelatedPair, 'pearson' | 'spearman'>): number {
  return Math.max(Math.abs(pearson ?? 0), Math.abs(spearman ?? 0));
}

function toNumber(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
