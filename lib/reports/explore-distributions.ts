/** The charts of the exploration page that set the features against the target. */
import type { Exploration } from '../exploration/explore.ts';
import type { Feature } from '../exploration/features.ts';
import { isNumeric } from '../exploration/features.ts';
import { boxChart, MAX_GROUPS, shareChart, trendChart } from './explore-charts.ts';
import { markup, type Html } from './html.ts';
import { nameClass } from './names.ts';
import { figure, figures, paragraph, type Section } from './page.ts';

export interface ExplorationReport {
  readonly exploration: Exploration;
  /** What a class is called beside its value: { 1: 'Spruce/Fir' }; a class without an entry keeps its value. */
  readonly classNames: Readonly<Record<string, string>>;
  /** What the numbers of a column are in: { Elevation: 'm' }. */
  readonly units: Readonly<Record<string, string>>;
  readonly maxCharts: number;
  /** Absolute correlation above which pairs are named. */
  readonly maxCorrelation: number;
  /** Data and parameters, as pairs of a term and its value. */
  readonly about: readonly (readonly [term: string, value: string])[];
}

/** A column that tells less gets no chart. */
const MIN_TOLD_SHARE = 0.001;
/** Categories of one chart. */
const N_CATEGORIES = 10;

/** What the classes are called; none for a quantity. */
export function nameClasses(
  { target }: Exploration,
  classNames: ExplorationReport['classNames'],
): string[] {
  if (target?.kind !== 'classes') return [];
  return target.classes.map(({ value }) => nameClass(value, classNames));
}

/** Charts of the features that tell most about the target; none without one. */
export async function distributions(report: ExplorationReport): Promise<Section[]> {
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
  { exploration, classNames, units }: ExplorationReport,
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
      caption: markup`<b>${feature.name}</b>${Object.hasOwn(units, feature.name) ? `, ${units[feature.name]}` : ''}${left}`,
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
