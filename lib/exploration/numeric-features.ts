/** Features that have an order: numbers and times. */
import type { Column, Relation } from '../sql.ts';
import { analyseVariance, areaUnderCurve, associate, binTable } from './association.ts';
import type { AnyFeature } from './feature.ts';
import { boxOf, summarize } from './numeric-summary.ts';
import type { Box, NumericSummary } from './numeric-summary.ts';
import { toDouble } from './target.ts';
import type { Labels } from './target.ts';
import { countValues, toMarginal } from './value-counts.ts';
import type { ColumnReader, ValueCounts } from './value-counts.ts';

export interface NumericFeature extends AnyFeature {
  readonly kind: 'number' | 'time';
  /** Rows of NaN and infinity. */
  readonly non_finite_count: number;
  /** null where no row has a value; of a time in seconds since 1970. */
  readonly summary: NumericSummary | null;
  /** By class, in the order of the target; null for a class without a value. Empty for a quantity. */
  readonly boxes: readonly (Box | null)[];
}

/** Numbers in memory at once. */
const MAX_CELLS = 4_000_000;

interface NumberContext {
  readonly labels: Labels;
  readonly isClassed: boolean;
  readonly nRows: number;
  /** Rows of each number that are not NULL. */
  readonly nPresent: ReadonlyMap<string, number>;
}

/** Features by the names of their columns. */
export async function describeNumbers(
  reader: ColumnReader,
  relation: Relation,
  columns: readonly Column[],
  context: NumberContext,
): Promise<ReadonlyMap<string, NumericFeature>> {
  const nAtOnce = Math.max(1, Math.floor(MAX_CELLS / context.nRows));
  const features = new Map<string, NumericFeature>();
  for (let start = 0; start < columns.length; start += nAtOnce) {
    const batch = columns.slice(start, start + nAtOnce);
    const xs = batch.map(({ name, kind }) => toDouble(name, kind === 'time'));
    const counts = await countValues(reader, relation, xs, context.labels.sql);
    batch.forEach((column, i) => {
      features.set(column.name, describeNumber(column, counts[i], context));
    });
  }
  return features;
}

function describeNumber(
  { name, kind }: Column,
  counts: ValueCounts,
  { labels: { totals }, isClassed, nRows, nPresent }: NumberContext,
): NumericFeature {
  const marginal = toMarginal(counts);
  const association = totals.length < 2 ? null : associate(binTable(counts, totals));
  const toBox = (label: number): Box | null => {
    const ofLabel = toMarginal(counts, label);
    return ofLabel.nRows === 0 ? null : boxOf(ofLabel);
  };
  return {
    name,
    kind: kind === 'time' ? 'time' : 'number',
    missing_count: nRows - marginal.nRows,
    // a time is either there or not
    non_finite_count: (nPresent.get(name) ?? marginal.nRows) - marginal.nRows,
    association:
      association === null
        ? null
        : {
            ...association,
            ...(isClassed ? analyseVariance(counts, totals.length) : {}),
            auc: isClassed && totals.length === 2 ? areaUnderCurve(counts) : null,
          },
    summary: summarize(marginal),
    boxes: isClassed ? totals.map((_, label) => toBox(label)) : [],
  };
}
