import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tunePage } from '../../../lib/reports/tune-page.ts';
import type { CompleteTrial, Trial, Tuning } from '../../../lib/tuning/trial.ts';

const drawn = (rate: number, kind: string) => ({ 'train.rate': rate, 'train.kind': kind });
const trial = (index: number, state: Trial['state'], value: number | null, params = {}): Trial => ({
  ...{ index, state, value, params, n_steps: 0 },
  failure: state === 'FAIL' ? 'a < b & "c"' : null,
});
const TRIALS = [
  trial(0, 'COMPLETE', 0.5, drawn(0.001, 'plain')),
  trial(1, 'PRUNED', 0.25, drawn(0.01, '<b>')),
  trial(2, 'COMPLETE', 0.75, { ...drawn(0.0123456, '<b>'), 'train.n': 3 }),
  trial(3, 'FAIL', null, drawn(0.1, 'plain')),
];
const TUNING: Tuning = {
  ...{ stage: 'train', metric: 'valid_accuracy', direction: 'maximize', trials: TRIALS },
  space: [
    {
      ...{ name: 'train.rate', when: {} },
      distribution: { type: 'float', low: 0.001, high: 0.1, log: true, step: null },
    },
    {
      ...{ name: 'train.kind', when: {} },
      distribution: { type: 'categorical', choices: ['plain', '<b>'] },
    },
    {
      ...{ name: 'train.n', when: { 'train.kind': ['<b>'] } },
      distribution: { type: 'int', low: 1, high: 3, log: false, step: null },
    },
  ],
  best: TRIALS[2] as CompleteTrial,
  importances: { 'train.kind': 0.75, 'train.rate': 0.25, 'train.n': 0 },
};
const about = [['Study', 'train-<1>']] as const;
const text = (document: string): string => document.replace(/<style>[^]*?<\/style>/, '');

const test = suite('lib/reports/tune-page');

test('says what was found, of how many trials, and what each parameter was drawn from', async () => {
  const page = text(await tunePage(TUNING, about));
  assert.match(page, '<h1>Tuning of train</h1>');
  assert.match(page, '<p>valid_accuracy 0.75 in the best of 4 trials.</p>');
  assert.match(page, '<dd>0.75</dd><dd class="note">higher is better</dd>');
  assert.match(
    page,
    '<th scope="row" class="text">rate</th><td class="number">0.01235</td><td class="text">0.001 to 0.1, log</td><td class="number">25.0 %</td>',
  );
  assert.match(page, '<td class="text">1 to 3, when train.kind is &lt;b&gt;</td>');
  assert.match(page, 'Trial 3: a &lt; b &amp; &quot;c&quot;');
  assert.match(page, 'train-&lt;1&gt;');
  assert.not.match(page, '<b>');
});

test('ranks complete trials, the best first, and leaves a cell empty that was not drawn', async () => {
  const page = text(await tunePage(TUNING, about));
  assert.match(page, 'The 2 best of 2 complete trials; the CSV has all.');
  const best = '<th scope="row" class="text">2</th><td class="number">0.75</td>';
  const other = '<th scope="row" class="text">0</th><td class="number">0.5</td>';
  assert.ok(page.indexOf(best) > 0 && page.indexOf(best) < page.indexOf(other));
  assert.match(page, '<td class="number">plain</td><td class="number">–</td>');
  const worstFirst: Tuning = { ...TUNING, direction: 'minimize', best: TRIALS[0] as CompleteTrial };
  const minimized = text(await tunePage(worstFirst, about));
  assert.ok(minimized.indexOf(other) < minimized.indexOf(best));
});

test('draws history, importances and a chart for each parameter, the same bytes each time', async () => {
  const page = await tunePage(TUNING, about);
  assert.is(page.match(/<svg/g)?.length, 5);
  assert.match(page, 'kind 75.0 %, rate 25.0 %, n 0.0 %');
  assert.is(await tunePage(TUNING, about), page);
});

test('leaves out importances and failures that there are none of', async () => {
  const few = { ...TUNING, trials: [TRIALS[2]], importances: null };
  const page = text(await tunePage(few, about));
  assert.not.match(page, 'Which parameters matter');
  assert.not.match(page, 'Failed trials');
  assert.match(page, 'of 1 trial.');
});

test.run();
