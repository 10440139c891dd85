/** The page of `tune`: the best parameters, how the study came to them, and which ones matter. */
import type { SpaceParameter } from '../tuning/search-space.ts';
import { isBetter, isComplete } from '../tuning/trial.ts';
import type { Trial, Tuning } from '../tuning/trial.ts';
import { formatCount, formatPercent } from './format.ts';
import type { Html } from './html.ts';
import { facts, figure, figures, keyNumbers, list, page, paragraph, table } from './page.ts';
import type { Section } from './page.ts';
import { historyChart, importanceChart, parameterChart } from './tune-charts.ts';

/** Trials of the table, failures of the list, parameters that get a chart; the CSV has all trials. */
const N_BEST = 10;
const N_FAILURES = 5;
const N_CHARTS = 8;

/** The whole document; same input, same bytes. */
export async function tunePage(
  tuning: Tuning,
  about: readonly (readonly [term: string, value: string])[],
): Promise<string> {
  const { stage, metric, trials, best } = tuning;
  const failed = trials.filter(({ state }) => state === 'FAIL');
  const sections: Section[] = [
    { heading: 'In short', content: [headline(tuning)] },
    { heading: 'Best parameters', content: [bestTable(tuning)] },
    { heading: 'The trials', content: [figures([await history(tuning)]), trialTable(tuning)] },
    ...(await importanceSection(tuning)),
    { heading: `Parameters and ${metric}`, content: [figures(await parameterFigures(tuning))] },
    ...(failed.length === 0 ? [] : [{ heading: 'Failed trials', content: failures(failed) }]),
    { heading: 'Data and parameters', content: [facts(about)] },
  ];
  return page({
    title: `Tuning of ${stage}`,
    subtitle: `${metric} ${formatValue(best.value)} in the best of ${trials.length === 1 ? '1 trial' : `${formatCount(trials.length)} trials`}.`,
    sections,
  });
}

function headline({ metric, direction, trials, best }: Tuning): Html {
  const count = (state: Trial['state']): string =>
    formatCount(trials.filter((trial) => trial.state === state).length);
  const first = trials.find(isComplete)!;
  return keyNumbers([
    {
      label: `Best ${metric}`,
      value: formatShort(best.value),
      note: direction === 'maximize' ? 'higher is better' : 'lower is better',
    },
    { label: 'Best trial', value: String(best.index), note: 'counted from 0' },
    {
      label: 'First trial',
      value: formatShort(first.value),
      note: `the ${metric} of trial ${first.index}`,
    },
    { label: 'Complete', value: count('COMPLETE'), note: 'ran to their end' },
    { label: 'Pruned', value: count('PRUNED'), note: 'ended early, behind the others' },
    { label: 'Failed', value: count('FAIL'), note: 'the stage ended with an error' },
  ]);
}

function bestTable({ stage, space, best, importances }: Tuning): Html {
  const drawn = space.filter(({ name }) => Object.hasOwn(best.params, name));
  return table({
    caption: `What trial ${best.index} drew. Nothing takes these values over by itself; params compose --overlay does.`,
    columns: [
      { label: 'Parameter' },
      { label: 'Value', isNumeric: true },
      { label: 'Drawn from' },
      { label: 'Importance', isNumeric: true },
    ],
    rows: drawn.map((parameter) => [
      shorten(stage, parameter.name),
      formatDrawn(best.params[parameter.name]),
      describe(parameter),
      importances === null ? '–' : formatPercent(importances[parameter.name] ?? 0),
    ]),
  });
}

function describe({ distribution, when }: SpaceParameter): string {
  const conditions = Object.entries(when).map(
    ([name, values]) => `, when ${name} is ${values.map(formatDrawn).join(' or ')}`,
  );
  if (distribution.type === 'categorical') {
    return distribution.choices.map(formatDrawn).join(', ') + conditions.join('');
  }
  const { low, high, log, step } = distribution;
  const how = log ? ', log' : step === null ? '' : `, step ${step}`;
  return `${low} to ${high}${how}${conditions.join('')}`;
}

async function history(tuning: Tuning): Promise<Html> {
  const { metric, best, trials } = tuning;
  return figure({
    caption: 'A point for each trial that measured something, and the best so far as a line.',
    description: `${metric} of ${trials.length} trials in their order; the best is ${formatValue(best.value)} in trial ${best.index}.`,
    svg: await historyChart(tuning),
  });
}

function trialTable({ stage, metric, direction, space, trials }: Tuning): Html {
  const ranked = trials
    .filter(isComplete)
    .sort((a, b) => (isBetter(direction, a.value, b.value) ? -1 : a.value === b.value ? 0 : 1));
  const shown = ranked.slice(0, N_BEST);
  return table({
    caption: `The ${shown.length} best of ${formatCount(ranked.length)} complete trials; the CSV has all.`,
    columns: [
      { label: 'Trial' },
      { label: metric, isNumeric: true },
      ...space.map(({ name }) => ({ label: shorten(stage, name), isNumeric: true })),
    ],
    rows: shown.map(({ index, value, params }) => [
      index,
      formatValue(value),
      ...space.map(({ name }) => (Object.hasOwn(params, name) ? formatDrawn(params[name]) : '–')),
    ]),
  });
}

/** Parameters by importance, the largest first, with their short names. */
function rank({ stage, importances }: Tuning): [name: string, share: number][] {
  return Object.entries(importances ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => [shorten(stage, name), share]);
}

async function importanceSection(tuning: Tuning): Promise<Section[]> {
  const ranked = rank(tuning);
  if (ranked.length === 0) return [];
  const words = ranked.map(([name, share]) => `${name} ${formatPercent(share)}`).join(', ');
  return [
    {
      heading: 'Which parameters matter',
      content: [
        paragraph(
          'By PED-ANOVA (Watanabe, Bansal and Hutter 2023, doi:10.24963/ijcai.2023/488): how much each parameter ' +
            'alone tells the best tenth of the trials from all of them. Few trials make it uncertain.',
        ),
        figures([
          figure({
            caption: 'Importance of each parameter; together 100 %.',
            description: words,
            svg: await importanceChart(ranked),
          }),
        ]),
      ],
    },
  ];
}

async function parameterFigures(tuning: Tuning): Promise<Html[]> {
  const { stage, metric, space, importances } = tuning;
  const shown = [...space]
    .sort((a, b) => (importances?.[b.name] ?? 0) - (importances?.[a.name] ?? 0))
    .slice(0, N_CHARTS);
  return await Promise.all(
    shown.map(async (parameter) => {
      const name = shorten(stage, parameter.name);
      return figure({
        caption: `${metric} by ${name}.`,
        description: `${metric} of each trial by its ${name}, drawn from ${describe(parameter)}.`,
        svg: await parameterChart(tuning, parameter, name),
      });
    }),
  );
}

function failures(failed: readonly Trial[]): Html[] {
  const shown = failed.slice(0, N_FAILURES);
  const nMore = failed.length - shown.length;
  return [
    list(shown.map(({ index, failure }) => `Trial ${index}: ${failure}`)),
    ...(nMore > 0 ? [paragraph(`And ${nMore} more; the CSV has all.`)] : []),
  ];
}

/** `mlp.dropout` of `train.mlp.dropout`. */
function shorten(stage: string, name: string): string {
  return name.slice(stage.length + 1);
}

/** Six digits: what files of results hold. */
function formatValue(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function formatShort(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function formatDrawn(value: unknown): string {
  if (typeof value === 'number') return formatShort(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
