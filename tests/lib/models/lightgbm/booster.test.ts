import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitBooster } from '../../../../lib/models/lightgbm/booster.ts';
import type { BoosterData, BoosterContext } from '../../../../lib/models/lightgbm/booster.ts';
import { parseModelText } from '../../../../lib/models/lightgbm/model-text.ts';
import type { BoosterOptions } from '../../../../lib/models/lightgbm/params.ts';
import { predictScores, toProbabilities } from '../../../../lib/models/lightgbm/predict.ts';
import { createRng } from '../../../../lib/rng.ts';
import { BOOSTER_DEFAULTS, createContext, machine } from '../../../support/boosting.ts';
import { complaintOf } from '../../../support/complaint.ts';

const test = suite('lightgbm booster');

const N_FEATURES = 3;

/** Three classes by the first two columns, a third of the labels wrong; the third column is noise. */
function makeRows(nSamples: number, purpose: string) {
  const rng = createRng(7, 'booster', purpose);
  const features = Float32Array.from({ length: nSamples * N_FEATURES }, () => rng());
  const targets = Float32Array.from({ length: nSamples }, (_, i) => {
    const [a, b] = features.subarray(i * N_FEATURES);
    return rng() < 1 / 3 ? Math.floor(rng() * 3) : Math.min(2, Math.floor(2 * a + b));
  });
  return { features, nSamples, targets, weights: null };
}
const DATA: BoosterData = {
  objective: { name: 'multiclass', nClasses: 3 },
  features: ['a', 'b', 'noise'].map((name) => ({ name, isCategorical: false, monotone: 0 })),
  train: makeRows(400, 'train'),
  valid: makeRows(150, 'valid'),
};
const OPTIONS: BoosterOptions = {
  ...BOOSTER_DEFAULTS,
  ...{ numLeaves: 8, numIterations: 30, learningRate: 0.3, minDataInLeaf: 5 },
  earlyStoppingRounds: null,
};
const toNumbers = ({ targets, ...rows }: BoosterData['train']) => ({
  ...rows,
  targets: targets.map((label, i) => label + rows.features[i * N_FEATURES]),
});
const REGRESSION: BoosterData = {
  ...DATA,
  objective: { name: 'regression' },
  train: toNumbers(DATA.train),
  valid: toNumbers(DATA.valid!),
};

const fit = (
  options: Partial<BoosterOptions> = {},
  data: Partial<BoosterData> = {},
  context: Partial<BoosterContext> = {},
) => fitBooster({ ...DATA, ...data }, { ...OPTIONS, ...options }, createContext(context));

const parse = (text: Uint8Array) =>
  parseModelText(text, (got) => {
    throw new Error(got);
  });

async function logLossOf(text: Uint8Array, { features, targets }: BoosterData['train']) {
  const trees = parse(text);
  const probabilities = toProbabilities(await predictScores(trees, features, machine), 3);
  const losses = targets.map((label, i) => -Math.log(probabilities[3 * i + label]));
  return losses.reduce((sum, loss) => sum + loss, 0) / targets.length;
}

test('gives the same bytes for the same seed on any number of threads, others for another', async () => {
  const drawn = { featureFraction: 0.7, baggingFraction: 0.6, baggingFreq: 1, numIterations: 8 };
  const grow = async (seed: number, threads: number) => {
    const rng = (purpose: string) => createRng(seed, 'test', purpose);
    // LightGBM sums fewer rows on one thread anyway
    return await fit(drawn, { train: makeRows(20_000, 'many') }, { rng, threads });
  };
  const one = await grow(1, 1);
  assert.equal(await grow(1, 1), one);
  assert.equal(await grow(1, 2), one);
  assert.not.equal((await grow(2, 1)).text, one.text);
});

for (const options of [{}, { boosting: 'rf', baggingFreq: 1, baggingFraction: 0.6 }] as const) {
  const name = 'boosting' in options ? 'a random forest' : 'boosting';
  test(`measures after every round of ${name} what the rounds so far predict for valid`, async () => {
    const { history } = await fit({ ...options, numIterations: 4 });
    assert.equal(
      history.map(({ step }) => step),
      [1, 2, 3, 4],
    );
    for (const { step, validLoss } of history) {
      const { text } = await fit({ ...options, numIterations: step });
      const loss = await logLossOf(text, DATA.valid!);
      assert.ok(Math.abs(loss - validLoss!) < 1e-6, `${validLoss} after ${step}, not ${loss}`);
    }
  });
}

test('measures the share of right classes and, of a regression, the root mean squared error', async () => {
  const { text, history } = await fit({ numIterations: 3 });
  const scores = await predictScores(parse(text), DATA.valid!.features, machine);
  const isRight = (label: number, i: number) =>
    scores[3 * i + label] === Math.max(...scores.subarray(3 * i, 3 * i + 3));
  assert.is(history.at(-1)!.validAccuracy, DATA.valid!.targets.filter(isRight).length / 150);

  const regression = await fit({ numIterations: 3 }, REGRESSION);
  const predicted = await predictScores(parse(regression.text), DATA.valid!.features, machine);
  const squares = predicted.map((value, i) => (value - REGRESSION.valid!.targets[i]) ** 2);
  const mean = squares.reduce((sum, square) => sum + square, 0) / 150;
  assert.ok(Math.abs(regression.history.at(-1)!.validLoss! - Math.sqrt(mean)) < 1e-9);
  assert.is(regression.history.at(-1)!.validAccuracy, null);
});

test('measures the pinball loss of a quantile', async () => {
  const objective = { name: 'quantile', alpha: 0.9 } as const;
  const { text, history } = await fit({ numIterations: 3 }, { ...REGRESSION, objective });
  const predicted = await predictScores(parse(text), DATA.valid!.features, machine);
  const losses = predicted.map((value, i) => {
    const above = REGRESSION.valid!.targets[i] - value;
    return Math.max(0.9 * above, -0.1 * above);
  });
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / 150;
  assert.ok(Math.abs(history.at(-1)!.validLoss! - mean) < 1e-9);
});

test('of two classes, measures loss and accuracy of the probability of the second', async () => {
  const toTwo = (rows: BoosterData['train']) => ({
    ...rows,
    targets: rows.targets.map((label) => Math.min(label, 1)),
  });
  const valid = toTwo(DATA.valid!);
  const { text, history } = await fit(
    { numIterations: 3 },
    { objective: { name: 'binary' }, train: toTwo(DATA.train), valid },
  );
  const scores = await predictScores(parse(text), valid.features, machine);
  const second = Array.from(scores, (score) => 1 / (1 + Math.exp(-score)));
  const losses = second.map((p, i) => -Math.log(valid.targets[i] === 1 ? p : 1 - p));
  const { validLoss, validAccuracy } = history.at(-1)!;
  assert.ok(Math.abs(validLoss! - losses.reduce((sum, loss) => sum + loss) / 150) < 1e-9);
  assert.is(
    validAccuracy,
    second.filter((p, i) => p > 0.5 === (valid.targets[i] === 1)).length / 150,
  );
});

test('early stopping keeps the rounds up to the lowest valid loss, and none after', async () => {
  const { history, text, nRounds, bestRound } = await fit({
    ...{ numIterations: 200, earlyStoppingRounds: 5 },
  });
  const losses = history.map(({ validLoss }) => validLoss!);
  assert.is(bestRound, losses.indexOf(Math.min(...losses)) + 1);
  assert.is(history.length, bestRound! + 5);
  assert.is(nRounds, bestRound);
  assert.is(parse(text).nRounds, bestRound);
  assert.equal(parse(text), parse((await fit({ numIterations: bestRound! })).text));
});

test('keeps all rounds without early stopping, and warns when the valid loss rose far', async () => {
  const warnings: string[] = [];
  const rounds = { numIterations: 120, learningRate: 1, minSumHessianInLeaf: 0 };
  const { nRounds, bestRound } = await fit(rounds, {}, { warn: (line) => warnings.push(line) });
  assert.is(nRounds, 120);
  assert.ok(bestRound! < 60);
  assert.ok(
    warnings.some((line) => /the valid loss rose from .* early_stopping_rounds/.test(line)),
  );
});

test('stops where the context says so, and where no leaf can be split any more', async () => {
  const told = await fit({}, {}, { onRound: ({ step }) => (step === 7 ? 'stop' : 'go on') });
  assert.is(told.nRounds, 7);
  const warnings: string[] = [];
  const huge = { minDataInLeaf: 1000 };
  const stump = await fit(huge, {}, { warn: (line) => warnings.push(line) });
  assert.ok(stump.nRounds <= 1);
  assert.is(new Set(warnings).size, warnings.length, 'each message of the library once');
  assert.ok(warnings.every((line) => /^LightGBM: [A-Z]/.test(line)));
  assert.ok(warnings.length > 0);
});

test('ends at the next round when it is told to abort', async () => {
  const controller = new AbortController();
  let n = 0;
  const onRound = () => {
    if (++n === 3) controller.abort(new Error('Ctrl-C'));
    return 'go on' as const;
  };
  const fitting = fit({}, {}, { signal: controller.signal, onRound });
  let message = '';
  await fitting.catch((error: Error) => (message = error.message));
  assert.is(message, 'Ctrl-C');
  assert.is(n, 3);
});

test('tells the progress bar every round, and ends it', async () => {
  const calls: unknown[] = [];
  await fit(
    { numIterations: 2 },
    {},
    {
      startProgress(...what) {
        calls.push(what);
        const update = (done: number, note?: string) => {
          calls.push([done, /^valid loss \d\.\d{4}, valid accuracy 0\.\d{4}$/.test(note!)]);
        };
        return { update, end: () => calls.push('end') };
      },
    },
  );
  assert.equal(calls, [['lightgbm', 2, 'rounds'], [1, true], [2, true], 'end']);
});

test('property: the score of a monotone feature never falls (or never rises)', async () => {
  for (const direction of [1, -1]) {
    const features = DATA.features.map((feature, j) => ({
      ...feature,
      monotone: j === 0 ? direction : 0,
    }));
    const trees = parse((await fit({ numIterations: 15 }, { ...REGRESSION, features })).text);
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(unit, unit, unit, unit, async (low, high, b, noise) => {
        const [from, to] = [Math.min(low, high), Math.max(low, high)];
        const rows = Float32Array.of(from, b, noise, to, b, noise);
        const [first, second] = await predictScores(trees, rows, machine);
        assert.ok(direction * (second - first) >= 0, `${first}, then ${second}`);
      }),
      { seed: 1, numRuns: 300 },
    );
  }
});

test('without valid rows, trains all rounds and measures nothing', async () => {
  const { history, nRounds, bestRound } = await fit(
    { numIterations: 4, earlyStoppingRounds: 1 },
    { valid: null },
  );
  assert.is(nRounds, 4);
  assert.is(bestRound, null);
  assert.equal(history.at(-1), { step: 4, validLoss: null, validAccuracy: null });
});

test('names features as LightGBM allows, each differently', async () => {
  const features = ['a b', 'a,b', 'größe"'].map((name) => ({
    ...{ name, isCategorical: false, monotone: 0 },
  }));
  const { text } = await fit({ numIterations: 1 }, { features });
  assert.match(new TextDecoder().decode(text), /\nfeature_names=a_b a_b_2 größe_\n/);
});

test('refuses a forest that samples nothing, leaves too small to smooth, and targets that are none', async () => {
  assert.match(
    await complaintOf(() => fit({ boosting: 'rf' })),
    /^E_PARAMS: train\.lightgbm\.boosting: rf must sample rows or features; got all/,
  );
  assert.match(
    await complaintOf(() => fit({ pathSmooth: 1, minDataInLeaf: 1 })),
    /^E_PARAMS: train\.lightgbm\.min_data_in_leaf must be at least 2 .*; got 1$/,
  );
  const targets = REGRESSION.train.targets.with(3, NaN);
  assert.is(
    await complaintOf(() => fit({}, { ...REGRESSION, train: { ...REGRESSION.train, targets } })),
    'E_DATA: train must have finite targets; got NaN in row 4',
  );
});

test('stops when the loss is not finite', async () => {
  assert.is(
    await complaintOf(() => fit({ learningRate: 1e300 }, REGRESSION)),
    'E_PARAMS: the valid loss of train.lightgbm must stay finite; got Infinity after 1 rounds',
  );
});

test.run();
