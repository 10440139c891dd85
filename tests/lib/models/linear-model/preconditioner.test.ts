import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createPreconditioner } from '../../../../lib/models/linear-model/preconditioner.ts';
import { sparseMatrix } from '../../../../lib/models/linear-model/sparse-matrix.ts';
import { createRng } from '../../../../lib/rng.ts';
import { fromTriplets } from '../../../../lib/sparse/csr.ts';

const test = suite('preconditioner');

const draw = createRng(3, 'tests', 'preconditioner');
const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

// 8 columns get blocks, 600 a diagonal
for (const nColumns of [8, 600]) {
  for (const hasIntercept of [true, false]) {
    const title = `${nColumns} columns ${hasIntercept ? 'with' : 'without'} intercept`;
    test(`is symmetric and positive definite: ${title}`, () => {
      const [nRows, nStored, nOutputs] = [40, 200, 3];
      const pick = (n: number): number[] =>
        Array.from({ length: nStored }, () => Math.floor(n * draw()));
      const matrix = fromTriplets({
        ...{ nRows, nColumns, rows: pick(nRows), columns: pick(nColumns) },
      });
      const size = nColumns + Number(hasIntercept);
      const precondition = createPreconditioner({
        ...{ X: sparseMatrix(matrix), totalWeight: nRows, penalty: 0.01, nOutputs },
        variances: Float64Array.from({ length: nRows * nOutputs }, () => draw() / 4),
        largest: new Float64Array(size).fill(1),
      });
      const apply = (vector: Float64Array): Float64Array => {
        const applied = vector.slice();
        precondition(applied);
        return applied;
      };
      const [a, b] = [0, 1].map(() =>
        Float64Array.from({ length: size * nOutputs }, () => draw() - 0.5),
      );
      const [ab, ba] = [dot(a, apply(b)), dot(b, apply(a))];
      assert.ok(Math.abs(ab - ba) < 1e-9 * Math.abs(ab), `${ab} and ${ba}`);
      assert.ok(dot(a, apply(a)) > 0 && dot(b, apply(b)) > 0);
    });
  }
}

test.run();
