import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluate } from '../../../lib/metrics/evaluate.ts';
import { liftSections } from '../../../lib/reports/lift-section.ts';

const test = suite('section of lift');
const options = { confidenceLevel: 0.95 };

test('says what the first tenth is worth, for two classes alone', () => {
  const yTrue = Int32Array.from({ length: 20 }, (_, i) => Number(i < 5));
  const yProba = Float32Array.from(yTrue.keys().toArray().flatMap((i) => [i / 32, 1 - i / 32])); // prettier-ignore
  const evaluation = evaluate(yTrue, yProba, ['0', '1'], options);
  assert.is(evaluation.metrics.lift?.[1], 4);
  assert.is(Object.keys(evaluation.metrics.lift!).length, 10);
  const [{ heading, content }] = liftSections(evaluation, ['no', 'a click']);
  assert.is(heading, 'What its order is worth');
  assert.match(
    String(content),
    'In the tenth of the rows that are most probably a click, 100.0 % are: 4.00 times as many as in all rows.',
  );
  const three = evaluate(Int32Array.of(2), Float32Array.of(0, 0, 1), ['a', 'b', 'c'], options);
  assert.is(three.metrics.lift, undefined);
  assert.equal(liftSections(three, ['a', 'b', 'c']), []);
});

test.run();
