import {
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeBundle } from '../../../lib/models/bundle.ts';
import { loadLibm } from '../../../lib/preprocessing/libm.ts';
import { openModelSlot } from '../../../lib/serving/model-slot.ts';
import type { ModelSlot } from '../../../lib/serving/model-slot.ts';
import { assertSameFeatures, openServedModel } from '../../../lib/serving/served-model.ts';
import type { ServedModel } from '../../../lib/serving/served-model.ts';
import { complaintOf } from '../../support/complaint.ts';
import { openTestDatabase } from '../../support/relations.ts';
import { machine, makeClassBundle, makeNumberBundle } from '../../support/served-bundles.ts';

const test = suite('model slot');
const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (name: string): string => join(folder, name);
const database = await openTestDatabase();
const { bundle } = await makeClassBundle(database);
writeBundle(at('classes'), bundle);
writeBundle(at('numbers'), (await makeNumberBundle(database)).bundle);
database.close();
test.after(() => rmSync(folder, { recursive: true }));

/** A slot on a copy of the classes, and what it said and did. */
async function open(): Promise<{
  slot: ModelSlot;
  file: string;
  said: string[];
  swaps: (ServedModel | null)[];
}> {
  const file = at('served');
  copyFileSync(at('classes'), file);
  const said: string[] = [];
  const swaps: (ServedModel | null)[] = [];
  const note = (_: unknown, message: string): void => void said.push(message);
  const log = { info: note, warn: note, error: note } as unknown as Parameters<
    typeof openModelSlot
  >[2]['log'];
  const slot = await openModelSlot(file, machine, { log, onSwap: (model) => swaps.push(model) });
  return { slot, file, said, swaps };
}

/** As train publishes it: written beside, renamed when complete. */
function publish(source: string, file: string): void {
  copyFileSync(source, `${file}.partial`);
  renameSync(`${file}.partial`, file);
}

test('serves another model once its file does not change from one look to the next', async () => {
  const { slot, file, said, swaps } = await open();
  const first = slot.current();
  await slot.look();
  assert.is(slot.current(), first);
  publish(at('numbers'), file);
  await slot.look();
  assert.is(slot.current(), first, 'it may still be written');
  await slot.look();
  assert.is(slot.current().bundle.target, 'a');
  assert.not.equal(slot.current().hash, first.hash);
  assert.equal(swaps, [slot.current()]);
  assert.equal(said, ['model swapped']);
  publish(at('numbers'), file);
  for (let look = 0; look < 3; look++) await slot.look();
  assert.is(swaps.length, 1, 'the same bytes are the same model');
  slot.close();
});

test('goes on with the old model where the new file is refused, or gone, and takes the next good one', async () => {
  const { slot, file, said, swaps } = await open();
  const lookTwice = async (): Promise<void> => {
    await slot.look();
    await slot.look();
  };
  const { hash } = slot.current();
  truncateSync(file, 1000);
  await lookTwice();
  const golden = {
    ...bundle.golden,
    probabilities: bundle.golden.probabilities.map((row) => row.toReversed()),
  };
  writeBundle(at('wrong'), { ...bundle, golden });
  publish(at('wrong'), file);
  await lookTwice();
  rmSync(file);
  await lookTwice();
  assert.is(slot.current().hash, hash);
  assert.equal(said, [
    'model refused; the old one serves on',
    'model refused; the old one serves on',
    'model file is gone; the model serves on',
  ]);
  assert.equal(swaps, [null, null]);
  publish(at('numbers'), file);
  await lookTwice();
  assert.is(slot.current().bundle.target, 'a');
  slot.close();
});

test('keeps the old model open until the last one who uses it is done', async () => {
  const { slot, file } = await open();
  const { scorer } = slot.current();
  let nDisposed = 0;
  const { dispose } = scorer;
  Object.assign(scorer, { dispose: () => (nDisposed++, dispose()) });
  let finish = (): void => {};
  const used = slot.use(async (model) => {
    await new Promise<void>((resolve) => (finish = resolve));
    return model.bundle.target;
  });
  publish(at('numbers'), file);
  await slot.look();
  await slot.look();
  assert.is(await slot.use(async (model) => model.bundle.target), 'a');
  assert.is(nDisposed, 0);
  finish();
  assert.is(await used, 'kind');
  assert.is(nDisposed, 1);
  const failed = slot.use(async () => Promise.reject(new Error('of the request')));
  assert.is(await failed.catch((error: Error) => error.message), 'of the request');
  slot.close();
});

test('refuses a machine whose sine has other bits than that of the tables', async () => {
  const mathematics = loadLibm();
  await assertSameFeatures(bundle, machine, mathematics);
  const other = { ...mathematics, sin: (x: number) => Math.fround(mathematics.sin(x)) };
  assert.is(
    await complaintOf(async () => await assertSameFeatures(bundle, machine, other)),
    'E_ENVIRONMENT: a row in memory must get the bits that it gets in a table; got others',
  );
});

test('refuses to begin with a file that is no model', async () => {
  writeFileSync(at('none'), '{}');
  assert.match(await complaintOf(async () => await openServedModel(at('none'), machine)), 'E_DATA');
  assert.match(
    await complaintOf(async () => await openServedModel(at('nowhere'), machine)),
    'must exist',
  );
});

test.run();
