import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluate } from '../../../lib/metrics/evaluate.ts';
import { baselineSections } from '../../../lib/reports/baseline-section.ts';

const test = suite('section of baselines');

const yTrue = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
const majority = new Float32Array(16).map((_, at) => (at % 2 === 0 ? 0.75 : 0.25));
/** Right in all but the first `nWrong` rows. */
const rightBut = (nWrong: number): Float32Array =>
  Float32Array.from({ length: 16 }, (_, at) => {
    const i = Math.floor(at / 2);
    const isTrue = at % 2 === yTrue[i];
    return isTrue === i >= nWrong ? 0.875 : 0.125;
  });
const textOf = (model: Float32Array, baselines: Record<string, Float32Array>): string =>
  baselineSections(evaluate(yTrue, model, ['x', 'y'], { confidenceLevel: 0.95, baselines }))
    .flatMap(({ heading, content }) => [heading, ...content.map(String)])
    .join('\n');

test('says which share of the mistakes of the best baseline the model spares', () => {
  const text = textOf(rightBut(1), { majority, ridge: rightBut(2) });
  assert.match(text, 'What simpler models reach');
  assert.match(text, 'The model spares 50.0 % of the mistakes of the best of them, ridge.');
  const places = ['the model', 'ridge', 'majority'].map((name) =>
    text.indexOf(`<th scope="row" class="text">${name}</th>`),
  );
  assert.ok(places.every((place, i) => place > (places[i - 1] ?? 0)));
  assert.match(text, '<td class="number">0.8750</td>');
});

test('says so where a baseline is as good, or perfect', () => {
  const same = 'The model makes no fewer mistakes than the best of them, ridge.';
  assert.match(textOf(rightBut(2), { ridge: rightBut(2) }), same);
  assert.match(textOf(rightBut(3), { ridge: rightBut(2), majority }), same);
  assert.match(textOf(rightBut(0), { ridge: rightBut(0) }), same);
});

test('is left out where there are no baselines', () => {
  assert.is(textOf(majority, {}), '');
});

test.run();
