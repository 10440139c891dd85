import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readBaselines, writeBaselines } from '../../../lib/data/baseline-files.ts';
import type { Bundle } from '../../../lib/models/bundle.ts';
import type { Baseline } from '../../../lib/models/fit-baselines.ts';
import { complaintOf } from '../../support/complaint.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const test = suite('folder of baselines');

const KIND = { name: 'a', kind: 'number' } as const;
const bundleOf = (name: string, changes: Partial<Bundle> = {}): Bundle => ({
  model: {
    ...{ name, columns: ['a'], nClasses: 2, facts: {} },
    tensors:
      name === 'majority'
        ? { priors: { dtype: 'F64', shape: [2], data: Float64Array.of(0.25, 0.75) } }
        : {
            coefficients: { dtype: 'F64', shape: [1, 2], data: Float64Array.of(1, 2) },
            intercepts: { dtype: 'F64', shape: [2], data: Float64Array.of(0, 0) },
          },
  },
  ...{ input: [KIND], target: 'kind', id: 'row_id', classes: ['x', 'y'], classNames: {} },
  preprocessing: { columns: null, features: null, scaler: null },
  ...{ threshold: null, priorCorrection: null, versions: {}, dataHashes: {} },
  distribution: { n_samples: 2, columns: {} },
  golden: { rows: [{ a: 1 }], probabilities: [[0.25, 0.75]] },
  ...changes,
});

async function* baselines(...bundles: Bundle[]): AsyncGenerator<Baseline> {
  for (const bundle of bundles) yield { bundle, valid: { valid_accuracy: 2 / 3, valid_loss: 1 } };
}

test('is read as it was written, sorted by name', async () => {
  await inTemporaryFolder(async (folder) => {
    const written = [bundleOf('ridge'), bundleOf('majority')];
    assert.equal(await writeBaselines(join(folder, 'out'), baselines(...written)), {
      valid_accuracy: {
        ridge: 0.666667,
        majority: 0.666667,
      },
    });
    writeFileSync(join(folder, 'out', 'notes.txt'), 'no bundle');
    const read = readBaselines(join(folder, 'out'), written[0]);
    assert.equal(
      read.map(({ model }) => model.name),
      ['majority', 'ridge'],
    );
    assert.equal(read[1].model, written[0].model);
  });
});

test('is none where none is named, and empty where there is no bundle', async () => {
  assert.equal(readBaselines(null, bundleOf('ridge')), []);
  await inTemporaryFolder((folder) => {
    assert.equal(readBaselines(folder, bundleOf('ridge')), []);
  });
});

test('is refused where it is missing, or of other classes', async () => {
  await inTemporaryFolder(async (folder) => {
    const out = join(folder, 'out');
    assert.is(
      await complaintOf(() => readBaselines(out, bundleOf('ridge'))),
      `E_DATA: ${out} must be a folder of baselines; got nothing`,
    );
    mkdirSync(out);
    await writeBaselines(out, baselines(bundleOf('majority')));
    const file = join(out, 'majority.safetensors');
    const cases: [Partial<Bundle>, string][] = [
      [{ classes: ['x', 'z'] }, 'the classes x, z of kind'],
      [{ target: 'other' }, 'the classes x, y of other'],
      [{ classes: [] }, 'the number kind'],
    ];
    for (const [changes, wanted] of cases) {
      assert.is(
        await complaintOf(() => readBaselines(out, bundleOf('ridge', changes))),
        `E_DATA: ${file} must predict ${wanted} as the model does; got the classes x, y of kind`,
      );
    }
  });
});

test.run();
