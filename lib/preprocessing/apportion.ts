/**
 * How many rows go to train, valid and test, in all and of each class.
 */
import { StageError } from '../errors.ts';
import { shaped } from '../params/schema.ts';
import type { Parameter } from '../params/schema.ts';

/** In the order in which they are filled. */
export const PARTS = ['test', 'valid', 'train'] as const;
export type Part = (typeof PARTS)[number];
export type PartCounts = Readonly<Record<Part, number>>;

/** A share in (0, 1), a count, 0 for no such part, null for what the others leave. */
export interface PartSizes {
  readonly trainSize: number | null;
  readonly validSize: number | null;
  readonly testSize: number | null;
}

/** Declares the size of a part. */
export function partSize(declaration: { default: number; doc: string }): Parameter<number | null> {
  const range = 'a share in (0, 1), a count, 0 for no such part, or null for what the others leave';
  const jsonSchema = { anyOf: [{ type: 'number', minimum: 0 }, { type: 'null' }] };
  return shaped<number | null>({ ...declaration, range, jsonSchema }, (value) => {
    const isSize =
      Number.isFinite(value) &&
      Number(value) >= 0 &&
      (Number(value) < 1 || Number.isSafeInteger(value));
    if (value !== null && !isSize) throw new Error(range);
  });
}

/**
 * Rows of each part: shares of `nRows` rounded by largest remainder, counts as they are.
 *
 * @throws StageError E_DATA when the counts do not add up to `nRows`, or leave nothing for train.
 */
export function countParts(nRows: number, options: PartSizes, source: string): PartCounts {
  const sizes = PARTS.map((part) => options[`${part}Size`]);
  const given = sizes.reduce<number>((total, size) => total + (size ?? 0), 0);
  const isOfShares = sizes.some((size) => size !== null && size > 0 && size < 1);
  const rest = (isOfShares ? 1 : nRows) - given;
  const filled = sizes.map((size) => size ?? rest);
  const counts = isOfShares
    ? roundToSum(
        filled.map((share) => share * nRows),
        nRows,
      )
    : filled;
  const [test, valid, train] = counts;
  if (train < 1 || rest < 0 || test + valid + train !== nRows) {
    throw new StageError(
      'E_DATA',
      `${source} must have the rows that split.train_size, valid_size and test_size add up to, at least one of them for train; got ${nRows} rows for ${given}${isOfShares ? ' as shares' : ''}`,
      { hint: 'give shares that add up to 1, or set one of the sizes to null: it takes the rest' },
    );
  }
  return { test, valid, train };
}

/**
 * Rows of each class in each part: every entry is the share of the class, rounded up or down, and the
 * sums over classes and over parts are exact.
 *
 * Each class is rounded by largest remainder on its own; then the fewest rows change the part, those that
 * lose least by it, until the parts have their sizes. The transport problem behind it always has such a
 * solution, as its matrix is totally unimodular.
 *
 * @param classCounts - Rows of each class; their sum is the sum of `parts`.
 * @returns One triple per class, ordered test, valid, train.
 */
export function apportion(classCounts: readonly number[], parts: PartCounts): number[][] {
  const sizes = PARTS.map((part) => parts[part]);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const quotas = classCounts.map((count) =>
    sizes.map((size) => ({
      whole: Math.floor((count * size) / total),
      fraction: ((count * size) % total) / total,
    })),
  );
  const rounded = quotas.map((quota, row) => {
    const floors = quota.map(({ whole }) => whole);
    const nMissing = classCounts[row] - floors.reduce((sum, whole) => sum + whole, 0);
    const order = PARTS.map((_, part) => part).sort(
      (a, b) => quota[b].fraction - quota[a].fraction || a - b,
    );
    return floors.map((whole, part) => whole + (order.indexOf(part) < nMissing ? 1 : 0));
  });
  for (;;) {
    const surplus = sizes.map((size, part) => rounded.reduce((sum, row) => sum + row[part], -size));
    const from = surplus.findIndex((rows) => rows > 0);
    if (from === -1) return rounded;
    const to = surplus.findIndex((rows) => rows < 0);
    const through = 3 - from - to;
    const direct = cheapestMove(quotas, rounded, from, to);
    const detour = [
      cheapestMove(quotas, rounded, from, through),
      cheapestMove(quotas, rounded, through, to),
    ];
    const detourLoss = detour[0].loss + detour[1].loss;
    for (const move of direct.loss <= detourLoss ? [direct] : detour) {
      rounded[move.row][move.from]--;
      rounded[move.row][move.to]++;
    }
  }
}

interface Quota {
  readonly whole: number;
  readonly fraction: number;
}

interface Move {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly loss: number;
}

/** The class whose row moves from a part that was rounded up to one that was rounded down. */
function cheapestMove(
  quotas: readonly (readonly Quota[])[],
  rounded: readonly (readonly number[])[],
  from: number,
  to: number,
): Move {
  let best: Move = { row: -1, from, to, loss: Infinity };
  quotas.forEach((quota, row) => {
    const isRoundedUp = rounded[row][from] > quota[from].whole;
    const canRoundUp = rounded[row][to] === quota[to].whole && quota[to].fraction > 0;
    const loss = quota[from].fraction - quota[to].fraction;
    if (isRoundedUp && canRoundUp && loss < best.loss) best = { row, from, to, loss };
  });
  return best;
}

/** Rounds to whole numbers that add up to `total`: down, then up where the largest fractions are. */
function roundToSum(values: readonly number[], total: number): number[] {
  const floors = values.map(Math.floor);
  const nMissing = total - floors.reduce((sum, value) => sum + value, 0);
  const order = values
    .map((_, index) => index)
    .sort((a, b) => values[b] - floors[b] - (values[a] - floors[a]) || a - b);
  return floors.map((floor, index) => floor + (order.indexOf(index) < nMissing ? 1 : 0));
}
