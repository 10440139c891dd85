/** Forecasts of 10,000 and of 100,000 simulated series of 60 months, a year ahead: seconds and memory. */
import { execFileSync } from 'node:child_process';
import { parseFrequency } from '../lib/forecasting/frequency.ts';
import { forecastModelOf } from '../lib/forecasting/models/registry.ts';
import type { Panel } from '../lib/forecasting/panel.ts';
import { createRng } from '../lib/rng.ts';
import { describeMachine, printResults } from './report.ts';
import { showNoProgress } from '../lib/progress.ts';

const MODELS = ['naive', 'ridge', 'lightgbm'];
const SIZES = [10_000, 100_000];
const LENGTH = 60;
const THREADS = 2;
/** Ten times the series may take so many times as long. */
const LIMIT = 15;

/** Levels, trends and seasons that differ from series to series, with noise. */
function simulate(nSeries: number): Panel {
  const rng = createRng(1, 'bench', 'series');
  const y = new Float64Array(nSeries * LENGTH);
  for (let i = 0, at = 0; i < nSeries; i++) {
    const [level, trend, season] = [50 + 1000 * rng(), rng() - 0.3, 0.3 * rng()];
    for (let t = 0; t < LENGTH; t++, at++) {
      const wave = 1 + season * Math.sin((2 * Math.PI * (t + i)) / 12);
      y[at] = (level + trend * t) * wave * (0.9 + 0.2 * rng());
    }
  }
  return {
    freq: parseFrequency('MS'),
    ids: Array.from({ length: nSeries }, (_, i) => `series_${i}`),
    starts: new Int32Array(nSeries).fill(600),
    offsets: Uint32Array.from({ length: nSeries + 1 }, (_, i) => i * LENGTH),
    y,
    exogenous: [],
  };
}

/** In a process of its own, so that its memory is its own. */
async function measure(name: string, nSeries: number): Promise<void> {
  const panel = simulate(nSeries);
  const start = performance.now();
  const fitted = await forecastModelOf(name).fit(panel, {
    ...{ h: 12, seasonLength: 12, lags: [1, 2, 3, 6, 12], level: [], threads: THREADS },
    rng: (purpose) => createRng(1, 'bench', purpose),
    signal: new AbortController().signal,
    warn: () => {},
    startProgress: showNoProgress,
  });
  const forecast = await fitted.predict(12);
  const seconds = (performance.now() - start) / 1000;
  if (!forecast.every(Number.isFinite)) throw new Error(`${name} forecast what is no number`);
  const peakMb = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ seconds, peakMb }));
}

interface Measured {
  readonly seconds: number;
  readonly peakMb: number;
}

function measureApart(name: string, nSeries: number): Measured {
  const file = import.meta.filename;
  const output = execFileSync(process.execPath, [file, 'measure', name, String(nSeries)]);
  return JSON.parse(output.toString()) as Measured;
}

const [command, model, size] = process.argv.slice(2);
if (command === 'measure') {
  await measure(model, Number(size));
} else {
  const rows = MODELS.map((name) => {
    const [few, many] = SIZES.map((nSeries) => measureApart(name, nSeries));
    return {
      model: name,
      seconds: few.seconds,
      seconds_of_ten: many.seconds,
      growth: many.seconds / few.seconds,
      peak_mb: few.peakMb,
      peak_mb_of_ten: many.peakMb,
    };
  });
  printResults(
    'forecasts of 10,000 and of 100,000 series of 60 months, 12 steps ahead',
    describeMachine({ threads: THREADS, runs: 1 }),
    rows,
  );
  if (process.argv.includes('--check') && rows.some(({ growth }) => growth > LIMIT)) {
    process.exitCode = 1;
  }
}
