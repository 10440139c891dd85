/** What there is to know of each feature: its values, and what it tells about the target. */
import { findOneHotGroups } from '../one-hot-groups.ts';
import { findBinary, queryColumns } from '../preprocessing/column-facts.ts';
import { countRows } from '../sql.ts';
import type { Column, Database, Relation, Row } from '../sql.ts';
import {
  countBinary,
  describeBinary,
  describeGroup,
  describeText,
} from './categorical-features.ts';
import type { CategoricalFeature } from './categorical-features.ts';
import { N_COLUMNS_AT_ONCE } from './feature.ts';
import { describeNumbers } from './numeric-features.ts';
import type { NumericFeature } from './numeric-features.ts';
import type { Labels } from './target.ts';
import type { ColumnReader } from './value-counts.ts';

export type Feature = NumericFeature | CategoricalFeature;

/** Numbers and times, which have an order. */
export function isNumeric(feature: Feature): feature is NumericFeature {
  return feature.kind === 'number' || feature.kind === 'time';
}

/** @returns In table order; a one-hot group stands where its first column does. */
export async function describeFeatures(
  database: Database & ColumnReader,
  relation: Relation,
  columns: readonly Column[],
  {
    labels,
    isClassed,
    maxCategories,
  }: { labels: Labels; isClassed: boolean; maxCategories: number },
): Promise<Feature[]> {
  const numbers = columns.filter(({ kind }) => kind === 'number');
  const ranges = await inBatches(numbers, (batch) =>
    queryColumns(database, relation, batch, (x) => ({
      min: `min(${x})::DOUBLE`,
      max: `max(${x})::DOUBLE`,
      present: `count(${x})`,
    })),
  );
  const binary = await findBinary(database, relation, numbers, ranges);
  const groups = await findOneHotGroups(database, { ...relation, columns }, [...binary]);
  const counted = await countBinary(
    database,
    relation,
    numbers.filter(({ name }) => binary.has(name)),
    labels,
  );
  const nRows = await countRows(database, relation);
  const grouped = new Map(groups.flatMap((group) => group.columns.map((name) => [name, group])));
  const described = await describeNumbers(
    database,
    relation,
    columns.filter(({ name, kind }) => (kind === 'number' && !binary.has(name)) || kind === 'time'),
    { labels, isClassed, nRows, nPresent: presentOf(numbers, ranges) },
  );
  const features: Feature[] = [];
  for (const { name } of columns) {
    const group = grouped.get(name);
    if (group !== undefined && group.columns[0] !== name) continue;
    features.push(
      group !== undefined
        ? describeGroup(group, counted)
        : binary.has(name)
          ? describeBinary(name, counted.get(name)!, labels, nRows)
          : (described.get(name) ??
            (await describeText(database, relation, name, labels, maxCategories))),
    );
  }
  return features;
}

function presentOf(columns: readonly Column[], ranges: readonly Row[]): Map<string, number> {
  return new Map(columns.map(({ name }, i) => [name, Number(ranges[i].present)]));
}

async function inBatches(
  columns: readonly Column[],
  ask: (batch: readonly Column[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let start = 0; start < columns.length; start += N_COLUMNS_AT_ONCE) {
    rows.push(...(await ask(columns.slice(start, start + N_COLUMNS_AT_ONCE))));
  }
  return rows;
}
