import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mlpDirect } from '../../../../lib/forecasting/models/mlp-direct.ts';
import { panelOf } from '../../../../lib/forecasting/panel.ts';
import {
  createForecastContext,
  measureSeasonSkill,
  MONTHLY,
} from '../../../support/forecasting.ts';

const test = suite('mlp-direct');

test('learns from all series that a season comes again, better than the last season alone', async () => {
  const ratio = await measureSeasonSkill(mlpDirect);
  assert.ok(ratio < 0.9, `${ratio} of its error`);
});

test('gives the same bytes on one thread and on two', () => {
  const script = fileURLToPath(new URL('./fit-mlp-direct.ts', import.meta.url));
  const [one, two] = ['1', '2'].map((threads) =>
    execFileSync(process.execPath, [script, threads], { encoding: 'utf8' }),
  );
  assert.match(one, /^\[-?\d/);
  assert.is(two, one);
});

test('stops where it is asked to', async () => {
  const stopped = createForecastContext({ signal: AbortSignal.abort() });
  const panel = panelOf(MONTHLY, { a: new Array(40).fill(3) });
  const error = await mlpDirect.fit(panel, stopped).catch((thrown) => thrown);
  assert.is(error.name, 'AbortError');
});

test('forecasts finite numbers of series that jump by many orders of magnitude', async () => {
  const jumpy = Array.from({ length: 40 }, (_, t) => (t % 2 === 0 ? 1e-150 : 1e150));
  const context = createForecastContext({ seasonLength: 1 });
  const panel = panelOf(MONTHLY, { a: jumpy, b: jumpy.map(Math.log) });
  const ahead = await (await mlpDirect.fit(panel, context)).predict(context.h);
  assert.ok(ahead.every(Number.isFinite));
});

test.run();
