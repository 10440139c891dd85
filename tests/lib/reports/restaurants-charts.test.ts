import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toStep } from '../../../lib/forecasting/frequency.ts';
import { HOURLY } from '../../../lib/forecasting/restaurants/hourly-features.ts';
import { drawHours } from '../../../lib/reports/restaurants-charts.ts';

const test = suite('charts of turnover by the hour');

/** From 2018-10-31 22:00 on: the prediction given, a tenth less and more as its range. */
function forecast(prediction: readonly number[]) {
  const start = toStep(HOURLY, '2018-10-31 22:00')!;
  const scaled = (factor: number) => Float64Array.from(prediction, (value) => factor * value);
  const range = { minimum: scaled(0.9), maximum: scaled(1.1) };
  return { start, prediction: scaled(1), ...range, lastWeek: scaled(0) };
}
const texts = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text);
const paths = (svg: string): string[] =>
  [...svg.matchAll(/<path d="([^"]*)"/g)].map(([, d]) => d).slice(1);

test('place hours from left to right, and amounts between 0 and the highest line', () => {
  const actual = Float64Array.of(0, 150, 0);
  const svg = String(drawHours(forecast([0, 100, 50]), actual, [0, 3], 'days'));
  assert.equal(paths(svg), [
    'M0,170L153,45.33L306,107.67L306,119L153,68L0,170Z',
    'M0,170L153,0L306,170',
    'M0,170L153,56.67L306,113.33',
  ]);
  assert.equal(texts(svg), ['01 Nov', '0', '50', '100', '150', 'turnover']);
});

test('have no line of what is not known, and a point for each hour of a day', () => {
  const svg = String(drawHours(forecast([0, 0, 0, 20]), null, [1, 4], 'hours'));
  assert.is(paths(svg).length, 2);
  const tips = [...svg.matchAll(/<title>([^<]*)/g)].map(([, tip]) => tip);
  assert.equal(tips, ['23:00: 0 (0 to 0)', '00:00: 0 (0 to 0)', '01:00: 20 (18 to 22)']);
  assert.equal(texts(svg), ['00', '0', '5', '10', '15', '20', '25', 'turnover']);
});

test('name some of many days, at equal distances', () => {
  const days = texts(String(drawHours(forecast(Array(24 * 16).fill(1)), null, [0, 384], 'days')));
  assert.equal(days.slice(0, -5), ['01 Nov', '04 Nov', '07 Nov', '10 Nov', '13 Nov', '16 Nov']);
});

test('draw hours without any turnover, and a single one', () => {
  const nothing = String(drawHours(forecast([0, 0]), null, [0, 2], 'days'));
  assert.is(paths(nothing)[1], 'M0,170L306,170');
  assert.not.match(String(drawHours(forecast([7]), null, [0, 1], 'hours')), /NaN|Infinity/);
});

test.run();
