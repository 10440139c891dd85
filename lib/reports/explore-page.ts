/** The page of `explore`: what a person reads of a table before modelling. */
import type { Exploration } from '../exploration/explore.ts';
import { isNumeric } from '../exploration/features.ts';
import type { Feature } from '../exploration/features.ts';
import { formatSuggestions } from '../exploration/suggestions.ts';
import {
  boxChart,
  correlationChart,
  histogramChart,
  MAX_GROUPS,
  shareChart,
  trendChart,
} from './explore-charts.ts';
import { columnTable, pairTable, rankingTable } from './explore-tables.ts';
import { whatToLookAt } from './explore-findings.ts';
import { formatCount, formatMeasure, formatPercent, formatRows } from './format.ts';
import { markup, type Html } from './html.ts';
import { nameClass } from './names.ts';
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

export interface ExplorationReport {
  readonly exploration: Exploration;
  /** What a class is called beside its value: { 1: 'Spruce/Fir' }; a class without an entry keeps its value. */
  readonly classNames: Readonly<Record<string, string>>;
  readonly maxCharts: number;
  /** Absolute correlation above which pairs are named. */
  readonly maxCorrelation: number;
  /** Data and parameters, as pairs of a term and its value. */
  readonly about: readonly (readonly [term: string, value: string])[];
}

/** Rows of the table of classes; the JSON holds all. */
const N_CLASSES = 30;
/** A column that tells less gets no chart. */
const MIN_TOLD_SHARE = 0.001;
/** Categories of one chart. */
const N_CATEGORIES = 10;

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
    { heading: 'Every column', content: columnTable(exploration.features, nSamples) },
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
          ? 'columns to predict from'
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

function nameClasses(
  { target }: Exploration,
  classNames: ExplorationReport['classNames'],
): string[] {
  if (target?.kind !== 'classes') return [];
  return target.classes.map(({ value }) => nameClass(value, classNames));
}

async function distributions(report: ExplorationReport): Promise<Section[]> {
  const { exploration, maxCharts } = report;
  const { target, features, findings, ranking, trends } = exploration;
  if (target === null || maxCharts === 0) return [];
  const byName = new Map(features.map((feature) => [feature.name, feature]));
  const isWorthIt = ({ name, association }: Feature): boolean =>
    (association?.told_share ?? 0) >= MIN_TOLD_SHARE &&
    !findings.id_suspects.some((remark) => remark.name === name);
  const shown = ranking
    .map((name) => byName.get(name)!)
    .filter(isWorthIt)
    .slice(0, maxCharts);
  const parts =
    target.kind === 'quantity'
      ? await Promise.all(
          shown
            .flatMap(({ name }) => trends.find((trend) => trend.name === name) ?? [])
            .map(async (trend) =>
              figure({
                caption: markup`<b>${trend.name}</b>`,
                description: `${target.name} along ${trend.name} at ${trend.points.length} places.`,
                svg: await trendChart(trend, target.name),
              }),
            ),
        )
      : await Promise.all(shown.map((feature) => classFigure(feature, report)));
  if (parts.length === 0) return [];
  const nMore = ranking.length - parts.length;
  const more =
    nMore > 0
      ? ` ${nMore} more ${nMore === 1 ? 'column stands' : 'columns stand'} in the table below.`
      : '';
  const most =
    parts.length === 1 ? 'The column that tells' : `The ${parts.length} columns that tell`;
  const kinds = new Set(shown.map(isNumeric));
  const legend =
    target.kind === 'quantity'
      ? `The line is the median of ${target.name}, the band or bar around it the middle half of the rows.`
      : [
          ...(kinds.has(true)
            ? [
                'Of a number, a bar holds the middle half of the rows of a class, its gap is the median, the line reaches from 5 % to 95 % of them: where bars lie apart, a model can tell classes apart.',
              ]
            : []),
          ...(kinds.has(false)
            ? ['Of a category, each bar shows how its rows divide among the classes.']
            : []),
        ].join(' ');
  const words = `${most} most, strongest first. ${legend}${more}`;
  return [
    {
      heading:
        target.kind === 'quantity'
          ? `How ${target.name} runs along them`
          : 'How the classes differ in them',
      content: [paragraph(words), figures(parts)],
    },
  ];
}

async function classFigure(
  feature: Feature,
  { exploration, classNames }: ExplorationReport,
): Promise<Html> {
  const { target } = exploration;
  const names = nameClasses(exploration, classNames);
  const sizes = target?.kind === 'classes' ? target.classes.map(({ count }) => count) : [];
  // the largest classes, in their own order
  const kept = sizes
    .map((_, i) => i)
    .toSorted((a, b) => sizes[b] - sizes[a])
    .slice(0, MAX_GROUPS)
    .toSorted((a, b) => a - b);
  const nLeft = sizes.length - kept.length;
  const left = nLeft > 0 ? ` Of the classes, the ${MAX_GROUPS} largest.` : '';
  const shownNames = kept.map((i) => names[i]);
  if (isNumeric(feature)) {
    return figure({
      caption: markup`<b>${feature.name}</b>${left}`,
      description: `Boxes of ${feature.name} for ${shownNames.join(', ')}.`,
      svg: await boxChart(
        kept.map((i) => feature.boxes[i]),
        shownNames,
      ),
    });
  }
  const categories = feature.categories
    .filter(({ by_label }) => by_label.some((n) => n > 0))
    .toSorted((a, b) => (feature.kind === 'binary' ? 0 : b.count - a.count))
    .slice(0, N_CATEGORIES)
    .map((category) => ({ ...category, by_label: kept.map((i) => category.by_label[i]) }));
  const nMore = feature.n_distinct - categories.length;
  const more = nMore > 0 ? ` The ${categories.length} most frequent values; ${nMore} more.` : '';
  return figure({
    caption: markup`<b>${feature.name}</b>${more}${left}`,
    description: `Shares of the classes for ${categories.length} values of ${feature.name}.`,
    svg: await shareChart(
      categories,
      categories.map(({ value }) => nameCategory(feature.name, value)),
      shownNames,
      target?.name ?? '',
    ),
  });
}

/** `12` of Soil_Type12 within Soil_Type. */
function nameCategory(group: string, value: string): string {
  return value.startsWith(group)
    ? value.slice(group.length).replace(/^[_ .=-]/, '') || value
    : value;
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
  const { suspects, dropped, scaled } = suggestions;
  const parts = [
    ...(dropped.length > 0 ? ['columns that carry nothing are dropped'] : []),
    ...(scaled.length > 0
      ? [
          'long tails are scaled by quantile and far values by quartiles, so that they do not set the scale for all',
        ]
      : []),
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
