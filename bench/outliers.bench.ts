/** Outliers that were planted into made weekly sales: which of them each method finds, and what it tags beside them. */
import { OUTLIER_METHODS, tagOutliers } from '../lib/ingestion/outliers.ts';
import type { OutlierRule } from '../lib/ingestion/outliers.ts';
import { createRng } from '../lib/rng.ts';
import type { Rng } from '../lib/rng.ts';
import { describeMachine, printResults } from './report.ts';

const THRESHOLD = 5;
const N_SERIES = 300;
const N_WEEKS = [20, 52, 157];
/** Planted into each series; two and more of one size hide each other. */
const N_PLANTED = [1, 3];
/** How far the year moves sales: summer is 1 + this times the mean; tomatoes of a greengrocer are like the second. */
const SEASONS = [0.4, 4];
/** What a planted week is of what it would have been: a digit too many is 10. */
const FACTORS = [2, 3, 5, 10];

/** A standard normal value (Box and Muller 1958). */
function drawNormal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}

/** Weekly kilograms with a short summer; weeks differ by 15 % in the mean, skewed upwards. */
function makeSeries(nWeeks: number, summer: number, rng: Rng): number[] {
  const phase = rng() * 52;
  return Array.from({ length: nWeeks }, (_, week) => {
    const season = 1 + summer * Math.max(0, Math.sin((2 * Math.PI * (week + phase)) / 52)) ** 2;
    return Math.round(500 * season * Math.exp(0.15 * drawNormal(rng)));
  });
}

interface Plan {
  readonly summer: number;
  readonly weeks: number;
  readonly planted: number;
}

function measure(rule: OutlierRule, plan: Plan): Record<string, unknown> {
  const { summer, weeks: nWeeks, planted: nPlanted } = plan;
  const found: Record<string, string> = {};
  let nFalse = 0;
  for (const factor of FACTORS) {
    // the same series for every method and factor
    const rng = createRng(1, 'outliers', JSON.stringify(plan));
    let nFound = 0;
    for (let series = 0; series < N_SERIES; series++) {
      const values = makeSeries(nWeeks, summer, rng);
      const first = Math.floor(rng() * nWeeks);
      const planted = Array.from(
        { length: nPlanted },
        (_, i) => (first + i * Math.floor(nWeeks / nPlanted)) % nWeeks,
      );
      for (const week of planted) values[week] *= factor;
      const tags = tagOutliers(values, rule);
      nFound += planted.filter((week) => tags[week]).length;
      nFalse += tags.filter((tag, week) => tag && !planted.includes(week)).length;
    }
    found[`found x${factor}`] = `${Math.round((100 * nFound) / (N_SERIES * nPlanted))} %`;
  }
  const perThousand = (1000 * nFalse) / (FACTORS.length * N_SERIES * nWeeks);
  return { ...found, 'false in 1,000': perThousand.toFixed(2) };
}

const plans = SEASONS.flatMap((summer) =>
  N_WEEKS.flatMap((weeks) => N_PLANTED.map((planted) => ({ summer, weeks, planted }))),
);
const rows = OUTLIER_METHODS.flatMap((method) =>
  plans.map((plan) => ({ method, ...plan, ...measure({ method, threshold: THRESHOLD }, plan) })),
);
const facts = describeMachine({ series: N_SERIES, threshold: THRESHOLD });
printResults('planted outliers: shares found, and weeks tagged beside them', facts, rows);
