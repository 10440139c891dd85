import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { minimize } from '../../../../lib/models/linear-model/lbfgs.ts';
import type { LbfgsOptions, Objective } from '../../../../lib/models/linear-model/lbfgs.ts';
import { assertClose } from '../../../support/close.ts';

const test = suite('minimize');

const OPTIONS: LbfgsOptions = {
  maxIter: 200,
  tol: 1e-10,
  precondition: () => {},
  onStep: async () => true,
};

/** 1/2 sum of scale_i (x_i - i)², whose minimum lies at 0, 1, 2 … */
const bowl =
  (scales: readonly number[]): Objective =>
  (x, gradient) => {
    let value = 0;
    x.forEach((at, i) => {
      gradient[i] = scales[i] * (at - i);
      value += (gradient[i] * (at - i)) / 2;
    });
    return value;
  };
const SCALES = [1, 1000, 0.01, 50, 3];

/** Convex, not quadratic: log(e^(x + 3y - .1) + e^(x - 3y - .1) + e^(-x - .1)). Boyd & Vandenberghe, eq. 9.20. */
const boyd: Objective = ([x, y], gradient) => {
  const [a, b, c] = [Math.exp(x + 3 * y - 0.1), Math.exp(x - 3 * y - 0.1), Math.exp(-x - 0.1)];
  gradient[0] = a + b - c;
  gradient[1] = 3 * (a - b);
  return a + b + c;
};

test('finds the lowest point of a stretched bowl', async () => {
  const start = new Float64Array(5);
  const { x, value, isConverged, nIter } = await minimize(bowl(SCALES), start, OPTIONS);
  assertClose(x, [0, 1, 2, 3, 4], 1e-7);
  assert.ok(value < 1e-12);
  assert.ok(isConverged && nIter < 60, `${nIter} steps`);
  assert.equal(start, new Float64Array(5), 'the start is as it was');
});

test('arrives where rounding hides which of two values is lower', async () => {
  let nCalls = 0;
  const noisy: Objective = (x, gradient) => bowl(SCALES)(x, gradient) + 1e-6 * nCalls++;
  const { x, isConverged } = await minimize(noisy, new Float64Array(5), OPTIONS);
  assert.ok(isConverged);
  assertClose(x, [0, 1, 2, 3, 4], 1e-7);
});

test('takes one step where the preconditioner is the inverse Hessian', async () => {
  const precondition = (vector: Float64Array) =>
    vector.forEach((entry, i) => (vector[i] = entry / SCALES[i]));
  const { nIter } = await minimize(bowl(SCALES), new Float64Array(5), { ...OPTIONS, precondition });
  assert.is(nIter, 1);
});

test('finds the lowest point of a sum of exponentials, by hand', async () => {
  // y = 0, and 2 e^x = e^-x, so that x = -log(2) / 2; the value is 2 sqrt(2) e^-0.1
  const { x, value } = await minimize(boyd, Float64Array.of(-1, 1), OPTIONS);
  assertClose(x, [-Math.LN2 / 2, 0], 1e-9);
  assertClose(value, 2 * Math.SQRT2 * Math.exp(-0.1), 1e-12);
});

test('never climbs, and counts its steps from 1', async () => {
  const values: number[] = [];
  const steps: number[] = [];
  const onStep = async (step: number, value: number) => {
    steps.push(step);
    values.push(value);
    return true;
  };
  const { nIter } = await minimize(boyd, Float64Array.of(2, -1), { ...OPTIONS, onStep });
  assert.equal(
    steps,
    [...steps.keys()].map((i) => i + 1),
  );
  assert.is(steps.length, nIter);
  values.slice(1).forEach((value, i) => assert.ok(value <= values[i] * (1 + 1e-12)));
});

test('stops after max_iter steps, and says that it did not arrive', async () => {
  const { nIter, isConverged } = await minimize(bowl(SCALES), new Float64Array(5), {
    ...OPTIONS,
    maxIter: 2,
  });
  assert.is(nIter, 2);
  assert.not(isConverged);
});

test('takes no step from a minimum', async () => {
  const start = Float64Array.of(0, 1, 2, 3, 4);
  assert.is((await minimize(bowl(SCALES), start, OPTIONS)).nIter, 0);
});

test('ends with what its observer throws', async () => {
  const onStep = () => Promise.reject(new Error('interrupted'));
  try {
    await minimize(boyd, Float64Array.of(2, -1), { ...OPTIONS, onStep });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'interrupted');
  }
});

test.run();
