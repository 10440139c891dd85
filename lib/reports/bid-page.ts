/** The page of bids: what a budget brings, and how its spend runs over time. */
import { POLICIES } from '../bidding/bid-requests.ts';
import type { BidOutcome, Policy } from '../bidding/bid-requests.ts';
import type { BidParams } from '../bidding/bid-params.ts';
import { renderChart, SERIES_COLOURS } from './charts.ts';
import { formatCount, formatMeasure, formatPercent } from './format.ts';
import type { Html } from './html.ts';
import { figure, figures, keyNumbers, page, paragraph, table } from './page.ts';

export interface BidReport {
  readonly outcome: BidOutcome;
  /** Milliseconds since 1970, UTC, of each request. */
  readonly times: Float64Array;
  readonly params: BidParams;
}

const NAMES: Readonly<Record<Policy, string>> = {
  paced: 'paced',
  unpaced: 'full value until it is spent',
  hindsight: 'best multiplier in hindsight',
};
/** Points of a curve; more are not seen. */
const N_POINTS = 150;

/** Same input, same bytes. */
export async function bidPage(report: BidReport): Promise<string> {
  const { outcome, params } = report;
  const { paced } = outcome.replays;
  const { median, sigma } = params.competition;
  return page({
    title: 'Bids for ad clicks',
    subtitle: `${formatCount(outcome.bids.length)} requests in the order of time, a click is worth ${params.valuePerClick}`,
    sections: [
      {
        heading: 'What the budget brings',
        content: [
          keyNumbers([
            { label: 'budget', value: formatMeasure(params.budget) },
            { label: 'spent, paced', value: formatMeasure(paced.spend) },
            { label: 'auctions won', value: formatCount(paced.nWins) },
            { label: 'clicks expected', value: formatMeasure(paced.expectedClicks) },
          ]),
          listPolicies(outcome),
          paragraph(
            'Clicks are expected, not seen: the sum of the probabilities of the requests won. What was not shown has no click to look up.',
          ),
        ],
      },
      {
        heading: 'How it is spent',
        content: [
          figures([
            figure({
              caption: 'Spend up to each request',
              svg: await drawSpend(report),
              description: 'Spend over time by policy',
            }),
            figure({
              caption: 'Share of its value that a paced bid is',
              svg: await drawMultipliers(report),
              description: 'Multiplier of the paced bids over time',
            }),
          ]),
        ],
      },
      {
        heading: 'The rule of the auction',
        content: [
          paragraph(
            `Second price: the highest bid wins and pays the second highest. The highest competing bid of each request is drawn, log-normal with median ${median} and standard deviation ${sigma} of its logarithm: an assumption, not data. Another one gives other spends and clicks.`,
          ),
          paragraph(
            'Paced bids are value / (1 + mu), mu following the spend request by request. They know how many requests come, and nothing else of what comes. The best multiplier in hindsight is known when all is over: a bound to compare with, not a way to bid.',
          ),
        ],
      },
    ],
  });
}

function listPolicies({ replays }: BidOutcome): Html {
  const numeric = ['spent', 'won', 'clicks expected', 'paid for each'];
  return table({
    columns: [
      { label: 'way to bid' },
      ...numeric.map((label) => ({ label, isNumeric: true })),
      { label: 'last win', isNumeric: true },
    ],
    rows: POLICIES.map((policy) => {
      const { spend, nWins, expectedClicks, spendAt } = replays[policy];
      const last = spendAt.findIndex((total) => total === spend) + 1;
      return [
        NAMES[policy],
        formatMeasure(spend),
        formatCount(nWins),
        formatMeasure(expectedClicks),
        expectedClicks > 0 ? formatMeasure(spend / expectedClicks) : '–',
        nWins > 0 ? `after ${formatPercent(last / spendAt.length)} of the requests` : '–',
      ];
    }),
  });
}

/** Places of the points of a curve, the last one among them. */
function listPlaces(n: number): number[] {
  const count = Math.min(n, N_POINTS);
  return Array.from({ length: count }, (_, k) => Math.ceil(((k + 1) * n) / count) - 1);
}

const X = {
  field: 'time',
  type: 'temporal',
  // as it is written, whatever the zone of this machine
  scale: { type: 'utc' },
  title: null,
  axis: { format: '%d %b' },
} as const;

async function drawSpend({ outcome, times }: BidReport): Promise<Html> {
  const values = POLICIES.flatMap((policy) =>
    listPlaces(times.length).map((i) => ({
      time: times[i],
      spend: outcome.replays[policy].spendAt[i],
      policy: NAMES[policy],
    })),
  );
  const domain = POLICIES.map((policy) => NAMES[policy]);
  return await renderChart({
    data: { values },
    mark: { type: 'line', strokeWidth: 1.5, interpolate: 'step-after' },
    encoding: {
      x: X,
      y: { field: 'spend', type: 'quantitative', title: 'spend' },
      color: {
        field: 'policy',
        type: 'nominal',
        title: null,
        scale: { domain, range: SERIES_COLOURS.slice(0, domain.length) },
        legend: { columns: 1 },
      },
    },
  });
}

async function drawMultipliers({ outcome, times }: BidReport): Promise<Html> {
  const { multipliers } = outcome.replays.paced;
  const values = listPlaces(times.length).map((i) => ({ time: times[i], share: multipliers[i] }));
  return await renderChart({
    data: { values },
    mark: { type: 'line', strokeWidth: 1.5, color: SERIES_COLOURS[0] },
    encoding: {
      x: X,
      y: { field: 'share', type: 'quantitative', title: 'bid / value', scale: { domain: [0, 1] } },
    },
  });
}
