/** The tables of the exploration page. */
import type { Correlations } from '../exploration/correlated-pairs.ts';
import type { Exploration } from '../exploration/explore.ts';
import { isNumeric } from '../exploration/features.ts';
import type { CategoricalFeature } from '../exploration/categorical-features.ts';
import type { Feature } from '../exploration/features.ts';
import type { NumericFeature } from '../exploration/numeric-features.ts';
import { formatCount, formatMeasure, formatPercent } from './format.ts';
import { markup, type Content, type Html } from './html.ts';
import { bar, paragraph, table } from './page.ts';
import { describeBars, sparkBars } from './spark-bars.ts';

/** Rows of a table; the JSON holds all. */
const N_RANKED = 20;
const N_FEATURES = 100;
const N_PAIRS = 20;
/** Bars of a categorical column. */
const N_BARS = 24;

/** What each column alone takes from the uncertainty about the target. */
export function rankingTable({ features, ranking, target, correlations }: Exploration): Html[] {
  const byName = new Map(features.map((feature) => [feature.name, feature]));
  const withTarget = new Map(correlations.with_target.map((pair) => [pair.name, pair]));
  const shown = ranking.slice(0, N_RANKED).map((name) => byName.get(name)!);
  const nMore = ranking.length - shown.length;
  const what =
    target?.kind === 'quantity'
      ? `which tenth of the rows a value of ${target.name} belongs to`
      : target?.name;
  return [
    paragraph(
      `How much of the uncertainty (entropy) about ${what} each column removes by itself: 0\u00a0% tells nothing, 100\u00a0% decides it. Together columns can tell more.`,
    ),
    table({
      caption:
        nMore > 0
          ? `The first ${shown.length}; ${formatCount(nMore)} more in the JSON.`
          : undefined,
      columns: [{ label: 'Column' }, { label: 'Told alone' }, { label: 'Also' }],
      rows: shown.map((feature) => [
        nameCell(feature),
        bar(feature.association!.told_share, formatPercent(feature.association!.told_share)),
        measureOf(feature, withTarget.get(feature.name)?.spearman ?? null),
      ]),
    }),
    paragraph(explainMeasures(shown, target?.kind === 'quantity')),
  ];
}

function measureOf({ association }: Feature, spearman: number | null): Html {
  const { auc = null, correlation_ratio: ratio = null, cramers_v: v = null } = association ?? {};
  // η², AUC and V stay beside their numbers where the screen is narrow
  if (spearman !== null) return markup`ρ\u00a0${spearman.toFixed(2)}`;
  if (auc !== null) return markup`AUC\u00a0${auc.toFixed(3)}`;
  if (ratio !== null) return markup`η²\u00a0${ratio.toFixed(3)}`;
  return markup`${v === null ? '' : `V\u00a0${v.toFixed(3)}`}`;
}

/** What the signs of the last column mean; those that occur. */
function explainMeasures(shown: readonly Feature[], isQuantity: boolean): string {
  const has = (measure: 'auc' | 'correlation_ratio' | 'cramers_v'): boolean =>
    shown.some(({ association }) => association?.[measure] != null);
  const sentences = [
    ...(isQuantity ? ["ρ: Spearman's rank correlation."] : []),
    ...(has('auc')
      ? ['AUC: how probably a row of one class has the larger value than a row of the other.']
      : has('correlation_ratio')
        ? ['η²: share of the variance of a number that lies between the classes.']
        : []),
    ...(has('cramers_v') ? ["V: Cramér's V, from 0 (independent) to 1."] : []),
  ];
  return sentences.join(' ');
}

/** The name may break behind each of its parts. */
function nameCell(feature: Feature, unit = ''): Html {
  const parts = feature.name.split(/(?<=[_.-])/);
  return markup`${parts.map((part, i) => (i === 0 ? markup`${part}` : markup`<wbr>${part}`))}<div class="kind">${kindOf(feature)}${unit === '' ? '' : `, ${unit}`}</div>`;
}

/** @param units - What the numbers of a column are in; a column without an entry has none. */
export function columnTable(
  features: readonly Feature[],
  nSamples: number,
  units: Readonly<Record<string, string>>,
): Html[] {
  if (features.length === 0) return [paragraph('The table has no feature.')];
  const shown = features.slice(0, N_FEATURES);
  const nMore = features.length - shown.length;
  const hasMissing = features.some((feature) => feature.missing_count > 0);
  return [
    paragraph(
      'Bars of a number run from its smallest to its largest value, without the rows far out: more than three times the range ' +
        'of the middle half outside of it. Bars of a category are its values.',
    ),
    table({
      caption:
        nMore > 0
          ? `The first ${shown.length}; ${formatCount(nMore)} more in the JSON.`
          : undefined,
      columns: [
        { label: 'Column' },
        { label: 'Rows by value' },
        { label: 'Smallest, median, largest; most frequent' },
        { label: 'Distinct', isNumeric: true },
        ...(hasMissing ? [{ label: 'Missing' }] : []),
        { label: 'Skewness', isNumeric: true },
        { label: 'Far out', isNumeric: true },
      ],
      rows: shown.map((feature) =>
        [
          nameCell(feature, Object.hasOwn(units, feature.name) ? units[feature.name] : ''),
          ...(isNumeric(feature) ? numberCells(feature) : categoryCells(feature, nSamples)),
        ].toSpliced(4, 0, ...(hasMissing ? [missingCell(feature, nSamples)] : [])),
      ),
    }),
  ];
}

function missingCell({ missing_count: count }: Feature, nSamples: number): Content {
  return count === 0 ? '0' : bar(count / nSamples, formatPercent(count / nSamples));
}

function numberCells({ name, kind, summary }: NumericFeature): Content[] {
  if (summary === null) return ['', 'no value', '0', '', ''];
  const { histogram, min, median, max, n_distinct, skewness, outlier_count: farOut } = summary;
  const format = kind === 'time' ? formatTime : formatMeasure;
  return [
    sparkBars(histogram.counts, `${name}: ${describeBars(histogram.counts)}`),
    markup`<span class="range">${format(min)} … <b>${format(median)}</b> … ${format(max)}</span>`,
    formatCount(n_distinct),
    kind === 'time' || skewness === null ? '' : formatSkewness(skewness),
    farOut === 0 ? '' : formatCount(farOut),
  ];
}

function categoryCells(
  { name, categories, n_distinct, other_count: nOther }: CategoricalFeature,
  nSamples: number,
): Content[] {
  const counts = categories.map(({ count }) => count);
  const bars = [
    ...counts.slice(0, N_BARS),
    ...(counts.length <= N_BARS && nOther > 0 ? [nOther] : []),
  ];
  const first = categories.toSorted((a, b) => b.count - a.count)[0];
  return [
    sparkBars(
      counts.length > N_BARS && nOther === 0 ? counts : bars,
      `${name}: ${describeBars(counts)}`,
    ),
    first === undefined || first.count === 0
      ? 'no value'
      : markup`<span class="range"><b>${shorten(first.value)}</b> in ${formatPercent(first.count / nSamples)}</span>`,
    formatCount(n_distinct),
    '',
    '',
  ];
}

const KINDS: Readonly<Record<Feature['kind'], string>> = {
  number: 'number',
  time: 'time',
  category: 'text',
  binary: '0 and 1',
  one_hot: 'one-hot',
};

function kindOf(feature: Feature): string {
  return feature.kind === 'one_hot'
    ? `${KINDS.one_hot}, ${feature.columns.length} columns`
    : KINDS[feature.kind];
}

export function pairTable({ pairs, pair_count: nPairs }: Correlations): Html {
  const shown = pairs.slice(0, N_PAIRS);
  const nMore = nPairs - shown.length;
  const format = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
  return table({
    caption: `Strongest first${nMore > 0 ? `; ${formatCount(nMore)} more in the JSON` : ''}.`,
    columns: [
      { label: 'Column' },
      { label: 'goes with' },
      { label: 'Pearson', isNumeric: true },
      { label: 'Spearman', isNumeric: true },
    ],
    rows: shown.map(({ first, second, pearson, spearman }) => [
      first,
      second,
      format(pearson),
      format(spearman),
    ]),
  });
}

/** One decimal, and no sign before 0.0. */
function formatSkewness(skewness: number): string {
  return skewness.toFixed(1).replace(/^-(?=0\.0$)/, '');
}

/** "2026-01-31", with the time of the day where there is one. */
function formatTime(seconds: number): string {
  const text = new Date(Math.round(seconds) * 1000).toISOString();
  return seconds % 86_400 === 0 ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ');
}

function shorten(text: string): string {
  return text.length > 30 ? `${text.slice(0, 29)}…` : text;
}
