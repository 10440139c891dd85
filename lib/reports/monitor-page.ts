/** The page of `monitor`: what drifted, worst first, in words and in charts of both distributions. */
import { formatCount, formatLevel, formatPercent, formatScore } from './format.ts';
import type { MonitoredColumn, Monitoring } from '../monitoring/monitor.ts';
import { DRIFT_TESTS } from '../monitoring/drift.ts';
import { markup } from './html.ts';
import type { Content, Html } from './html.ts';
import { driftChart } from './monitor-charts.ts';
import { describeChange, missingShare, TEST_NAMES } from './monitor-text.ts';
import {
  facts,
  figure,
  figures,
  keyNumbers,
  list,
  page,
  paragraph,
  table,
  verdict,
} from './page.ts';
import type { Section } from './page.ts';

/** The whole document. Same monitoring, same bytes. */
export async function monitorPage(monitoring: Monitoring, maxCharts: number): Promise<string> {
  const { reference, current, columns, skipped } = monitoring;
  const drifted = columns.filter((column) => column.is_drifted);
  return page({
    title: `Drift of ${current}`,
    subtitle: `Compared with ${reference}, column by column`,
    sections: [
      { heading: 'Verdict', content: [verdictOf(monitoring), headline(monitoring)] },
      ...(drifted.length === 0
        ? []
        : [{ heading: 'What drifted, worst first', content: [list(drifted.map(describe))] }]),
      ...(await charts(columns, maxCharts)),
      { heading: 'Every column', content: [everyColumn(columns)] },
      ...(skipped.length === 0
        ? []
        : [
            {
              heading: 'Not compared',
              content: [list(skipped.map(({ name, reason }) => `${name}: ${reason}`))],
            },
          ]),
      { heading: 'How to read the scores', content: [explanation(), settings(monitoring)] },
    ],
  });
}

function verdictOf({
  drifted_count: n,
  drifted_share: share,
  columns,
  max_drifted_share: max,
}: Monitoring): Html {
  const of = `${n} of ${columns.length} ${columns.length === 1 ? 'column' : 'columns'} drifted`;
  if (max === null) return paragraph(verdict(n === 0, `${of}.`));
  return paragraph(
    share <= max
      ? verdict(true, `${of}, ${formatLevel(max)} may.`)
      : verdict(false, `${of}, more than the ${formatLevel(max)} that may.`),
  );
}

function headline(monitoring: Monitoring): Html {
  const { columns, drifted_count: nDrifted, drifted_share: share } = monitoring;
  return keyNumbers([
    {
      label: 'Drifted columns',
      value: formatPercent(share),
      note: `${nDrifted} of ${columns.length}`,
    },
    { label: 'Reference', value: formatCount(monitoring.n_reference), note: 'rows' },
    { label: 'Current', value: formatCount(monitoring.n_current), note: 'rows' },
    { label: 'Threshold', value: String(monitoring.threshold), note: 'of every score' },
  ]);
}

function describe(column: MonitoredColumn): Html {
  return markup`<b>${column.name}</b> (${scoreOf(column)}): ${describeChange(column)}.`;
}

function scoreOf({ test, score }: MonitoredColumn): string {
  return test === null ? 'no value' : `${TEST_NAMES[test]} ${score!.toFixed(3)}`;
}

async function charts(columns: readonly MonitoredColumn[], max: number): Promise<Section[]> {
  const drawable = columns.flatMap(({ bins, ...column }) => (bins ? [{ column, bins }] : []));
  const shown = drawable.slice(0, max);
  if (shown.length === 0) return [];
  const parts = await Promise.all(
    shown.map(async ({ column, bins }) => {
      const full = { ...column, bins };
      const lengths = column.compared === 'lengths' ? ', lengths in characters' : '';
      return figure({
        caption: markup`${verdict(!column.is_drifted, column.name)}${lengths}: ${scoreOf(full)}`,
        description: `Shares of the rows by ${column.name} in both tables: ${describeChange(full)}.`,
        svg: await driftChart(bins),
      });
    }),
  );
  const nMore = drawable.length - shown.length;
  const more = nMore > 0 ? ` ${nMore} more stand in the table below.` : '';
  return [
    {
      heading: 'Both distributions',
      content: [
        paragraph(
          `Shares of the rows with a value, worst first. Of numbers the filled bars are the reference, and the line is the current rows.${more}`,
        ),
        figures(parts),
      ],
    },
  ];
}

function everyColumn(columns: readonly MonitoredColumn[]): Html {
  return table({
    columns: [
      { label: 'Column' },
      { label: 'Drifted' },
      { label: 'Decided by' },
      ...DRIFT_TESTS.map((test) => ({ label: TEST_NAMES[test], isNumeric: true })),
      { label: 'missing', isNumeric: true },
      { label: 'were missing', isNumeric: true },
    ],
    rows: columns.map((column): Content[] => [
      column.name,
      verdict(!column.is_drifted, column.is_drifted ? 'yes' : 'no'),
      column.test === null ? 'no value' : TEST_NAMES[column.test],
      ...DRIFT_TESTS.map((test) => formatScore(column.scores?.[test] ?? null)),
      formatPercent(missingShare(column.current)),
      formatPercent(missingShare(column.reference)),
    ]),
  });
}

function explanation(): Html {
  return list([
    'Jensen-Shannon: distance between the shares of both tables, from 0 (equal) to 0.83 (no bin in common).',
    'Wasserstein: how far the numbers moved on average, in standard deviations of the reference.',
    'PSI: population stability index; above 0.2 by custom a large change.',
    'Unseen texts: share of the current rows with a text that the reference has not.',
    'Texts that hardly repeat are compared by their lengths. Rows without a value count in no score.',
  ]);
}

function settings({ threshold, max_drifted_share: max, reference, current }: Monitoring): Html {
  return facts([
    ['Reference', reference],
    ['Current', current],
    ['Drifted', `from a score of ${threshold} on`],
    ['Columns that may drift', max === null ? 'all' : formatLevel(max)],
  ]);
}
