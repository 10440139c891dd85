import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRng } from '../../../lib/rng.ts';
import { listGridPoints } from '../../../lib/tuning/grid.ts';
import type { Distribution, SearchSpace } from '../../../lib/tuning/search-space.ts';
import { complaintOf } from '../../support/complaint.ts';

const parameter = (name: string, distribution: Distribution, when = {}) => ({
  ...{ name, distribution, when },
});
const float = (low: number, high: number, step: number | null): Distribution => ({
  ...{ type: 'float', low, high, step, log: false },
});
const SPACE: SearchSpace = [
  parameter('kind', { type: 'categorical', choices: ['a', 'b', [1, 2]] }),
  parameter('share', float(0.1, 0.3, 0.1), { kind: ['b', [1, 2]] }),
  parameter('n', { type: 'int', low: 1, high: 2, step: null, log: false }, { share: [0.2] }),
];
const list = (space = SPACE, seed = 1) => listGridPoints(space, createRng(seed, 'test', 'grid'));

const test = suite('lib/tuning/grid');

test('lists every combination once, and leaves out what a condition leaves out', () => {
  const points = list().map((point) => JSON.stringify(point));
  const branch = (kind: unknown): string[] => [
    JSON.stringify({ kind, share: 0.1 }),
    JSON.stringify({ kind, share: 0.2, n: 1 }),
    JSON.stringify({ kind, share: 0.2, n: 2 }),
    // not 0.30000000000000004
    JSON.stringify({ kind, share: 0.3 }),
  ];
  const expected = [JSON.stringify({ kind: 'a' }), ...branch('b'), ...branch([1, 2])];
  assert.equal(points.toSorted(), expected.toSorted());
});

test('gives the same order for the same seed, and another for another', () => {
  assert.equal(list(), list());
  assert.not.equal(list(), list(SPACE, 2));
});

test('refuses a float without a step, and more points than anybody runs', async () => {
  assert.is(
    await complaintOf(() =>
      list([parameter('a', float(0, 1, null)), parameter('b', float(1, 1, null))]),
    ),
    'E_PARAMS: tune.space: a must have a step, since the sampler is grid',
  );
  const many = (name: string) => parameter(name, float(0, 1, 0.001));
  assert.is(
    await complaintOf(() => list([many('a'), many('b')])),
    'E_PARAMS: tune.space must have at most 100000 points, since the sampler is grid; got more',
  );
  assert.match(
    await complaintOf(() => list([parameter('a', float(0, 1, 1e-12))])),
    'at most 100000',
  );
});

test.run();
