/** The page of a model's signal: what groups of features are worth, and whether they and clusters are chance. */
import type { RowDifferences, RowScores } from '../metrics/paired-rows.ts';
import type { PermutationTest } from '../signal/ablation.ts';
import type { SignalParams } from '../signal/signal-params.ts';
import type { UserDays } from '../signal/user-days.ts';
import { N_SEEN } from '../signal/structure.ts';
import type { StructureTest } from '../signal/structure.ts';
import { renderChart } from './charts.ts';
import {
  formatCount,
  formatDifference,
  formatLevel,
  formatPercent,
  formatPValue,
  formatScore,
} from './format.ts';
import type { Html } from './html.ts';
import { intervalChart } from './interval-chart.ts';
import { figure, figures, keyNumbers, page, paragraph, table } from './page.ts';
import type { Section } from './page.ts';

export interface SignalReport {
  /** `all`, the reference, first. */
  readonly models: readonly {
    readonly name: string;
    readonly scores: RowScores;
    readonly differences: RowDifferences;
  }[];
  readonly groups: readonly PermutationTest[];
  readonly clusterings: readonly ({ readonly name: string } & StructureTest)[];
  readonly days: UserDays;
  readonly params: SignalParams;
  readonly nTrain: number;
  readonly nTest: number;
}

/** Same input, same bytes. */
export async function signalPage(report: SignalReport): Promise<string> {
  const { nTrain, nTest } = report;
  return page({
    title: 'What the click model learns from',
    subtitle: `fitted to ${formatCount(nTrain)} ads shown, measured on ${formatCount(nTest)} others`,
    sections: [
      await worthSection(report),
      await chanceSection(report),
      await clusterSection(report),
      countSection(report),
    ],
  });
}

async function worthSection({ models, params }: SignalReport): Promise<Section> {
  const [all] = models;
  const base = models.find(({ name }) => name === 'base rate')!;
  const level = formatLevel(params.confidenceLevel);
  const interval = (difference: RowDifferences[keyof RowDifferences]): string =>
    difference === null
      ? '–'
      : `${formatDifference(difference.low)} … ${formatDifference(difference.high)}`;
  return {
    heading: 'What each group of features is worth',
    content: [
      keyNumbers([
        { label: 'AUC', value: formatScore(all.scores.roc_auc), note: 'of 0.5 by chance' },
        {
          label: 'log loss',
          value: formatScore(all.scores.log_loss),
          note: `base rate ${formatScore(base.scores.log_loss)}`,
        },
        {
          label: 'Brier score',
          value: formatScore(all.scores.brier_score),
          note: `base rate ${formatScore(base.scores.brier_score)}`,
        },
      ]),
      table({
        caption: `Intervals (${level}) are of the difference to the model with all features, on the same bootstrap samples of the test rows. Inherited: the method handed down, as a whole; inherited count: all features, but the ads of a day counted as it did, the one being shown among them, in the order of the file.`,
        columns: [
          { label: 'features' },
          ...['AUC', 'difference', 'log loss', 'difference', 'Brier score', 'difference'].map(
            (label) => ({
              label,
              isNumeric: true,
            }),
          ),
        ],
        rows: models.map(({ name, scores, differences }, m) => [
          name,
          formatScore(scores.roc_auc),
          m === 0 ? '' : interval(differences.roc_auc),
          formatScore(scores.log_loss),
          m === 0 ? '' : interval(differences.log_loss),
          formatScore(scores.brier_score),
          m === 0 ? '' : interval(differences.brier_score),
        ]),
      }),
      figures([
        figure({
          caption: 'Log loss less that of the model with all features; right of the line is worse',
          svg: await intervalChart(
            models.slice(1).map(({ name, scores, differences }) => {
              const value = scores.log_loss - all.scores.log_loss;
              const { low, high } = differences.log_loss!;
              const description = `${name}: ${formatDifference(value)}`;
              return { name, low, value, high, description };
            }),
            'difference in log loss',
            0,
          ),
          description: 'Differences in log loss with their intervals',
        }),
      ]),
    ],
  };
}

async function chanceSection({ groups, params }: SignalReport): Promise<Section> {
  const parts = groups.map(async ({ group, test }) =>
    figure({
      caption: `${group}: test log loss ${formatScore(test.logLoss)} (line) and with its features dealt anew (bars); ${formatPValue(test.pValue)}`,
      svg: await drawPermuted(test.permuted, test.logLoss, 'log loss on test'),
      description: `Distribution of the log loss with ${group} dealt anew`,
    }),
  );
  return {
    heading: 'Whether that is chance',
    content: [
      paragraph(
        `The features of a group are dealt anew between the users, pages or rows that they describe, ${formatCount(params.nPermutations)} times, and the model is fitted to them. The p-value is the share of these models that are no worse.`,
      ),
      table({
        columns: [
          { label: 'features' },
          ...['log loss on train', 'dealt anew', 'p', 'log loss on test', 'dealt anew', 'p'].map(
            (label) => ({
              label,
              isNumeric: true,
            }),
          ),
        ],
        rows: groups.map(({ group, train, test }) => [
          group,
          ...[train, test].flatMap(({ logLoss, permuted, pValue }) => [
            formatScore(logLoss),
            formatScore(meanOf(permuted)),
            formatPValue(pValue).replace('p = ', ''),
          ]),
        ]),
      }),
      figures(await Promise.all(parts)),
    ],
  };
}

async function clusterSection({ clusterings, params }: SignalReport): Promise<Section> {
  const parts = clusterings.map(async ({ name, explained, permuted, pValue }) =>
    figure({
      caption: `${name}: ${formatPercent(explained)} of the variance is between clusters (line), ${formatPercent(meanOf(permuted))} with every column dealt anew (mean of the bars); ${formatPValue(pValue)}`,
      svg: await drawPermuted(permuted, explained, 'share between clusters'),
      description: `Distribution of the explained share of ${name} dealt anew`,
    }),
  );
  return {
    heading: 'Whether the clusters are there',
    content: [
      paragraph(
        `k-means finds clusters in anything. Here it is fitted to the same rows with every column dealt anew by itself (the columns of one category together), ${formatCount(params.nColumnPermutations)} times, so that nothing but chance holds them together. Each share is the mean of ${formatCount(params.nInit)} starts, and of ${formatCount(N_SEEN * params.nInit)} for the rows as they are.`,
      ),
      figures(await Promise.all(parts)),
    ],
  };
}

function countSection({ days }: SignalReport): Section {
  return {
    heading: 'What the count of ads can be worth',
    content: [
      paragraph(
        `${formatCount(days.nWithSecondAd)} of ${formatCount(days.nUserDays)} days of a user in train have a second ad: a count within the day tells the rows of these from all others, and nothing else.`,
      ),
      table({
        caption: 'Rows of train and test',
        columns: [
          { label: 'ads seen before' },
          { label: 'rows', isNumeric: true },
          { label: 'clicked', isNumeric: true },
        ],
        rows: days.byCount.map(({ adsSeen, nRows, clickRate }) => [
          formatCount(adsSeen),
          formatCount(nRows),
          formatPercent(clickRate),
        ]),
      }),
    ],
  };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const N_BINS = 24;

/** Counts of the permuted values, and a line where the one seen is. */
async function drawPermuted(permuted: Float64Array, seen: number, title: string): Promise<Html> {
  const low = Math.min(seen, ...permuted);
  const width = (Math.max(seen, ...permuted) - low) / N_BINS || 1;
  const counts = new Array<number>(N_BINS + 1).fill(0);
  for (const value of permuted) counts[Math.floor((value - low) / width)]++;
  const values = counts.map((count, b) => ({
    start: low + b * width,
    end: low + (b + 1) * width,
    count,
  }));
  const x = {
    type: 'quantitative' as const,
    title,
    scale: { zero: false },
    axis: { tickCount: 5 },
  };
  return await renderChart({
    layer: [
      {
        data: { values },
        mark: { type: 'bar', color: 'var(--muted)', opacity: 0.55, binSpacing: 1 },
        encoding: {
          x: { ...x, field: 'start', bin: { binned: true } },
          x2: { field: 'end' },
          y: { field: 'count', type: 'quantitative', title: 'times' },
        },
      },
      {
        data: { values: [{ seen }] },
        mark: { type: 'rule', color: 'var(--accent)', strokeWidth: 2 },
        encoding: { x: { ...x, field: 'seen' } },
      },
    ],
  });
}
