import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  LINEAR_KINDS,
  fitLinear,
  fitMultivariate,
  predictLinear,
} from '../../../../lib/models/linear-model/linear-regression.ts';
import { fitRidge } from '../../../../lib/models/linear-model/ridge-regression.ts';
import { expected, flat, input } from '../../../support/baselines.ts';
import { assertClose } from '../../../support/close.ts';
import { complaintOf } from '../../../support/complaint.ts';

const test = suite('linear regression');

const { x, y, at, ...curves } = expected.curves;

for (const kind of LINEAR_KINDS.filter((name) => name !== 'multivariate')) {
  test(`draws the curve that NumPy draws: ${kind}`, () => {
    const model = fitLinear(kind, [x], y, { degree: 3 });
    assertClose(predictLinear(model, [at]), curves[kind], 1e-9);
  });
}

test('fits several columns as scikit-learn does', () => {
  const columns = [0, 1, 2, 3, 4].map((j) => input.scaled.map((row) => Math.fround(row[j])));
  const model = fitLinear('multivariate', columns, input.y);
  assert.is(model.kind, 'multivariate');
  if (model.kind !== 'multivariate') return;
  assertClose(model.coefficients, expected.multivariate.coef, 1e-8);
  assertClose(model.intercept, expected.multivariate.intercept, 1e-8);
  const [first] = predictLinear(model, columns);
  const wanted = columns.reduce(
    (sum, column, j) => sum + column[0] * expected.multivariate.coef[j],
    expected.multivariate.intercept,
  );
  assertClose(first, wanted, 1e-8);
});

test('predicts the same after its state was text', () => {
  for (const kind of LINEAR_KINDS) {
    const model = fitLinear(kind, [x], y);
    const again = JSON.parse(JSON.stringify(model));
    assert.equal(predictLinear(again, [at]), predictLinear(model, [at]), kind);
  }
});

test('weighs rows as ridge without a penalty does', () => {
  const features = { nColumns: 5, values: flat(input.scaled) };
  const targets = { nColumns: 1, values: Float64Array.from(input.y) };
  const sampleWeight = Float64Array.from(input.y, (label) => input.weights[label]);
  for (const fitIntercept of [true, false]) {
    const { coefficients, intercepts } = fitMultivariate(features, targets, {
      fitIntercept,
      sampleWeight,
    });
    const ridge = fitRidge(features, targets, { alpha: 0, fitIntercept, sampleWeight });
    assertClose(coefficients, ridge.coefficients, 1e-9);
    assertClose(intercepts, ridge.intercepts, 1e-9);
  }
});

test('says which value has no logarithm', async () => {
  assert.is(
    await complaintOf(() => fitLinear('exponential', [[1, 2]], [3, 0])),
    'E_DATA: every target must be above 0 for the regression exponential; got 0 in row 2',
  );
  assert.is(
    await complaintOf(() => fitLinear('power', [[-1, 2]], [3, 1])),
    'E_DATA: every feature must be above 0 for the regression power; got -1 in row 1',
  );
});

test('takes a curve through one column alone', () => {
  assert.throws(() => fitLinear('simple', [x, x], y), /simple takes one column; got 2/);
});

test.run();
