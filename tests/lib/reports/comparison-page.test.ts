import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareModels, type Comparison } from '../../../lib/metrics/compare.ts';
import { createPredictions, type Predictions } from '../../../lib/metrics/predictions.ts';
import { comparisonPage, describeVerdict } from '../../../lib/reports/comparison-page.ts';
import { createRng } from '../../../lib/rng.ts';

const CLASSES = ['0 ash & <elm>', '1 oak'];
const yTrue = Int32Array.from({ length: 100 }, (_, row) => row % 2);

/** Right in all rows but the first ones. */
function wrongIn(n: number): Predictions {
  const sure = [...yTrue].flatMap((label, row) =>
    (label === 1) === row < n ? [0.75, 0.25] : [0.25, 0.75],
  );
  return createPredictions(yTrue, Float32Array.from(sure), { nClasses: 2 });
}

function compare(first: number, second: number, name = 'exp-1'): Comparison {
  return compareModels(
    { name: 'main', predictions: wrongIn(first) },
    { name, predictions: wrongIn(second) },
    CLASSES,
    { confidenceLevel: 0.95, nResamples: 1000, rng: createRng(1, 'test', 'page') },
  );
}

const test = suite('lib/reports/comparison-page');
const text = (document: string): string => document.replace(/<style>[^]*?<\/style>/, '');

test('says which model is better, worse, or that nothing is to be seen', () => {
  const interval = String.raw`95 % interval [+-]0\.\d{4} to [+-]0\.\d{4}`;
  assert.match(
    describeVerdict(compare(20, 5), 'accuracy'),
    new RegExp(
      String.raw`^exp-1 is better than main: accuracy \+0\.1500 \(${interval}, McNemar p < 0\.001\)$`,
    ),
  );
  assert.match(
    describeVerdict(compare(5, 20), 'log_loss'),
    new RegExp(
      String.raw`^exp-1 is worse than main: log_loss \+0\.1648 \(${interval}, p = 0\.002\)$`,
    ),
  );
  assert.is(
    describeVerdict(compare(20, 20), 'accuracy'),
    'no difference of exp-1 from main that these 100 rows can show: accuracy 0.0000 (95 % interval 0.0000 to 0.0000, McNemar p = 1)',
  );
});

test('shows metrics, classes, changes and parameters', async () => {
  const params = [{ key: 'train.mlp.dropout', before: 0, after: [1, 'x'] }];
  const report = {
    comparisons: [{ comparison: compare(20, 5), params }],
    metric: 'accuracy',
    classes: CLASSES,
  } as const;
  const document = text(await comparisonPage(report));
  assert.is(document, text(await comparisonPage(report)));
  assert.match(document, '<span class="pass">✓ exp-1 is better than main');
  assert.match(document, '<dt>Lost</dt><dd>0</dd>');
  assert.match(document, '<dt>Gained</dt><dd>15</dd>');
  assert.match(document, '0 ash &amp; &lt;elm&gt;');
  // rows 6, 8 … 18 of class 0, and 5, 7 … 19 of class 1
  assert.match(document, '15 rows of 100 got another class');
  assert.match(
    document,
    '<td class="number">+0.1400</td><td class="number">0</td><td class="number">7</td>',
  );
  assert.match(document, '<td class="number">8</td><td class="text">gained</td>');
  assert.match(
    document,
    'train.mlp.dropout</th><td class="text">0</td><td class="text">[1,&quot;x&quot;]</td>',
  );
  assert.is(document.match(/<svg/g)?.length, 2);
});

test('shows several models one after another, and says what that does to the level', async () => {
  const comparisons = [compare(20, 5), compare(20, 30, 'exp-2')].map((comparison) => ({
    comparison,
    params: null,
  }));
  const document = text(
    await comparisonPage({ comparisons, metric: 'accuracy', classes: CLASSES }),
  );
  const headings = [...document.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, heading]) => heading);
  assert.equal(headings, [
    'In short',
    ...['exp-1', 'exp-2'].flatMap((name) =>
      ['Metrics', 'Classes', 'What changed'].map((part) => `${part}: ${name}`),
    ),
  ]);
  assert.match(document, '✗ exp-2 is worse than main');
  assert.match(document, '2 models are compared with main');
});

test('says that nothing changed where nothing did', async () => {
  const comparisons = [{ comparison: compare(3, 3), params: [] }];
  const document = text(
    await comparisonPage({ comparisons, metric: 'accuracy', classes: CLASSES }),
  );
  assert.match(document, 'Every row has the same class from both models.');
  assert.match(document, 'All parameters are the same.');
});

test.run();
