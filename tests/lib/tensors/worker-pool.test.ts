import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startWorkers } from '../../../lib/tensors/worker-pool.ts';

const test = suite('worker pool');
const script = (name: string): URL => new URL(`workers/${name}.ts`, import.meta.url);

test('fails what is waited for, and what is asked for later, when a worker throws', async () => {
  const workers = startWorkers<number, number>(script('throws'), 1, null);
  const first = workers.run(7);
  const second = workers.run(8);
  for (const answer of [first, second, workers.run(9)]) {
    const error = await failure(answer);
    assert.match(error.message, /^a worker of .*throws\.ts stopped$/);
    assert.is((error.cause as Error).message, 'task 7');
  }
  const later = await failure(workers.run(10));
  assert.match(later.message, /stopped$/);
  await workers.terminate();
});

test('fails when a worker exits without a word', async () => {
  const workers = startWorkers<number, number>(script('exits'), 1, null);
  assert.is(await workers.run(1), 2);
  const error = await failure(workers.run(2));
  assert.is((error.cause as Error).message, 'exit code 3');
  assert.is(await failure(workers.run(3)), error);
  await workers.terminate();
});

test('fails when the module of the workers does not exist', async () => {
  const workers = startWorkers<number, number>(script('none'), 2, null);
  const error = await failure(workers.run(1));
  assert.match((error.cause as Error).message, 'none.ts');
  await workers.terminate();
});

test('hands tasks to the workers in turn', async () => {
  const workers = startWorkers<number, number>(script('exits'), 3, null);
  assert.equal(await Promise.all([1, 2, 3].map(workers.run)), [2, 3, 4]);
  await workers.terminate();
});

async function failure(answer: Promise<unknown>): Promise<Error> {
  try {
    await answer;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing failed');
}

test.run();
