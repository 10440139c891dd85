import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { readBundle, writeBundle } from '../../../lib/models/bundle.ts';
import type { Bundle } from '../../../lib/models/bundle.ts';
import { openScorer } from '../../../lib/models/scorer.ts';
import { readSafetensors, writeSafetensors } from '../../../lib/tensors/safetensors.ts';
import type { Tensor } from '../../../lib/tensors/safetensors.ts';
import { openTestDatabase } from '../../support/relations.ts';
import { machine, makeBundle, train } from '../../support/small-model.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const database = await openTestDatabase();
const { bundle } = await makeBundle(database);

/** Calls `use` with a file of the bundle, and the bytes of that file. */
async function withFile(
  use: (file: string, bytes: Buffer) => void | Promise<void>,
  written: Bundle = bundle,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'model.safetensors');
    writeBundle(file, written);
    await use(file, readFileSync(file));
  });
}

function refusalOf(file: string): string {
  try {
    readBundle(file);
  } catch (error) {
    assert.instance(error, StageError, (error as Error).stack);
    assert.is((error as StageError).code, 'E_DATA');
    assert.ok((error as StageError).hint);
    return (error as StageError).message.replace(file, 'FILE');
  }
  return assert.unreachable('no error') as never;
}

/** What is said of the file once `change` has changed the JSON in its metadata. */
async function refusalOfFacts(change: (facts: Record<string, unknown>) => void): Promise<string> {
  let refusal = '';
  await withFile((file) => {
    const { tensors, metadata } = readSafetensors(file);
    const facts = JSON.parse(metadata.bundle) as Record<string, unknown>;
    change(facts);
    writeSafetensors(file, tensors, { ...metadata, bundle: JSON.stringify(facts) });
    refusal = refusalOf(file);
  });
  return refusal;
}

/** What is said of the file once these facts of its model are others. */
const refusalOfModel = async (changes: Record<string, unknown>): Promise<string> =>
  await refusalOfFacts((facts) => {
    facts.model = { ...(facts.model as Record<string, unknown>), ...changes };
  });

async function refusalOfWeights(
  change: (tensors: Record<string, Tensor>) => void,
): Promise<string> {
  let refusal = '';
  await withFile((file) => {
    const { tensors, metadata } = readSafetensors(file);
    const changed = { ...tensors };
    change(changed);
    writeSafetensors(file, changed, metadata);
    refusal = refusalOf(file);
  });
  return refusal;
}

const test = suite('bundle');

test('comes back equal, and gives the same bytes when it is written again', async () => {
  await withFile((file, bytes) => {
    const read = readBundle(file);
    assert.equal(read, bundle);
    writeBundle(file, read);
    assert.ok(readFileSync(file).equals(bytes));
  });
});

test('keeps the weights of a model with batch normalisation', async () => {
  const X = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i));
  const y = Int32Array.from({ length: 10 }, (_, i) => i % 3);
  const options = { hiddenSizes: [5, 4], normalization: 'batch', maxEpochs: 1 } as const;
  const columns = bundle.model.columns;
  const { fitted: model } = await train({ X, y }, { columns, options });
  assert.ok('layer1/variance' in model.tensors);
  await withFile((file) => assert.equal(readBundle(file).model, model), { ...bundle, model });
});

test('is refused when it is cut off, wherever that is', async () => {
  await withFile((file, { length }) => {
    for (const size of [length - 1, length - 4, length >> 1, 300, 9, 8, 7, 1, 0]) {
      truncateSync(file, size);
      assert.match(
        refusalOf(file),
        /^FILE must be a (complete safetensors file|file of tensors); /,
      );
    }
  });
});

test('is refused when something stands behind it', async () => {
  await withFile((file, bytes) => {
    writeFileSync(file, Buffer.concat([bytes, Buffer.of(0)]));
    assert.match(refusalOf(file), 'FILE must be a complete safetensors file; got ');
  });
});

test('is refused in another format, in another version, and without its facts', async () => {
  await withFile((file) => {
    const { tensors, metadata } = readSafetensors(file);
    const refusalWith = (other: Record<string, string>): string => {
      writeSafetensors(file, tensors, other);
      return refusalOf(file);
    };
    const must = 'FILE must be a model bundle of version 2; got ';
    assert.is(refusalWith({}), `${must}a safetensors file of something else`);
    assert.is(refusalWith({ ...metadata, version: '1' }), `${must}version 1`);
    assert.is(refusalWith({ ...metadata, version: '3' }), `${must}version 3`);
    const { format, version } = metadata;
    assert.is(refusalWith({ format, version }), `${must}metadata that are no JSON`);
    assert.is(refusalWith({ ...metadata, bundle: '[]' }), `${must}metadata that are no map`);
  });
});

test('is refused when a field is missing or of another kind, whichever it is', async () => {
  for (const name of Object.keys(bundle)) {
    for (const wrong of [undefined, 7.5, [[{}]]]) {
      if (name === 'threshold' && wrong === 7.5) continue;
      const refusal = await refusalOfFacts((facts) => (facts[name] = wrong));
      assert.is(
        refusal,
        `FILE must be a model bundle of version 2; got fields that do not fit: ${name}`,
      );
    }
  }
});

test('is refused when its fields do not fit each other', async () => {
  const differ =
    'FILE must be a model bundle of version 2; got classes, model and golden rows that differ in their number of classes';
  assert.is(await refusalOfFacts((facts) => (facts.classes = ['a', 'b'])), differ);
  assert.is(await refusalOfFacts((facts) => (facts.priorCorrection = [1])), differ);
  const golden = { rows: bundle.golden.rows.slice(1), probabilities: bundle.golden.probabilities };
  assert.is(await refusalOfFacts((facts) => (facts.golden = golden)), differ);
  assert.is(await refusalOfModel({ nClasses: 4 }), differ);
  assert.is(
    await refusalOfModel({ columns: ['a', 'b', 'a_plus_b', 'c_sine'] }),
    'FILE must have the column c_sine; did you mean b_sine?',
  );
});

test('is refused with a model that the registry does not have, or one without its parts', async () => {
  const must = 'FILE must be a model bundle of version 2; got fields that do not fit: model';
  for (const changes of [
    { name: 'oracle' },
    { name: 'toString' },
    { name: undefined },
    { columns: 'a' },
    { columns: [1] },
    { nClasses: 0 },
    { nClasses: 2.5 },
    { facts: null },
    { facts: [] },
  ]) {
    assert.is(await refusalOfModel(changes), must, JSON.stringify(changes));
  }
});

test('is refused with facts that its model cannot mean', async () => {
  const { facts } = bundle.model;
  const must = 'FILE must be a model bundle of version 2; got an architecture that is none';
  for (const changes of [
    { hiddenSizes: 8 },
    { hiddenSizes: [0] },
    { hiddenSizes: ['8'] },
    { activation: 'tanh' },
    { normalization: undefined },
  ]) {
    const refusal = await refusalOfModel({ facts: { ...facts, ...changes } });
    assert.is(refusal, must, JSON.stringify(changes));
  }
});

test('is refused with a number of its preprocessing that is a text, for that would be run as SQL', async () => {
  const { scaler } = bundle.preprocessing;
  const a = { fill: null, center: '0) FROM raw; DROP TABLE raw; --', scale: 1 };
  const refusal = await refusalOfFacts((facts) => {
    const columns = { ...scaler?.columns, a };
    facts.preprocessing = { ...bundle.preprocessing, scaler: { ...scaler, columns } };
  });
  assert.is(
    refusal,
    'scaler in FILE must hold timberline-scaler, version 1; got fields that do not fit',
  );
});

test('is refused when weights are missing, unknown, or of another shape or type', async () => {
  const must = 'FILE must be a model bundle of version 2; got';
  const bias = { dtype: 'F32', shape: [2], data: new Float32Array(2) } as const;
  assert.is(
    await refusalOfWeights((tensors) => delete tensors['layer1/bias']),
    `${must} no weights layer1/bias`,
  );
  assert.is(
    await refusalOfWeights((tensors) => (tensors['layer2/bias'] = bias)),
    `${must} unknown weights layer2/bias`,
  );
  assert.is(
    await refusalOfWeights((tensors) => (tensors['layer1/bias'] = bias)),
    `${must} the weights layer1/bias as F32 (2)`,
  );
  assert.is(
    await refusalOfWeights(
      (tensors) => (tensors['layer1/bias'] = { dtype: 'I32', shape: [3], data: new Int32Array(3) }),
    ),
    `${must} the weights layer1/bias as I32 (3)`,
  );
  assert.is(
    await refusalOfModel({ columns: ['a', 'b', 'a_plus_b'] }),
    `${must} the weights layer0/kernel as F32 (4, 8)`,
  );
});

test('is refused by its golden rows when a weight is damaged', async () => {
  await withFile(async (file, bytes) => {
    // the high byte of the last number
    bytes[bytes.length - 1] ^= 0x40;
    writeFileSync(file, bytes);
    const damaged = readBundle(file);
    const error = await openScorer(damaged, database, machine).then(
      () => assert.unreachable('no error'),
      (reason: unknown) => reason as StageError,
    );
    assert.is(error?.code, 'E_DATA');
    assert.match(
      error?.message ?? '',
      /^the model must give its golden rows the probabilities it was made with, within 0\.0001; got a difference of /,
    );
  });
});

test('names a file that is missing, empty, a folder or no safetensors file', async () => {
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'model.safetensors');
    assert.is(refusalOf(file), 'FILE must exist; got no such file');
    writeFileSync(file, '');
    assert.is(refusalOf(file), 'FILE must be a file of tensors; got an empty file');
    writeFileSync(file, 'a,b\n1,2\n3,4\n');
    assert.match(
      refusalOf(file),
      /^FILE must be a complete safetensors file; got a header of \d+ bytes/,
    );
    assert.match(refusalOf(folder), 'FILE must be a file of tensors; got a folder');
  });
});

test.after(() => database.close());
test.run();
