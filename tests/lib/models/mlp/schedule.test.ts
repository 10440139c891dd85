import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { learningRateAt } from '../../../../lib/models/mlp/schedule.ts';
import type { Schedule } from '../../../../lib/models/mlp/schedule.ts';

const test = suite('learningRateAt');

const rates = (nSteps: number, schedule: Schedule) =>
  Array.from({ length: nSteps }, (_, step) => learningRateAt(step, nSteps, schedule));

function assertClose(actual: readonly number[], expected: readonly number[]): void {
  assert.is(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(
      Math.abs(actual[i] - value) <= 1e-12 * Math.abs(value) + 1e-15,
      `step ${i}: ${actual[i]} must be ${value}`,
    );
  }
}

test('constant climbs on a straight line, then stays', () => {
  // warm-up of 0.4 * 5 = 2 steps: 1/2, 2/2
  const schedule = { schedule: 'constant', learningRate: 0.1, warmupShare: 0.4 } as const;
  assertClose(rates(5, schedule), [0.05, 0.1, 0.1, 0.1, 0.1]);
});

test('cosine without warm-up falls by half a cosine, starting at the peak', () => {
  // (1 + cos(pi k / 4)) / 2 for k = 0..3
  const schedule = { schedule: 'cosine', learningRate: 1, warmupShare: 0 } as const;
  const quarter = (1 + Math.SQRT1_2) / 2;
  assertClose(rates(4, schedule), [1, quarter, 0.5, 1 - quarter]);
});

test('cosine with warm-up climbs to the peak before it falls', () => {
  // warm-up of 2 steps, then (1 + cos(pi k / 4)) / 2 for k = 0..3
  const schedule = { schedule: 'cosine', learningRate: 1, warmupShare: 1 / 3 } as const;
  const quarter = (1 + Math.SQRT1_2) / 2;
  assertClose(rates(6, schedule), [0.5, 1, 1, quarter, 0.5, 1 - quarter]);
});

test('one_cycle climbs from 1/25 of the peak and ends at 1/250000 of it', () => {
  // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=10, pct_start=0.3): the peak at step 2,
  // step 1 is the middle of the climb, (1/25 + 1) / 2
  const schedule = { schedule: 'one_cycle', learningRate: 1, warmupShare: 0.3 } as const;
  const all = rates(10, schedule);
  assertClose([all[0], all[1], all[2], all[9]], [0.04, 0.52, 1, 0.04e-4]);
  // step 5 is 3/7 down: end + (1 - end) (1 + cos(3 pi / 7)) / 2
  assertClose([all[5]], [0.04e-4 + ((1 - 0.04e-4) * (1 + Math.cos((3 * Math.PI) / 7))) / 2]);
});

test('one_cycle without warm-up starts at the peak', () => {
  const schedule = { schedule: 'one_cycle', learningRate: 1, warmupShare: 0 } as const;
  assert.is(learningRateAt(0, 10, schedule), 1);
});

test.run();
