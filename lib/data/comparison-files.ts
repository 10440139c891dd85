/** The files of a comparison: metrics, the page and the rows that changed. */
import { writeFileSync } from 'node:fs';
import { compareModels, judge } from '../metrics/compare.ts';
import type { ClassComparison, Comparison, MetricComparison } from '../metrics/compare.ts';
import { roundMetric, type EvaluationMetric } from '../metrics/evaluate.ts';
import { listDifferences } from '../params/differences.ts';
import { comparisonPage, describeVerdict } from '../reports/comparison-page.ts';
import type { ComparedPair } from '../reports/comparison-page.ts';
import { nameClass } from '../reports/names.ts';
import type { Rng } from '../rng.ts';
import { identifier, literal } from '../sql.ts';
import type { ComparisonSource } from './comparison-sources.ts';
import type { FileDatabase } from './database.ts';
import { writeJson } from './json-files.ts';
import type { ComparedModels } from './model-predictions.ts';
import { writeTable } from './tables.ts';

/**
 * Compares every model with the first one. With several, each comparison takes its share of the chance of
 * error (Bonferroni), so that all intervals together have the confidence level.
 */
export function comparePairs(
  sources: readonly ComparisonSource[],
  { models: [first, ...others], classes }: ComparedModels,
  options: { confidenceLevel: number; nResamples: number },
  rng: (purpose: string) => Rng,
): ComparedPair[] {
  const confidenceLevel = 1 - (1 - options.confidenceLevel) / others.length;
  return others.map((second, i) => ({
    comparison: compareModels(first, second, classes, {
      ...options,
      confidenceLevel,
      rng: rng(`bootstrap ${i}`),
    }),
    params: [sources[0], sources[i + 1]].some(({ params }) => params === null)
      ? null
      : listDifferences(sources[0].params, sources[i + 1].params),
  }));
}

/** @returns One line for people, and the document as it was written. */
export async function writeComparison(
  paths: Readonly<{ metrics: string; page: string }>,
  pairs: readonly ComparedPair[],
  {
    classes,
    classNames,
    metric,
  }: {
    classes: readonly string[];
    classNames: Readonly<Record<string, string>>;
    metric: EvaluationMetric;
  },
): Promise<{ readonly message: string; readonly [fact: string]: unknown }> {
  const document = {
    metric,
    n_samples: pairs[0].comparison.nSamples,
    comparisons: pairs.map((pair) => toDocument(pair, metric)),
  };
  writeJson(paths.metrics, document);
  const names = classes.map((value) => nameClass(value, classNames));
  writeFileSync(paths.page, await comparisonPage({ comparisons: pairs, metric, classes: names }));
  const message = pairs.map(({ comparison }) => describeVerdict(comparison, metric)).join('; ');
  return { message, ...document };
}

function toDocument({ comparison, params }: ComparedPair, metric: EvaluationMetric): object {
  const { first, second, confidenceLevel, metrics, perClass } = comparison;
  return {
    ...{ first, second, verdict: judge(comparison, metric).verdict },
    confidence_level: roundMetric(confidenceLevel),
    ...toOutcomes(comparison),
    metrics: Object.fromEntries(metrics.map((found) => [found.metric, toMetric(found)])),
    per_class: Object.fromEntries(perClass.map((own) => [own.class, toClass(own)])),
    params:
      params === null
        ? null
        : Object.fromEntries(
            params.map(({ key, before = null, after = null }) => [
              key,
              { first: before, second: after },
            ]),
          ),
  };
}

function toOutcomes(outcomes: Comparison | ClassComparison): object {
  const { nBothRight, nBothWrong, nLost, nGained } = outcomes;
  return { both_right: nBothRight, both_wrong: nBothWrong, lost: nLost, gained: nGained };
}

function toMetric({ first, second, difference, low, high, pValue }: MetricComparison): object {
  const round = (value: number | null): number | null =>
    value === null ? null : roundMetric(value);
  return {
    ...{ first: round(first), second: round(second), difference: round(difference) },
    ...{ low: round(low), high: round(high), p_value: toPValue(pValue) },
  };
}

function toClass({ first, second, pValue, ...outcomes }: ClassComparison): object {
  return {
    support: first.support,
    ...toOutcomes(outcomes as ClassComparison),
    recall: { first: roundMetric(first.recall), second: roundMetric(second.recall) },
    f1: { first: roundMetric(first.f1), second: roundMetric(second.f1) },
    p_value: toPValue(pValue),
  };
}

/** Four digits: small ones keep their size. */
function toPValue(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}

/**
 * Writes the rows that some models have right and others wrong: id, `actual`, and a column of the prediction of
 * each model, named after it.
 */
export async function writeChanges(
  database: FileDatabase,
  sources: readonly ComparisonSource[],
  { relations, id }: ComparedModels,
  file: string,
): Promise<number> {
  const tables = relations.map(({ sql }, i) => {
    const key = id === null ? 'row_number() OVER ()' : `${identifier(id)}::VARCHAR`;
    return `(SELECT ${key} AS key, * FROM ${sql}) AS t${i}`;
  });
  const [first, ...others] = tables;
  const joins = others.map((table, i) => `JOIN ${table} ON t0.key = t${i + 1}.key`);
  const isRight = relations.map((_, i) => `(t${i}.prediction = t0.actual)::INTEGER`).join(' + ');
  const columns = [
    ...(id === null ? ['t0.key AS row_number'] : [`t0.${identifier(id)} AS ${identifier(id)}`]),
    't0.actual AS actual',
    ...sources.map(({ name }, i) => `t${i}.prediction AS ${identifier(`prediction of ${name}`)}`),
    ...(relations.length === 2
      ? [
          `CASE WHEN t1.prediction = t0.actual THEN ${literal('gained')} ELSE ${literal('lost')} END AS outcome`,
        ]
      : []),
  ];
  return await writeTable(
    database,
    `SELECT ${columns.join(', ')} FROM ${first} ${joins.join(' ')}
     WHERE ${isRight} BETWEEN 1 AND ${relations.length - 1} ORDER BY t0.${id === null ? 'key' : identifier(id)}`,
    file,
  );
}
