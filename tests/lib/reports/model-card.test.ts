import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluate } from '../../../lib/metrics/evaluate.ts';
import { checkGates } from '../../../lib/metrics/gates.ts';
import { escapeMarkdown, markdownTable } from '../../../lib/reports/markdown.ts';
import { modelCard, type ModelCard } from '../../../lib/reports/model-card.ts';

/** 40 rows, of which those of area b are mostly wrong. */
const yTrue = Int32Array.from({ length: 40 }, (_, row) => row % 2);
const yProba = Float32Array.from(
  [...yTrue].flatMap((label, row) =>
    (label === 1) === row < 20 || row % 5 === 0 ? [0.25, 0.75] : [0.75, 0.25],
  ),
);
const evaluation = evaluate(yTrue, yProba, ['0', '1'], {
  confidenceLevel: 0.9,
  sliceKeys: [
    { by: 'area|*', names: ['a', 'b', 'missing'], keys: yTrue.map((_, row) => (row < 20 ? 0 : 1)) },
  ],
});
const card: ModelCard = {
  target: 'is_oak',
  evaluation,
  classNames: { 1: 'oak' },
  gates: checkGates(evaluation.metrics, { accuracy: 0.99 }),
  model: [['Model', 'lightgbm']],
  settings: [['num_leaves', '31']],
  features: Array.from({ length: 42 }, (_, i) => `f${i}`),
  dataSource: [['Licence', 'CC BY 4.0']],
  evaluationData: [['File', 'test_1.csv']],
  trainingData: [['Rows', '1,000']],
  card: {
    intendedUses: ['To find oaks.'],
    limitations: [],
    ethicalConsiderations: ['Trees <cannot> consent.'],
  },
  commands: ['npx dvc repro evaluate'],
};

const test = suite('lib/reports/model-card');

test('has the nine sections of Mitchell et al., and how to reproduce it', () => {
  const headings = [...modelCard(card).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  assert.equal(headings, [
    'Model details',
    'Intended use',
    'Factors',
    'Metrics',
    'Evaluation data',
    'Training data',
    'Quantitative analyses',
    'Ethical considerations',
    'Caveats and recommendations',
    'Reproduction',
  ]);
});

test('is filled from the run', () => {
  const text = modelCard(card);
  for (const line of [
    '# Model card: is\\_oak',
    '- Model: lightgbm',
    '| num\\_leaves | 31 |',
    '- File: test\\_1.csv',
    '- To find oaks.',
    '- Trees \\<cannot\\> consent.',
    'Not stated; `evaluate.card.limitations` in `params.yaml` does.',
    'npx dvc repro evaluate',
    `| 1 oak | 20 | ${['precision', 'recall', 'f1'].map((k) => evaluation.perClass[1][k as 'f1'].toFixed(4)).join(' | ')} |`,
    '### By area\\|\\*',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n\n${text}`);
  }
  assert.match(text, /f39, and 2 more$/m);
  assert.match(text, /^- Gate not held: accuracy must be at least 0\.99; got 0\.\d+$/m);
  assert.match(text, /^- Intervals: 90 %;/m);
});

test('names the slices that are worse than the whole beyond chance, the others not', () => {
  const weak = modelCard(card).split('Worse than on the whole')[1];
  assert.match(weak, /^- area\\\|\\\* b: right in \d+\.\d % of 20 rows$/m);
  assert.not.match(weak, '\\* a:');
});

test('escapes what would be marks, and keeps a text on its line', () => {
  assert.is(escapeMarkdown('a|b_*c`\n[d]<e>\\'), 'a\\|b\\_\\*c\\` \\[d\\]\\<e\\>\\\\');
  assert.equal(markdownTable([{ label: 'x' }, { label: 'n|1', isNumeric: true }], [['a', '1']]), [
    '| x | n\\|1 |',
    '| --- | --: |',
    '| a | 1 |',
  ]);
});

test.run();
