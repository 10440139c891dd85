/** The page of `explore`: what a person reads of a table before modelling. */
import type { Exploration } from '../exploration/explore.ts';
import { formatSuggestions } from '../exploration/suggestions.ts';
import { correlationChart, histogramChart } from './explore-charts.ts';
import { distributions, nameClasses } from './explore-distributions.ts';
import type { ExplorationReport } from './explore-distributions.ts';
import { columnTable, pairTable, rankingTable } from './explore-tables.ts';
import { whatToLookAt } from './explore-findings.ts';
import { formatCount, formatMeasure, formatPercent, formatRows } from './format.ts';
import { markup, type Html } from './html.ts';
import {
  bar,
  code,
  facts,
  figure,
  figures,
  keyNumbers,
  list,
  page,
  paragraph,
  table,
  type KeyNumber,
  type Section,
} from './page.ts';

/** Rows of the table of classes; the JSON holds all. */
const N_CLASSES = 30;
/** The whole document; same input, same bytes. */
export async function explorePage(report: ExplorationReport): Promise<string> {
  const { exploration, about } = report;
  const { target, n_samples: nSamples, ranking } = exploration;
  const sections: Section[] = [
    {
      heading: 'In short',
      content: [
        headline(exploration),
        list(whatToLookAt(exploration, nameClasses(exploration, report.classNames))),
      ],
    },
    ...(target === null
      ? []
      : [
          {
            heading: `What is to be predicted: ${target.name}`,
            content: await aboutTarget(report),
          },
        ]),
    ...(target === null || ranking.length === 0
      ? []
      : [
          {
            heading: `Which columns tell most about ${target.name}`,
            content: rankingTable(exploration),
          },
          ...(await distributions(report)),
        ]),
    { heading: 'Every column', content: columnTable(exploration.features, nSamples, report.units) },
    ...(await correlated(report)),
    { heading: 'Settings to begin with', content: settings(exploration) },
    { heading: 'Data and parameters', content: [facts(about)] },
  ];
  return page({
    title: target === null ? `Exploration of ${exploration.data}` : `Exploration: ${target.name}`,
    subtitle: `What ${exploration.data} holds, to be read before a model is trained.`,
    sections,
  });
}

function headline({
  n_samples: nSamples,
  n_columns,
  id,
  target,
  features,
  missing_count,
  duplicates,
}: Exploration): Html {
  const nColumns = n_columns - Number(id !== null) - Number(target !== null);
  const nCells = nSamples * nColumns;
  const numbers: KeyNumber[] = [
    {
      label: 'Rows',
      value: formatCount(nSamples),
      note: id === null ? 'without an id' : `each with its ${id}`,
    },
    {
      label: 'Features',
      value: formatCount(features.length),
      note:
        nColumns === features.length
          ? target === null
            ? 'columns'
            : 'columns to predict from'
          : `in ${formatCount(nColumns)} columns: a one-hot group is one feature`,
    },
  ];
  if (target?.kind === 'classes') {
    const largest = Math.max(...target.classes.map(({ count }) => count));
    const nLabelled = nSamples - target.missing_count;
    numbers.push(
      { label: 'Classes', value: formatCount(target.classes.length), note: `of ${target.name}` },
      {
        label: 'Accuracy to beat',
        value: formatPercent(largest / nLabelled),
        note: 'by always naming the largest class',
      },
    );
  }
  if (target?.kind === 'quantity') {
    numbers.push({
      label: 'Median of the target',
      value: formatMeasure(target.median),
      note: `middle half ${formatMeasure(target.q1)} to ${formatMeasure(target.q3)}`,
    });
  }
  numbers.push(
    {
      label: 'Missing values',
      value: formatPercent(nCells === 0 ? 0 : missing_count / nCells),
      note: `${formatCount(missing_count)} of ${formatCount(nCells)} cells`,
    },
    {
      label: 'Repeated rows',
      value: formatCount(duplicates.duplicate_count),
      note: 'equal to an earlier one',
    },
  );
  return keyNumbers(numbers);
}

async function aboutTarget({ exploration, classNames }: ExplorationReport): Promise<Html[]> {
  const { target, n_samples: nSamples } = exploration;
  if (target === null) return [];
  const missing =
    target.missing_count === 0
      ? []
      : [
          paragraph(
            `${formatRows(target.missing_count)} without a value of ${target.name} are left out of all that follows about it.`,
          ),
        ];
  if (target.kind === 'quantity') {
    const words = `${target.name} runs from ${formatMeasure(target.min)} to ${formatMeasure(target.max)}; mean ${formatMeasure(target.mean)}, half of the rows below ${formatMeasure(target.median)}.`;
    return [
      paragraph(words),
      ...missing,
      figures([
        figure({
          caption: `Rows by ${target.name}.${farOut(target.outlier_count)}`,
          description: `Histogram. ${words}`,
          svg: await histogramChart(target.histogram, target.name),
        }),
      ]),
    ];
  }
  const nLabelled = nSamples - target.missing_count;
  const names = nameClasses(exploration, classNames);
  const order = target.classes.map((_, i) => i);
  const bySize = order.toSorted((a, b) => target.classes[b].count - target.classes[a].count);
  const shown = order.length > N_CLASSES ? bySize.slice(0, N_CLASSES) : order;
  const nMore = order.length - shown.length;
  return [
    ...missing,
    table({
      caption: `Rows of each class${nMore > 0 ? `, largest first, and ${nMore} more in the JSON` : ''}.`,
      columns: [{ label: 'Class' }, { label: 'Rows', isNumeric: true }, { label: 'Share' }],
      rows: shown.map((i) => {
        const { count } = target.classes[i];
        return [
          names[i],
          formatCount(count),
          bar(count / nLabelled, formatPercent(count / nLabelled)),
        ];
      }),
    }),
  ];
}

async function correlated({ exploration, maxCorrelation }: ExplorationReport): Promise<Section[]> {
  const { correlations, n_samples: nSamples } = exploration;
  const { matrix, pair_count: nPairs, n_columns: nColumns } = correlations;
  if (nColumns < 2) return [];
  const sampled =
    correlations.n_samples < nSamples
      ? ` Measured on ${formatRows(correlations.n_samples)}, drawn by the hash of their ids.`
      : '';
  const words =
    nPairs === 0
      ? `No two of the ${nColumns} numeric columns are correlated above ${maxCorrelation}.${sampled}`
      : `Of the ${nColumns} numeric columns ${nPairs === 1 ? 'one pair is' : `${formatCount(nPairs)} pairs are`} correlated above ${maxCorrelation}: what they say is said twice. Linear models, k-means and nearest neighbours count it twice as well; trees and networks do not mind.${sampled}`;
  const left =
    matrix.columns.length < nColumns ? ` The ${matrix.columns.length} columns that tell most.` : '';
  return [
    {
      heading: 'Which columns go together',
      content: [
        paragraph(words),
        ...(nPairs === 0 ? [] : [pairTable(correlations)]),
        figures([
          figure({
            caption: `The fuller the colour, the stronger. Below the diagonal Pearson (a straight line), above it Spearman (any line that rises or falls).${left}`,
            description: `Correlations of ${matrix.columns.join(', ')}.`,
            svg: await correlationChart(matrix),
          }),
        ]),
      ],
    },
  ];
}

function settings({ suggestions }: Exploration): Html[] {
  const { suspects, dropped, params } = suggestions;
  const { method, groups } = params.normalize;
  const methods = [method, ...groups.map((group) => group.method)];
  const parts = [
    ...(dropped.length > 0 ? ['columns that carry nothing are dropped'] : []),
    ...(methods.includes('quantile')
      ? ['long tails are scaled by quantile, so that a few rows do not set the scale for all']
      : []),
    ...(methods.includes('robust') ? ['columns with values far out by their quartiles'] : []),
    ...(suspects.length > 0 ? ['suspected leaks stand as comments for you to decide'] : []),
  ];
  const words =
    parts.length === 0 ? 'nothing in this table asks for more than the usual' : parts.join('; ');
  return [
    paragraph(markup`To paste into <code>params.yaml</code>: ${words}.`),
    code('Suggested settings', formatSuggestions(suggestions)),
  ];
}

function farOut(count: number): string {
  return count > 0 ? ` ${formatRows(count)} far outside are not drawn.` : '';
}
