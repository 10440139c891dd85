import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { measureDrift } from '../../../lib/monitoring/drift.ts';
import type { DriftScores, DriftTest } from '../../../lib/monitoring/drift.ts';
import {
  profileCategories,
  profileNumbers,
  profileTraining,
} from '../../../lib/monitoring/profiles.ts';
import type { ColumnProfile } from '../../../lib/monitoring/profiles.ts';
import { describeDistribution } from '../../../lib/preprocessing/distribution.ts';
import { createRng } from '../../../lib/rng.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const database = await openTestDatabase();

const test = suite('drift of a column');
const GOLDEN = new URL('../../golden/monitor/', import.meta.url);

interface Expected {
  readonly scores: Readonly<Record<string, DriftScores>>;
  readonly default: Readonly<Record<string, { score: number; test: string; is_drifted: boolean }>>;
  readonly rare: {
    readonly counts: Readonly<Record<'reference' | 'current', Record<string, number>>>;
    readonly scores: DriftScores;
  };
}
const expected = JSON.parse(readFileSync(new URL('expected.json', GOLDEN), 'utf8')) as Expected;
const NAMES: Partial<Record<DriftTest, string>> = {
  jensen_shannon: 'Jensen-Shannon distance',
  wasserstein: 'Wasserstein distance (normed)',
};
const [reference, current] = ['reference.csv', 'current.csv'].map(readProfiles);

function readProfiles(file: string): Record<string, ColumnProfile> {
  const [header, ...lines] = readFileSync(new URL(file, GOLDEN), 'utf8').trimEnd().split('\n');
  const rows = lines.map((line) => line.split(','));
  return Object.fromEntries(
    header.split(',').map((name, j) => {
      const cells = rows.map((row) => row[j]);
      return [name, name === 'letter' ? profileTexts(cells) : profileNumbers(toNumbers(cells))];
    }),
  );
}

function toNumbers(cells: readonly string[]): Float64Array {
  return Float64Array.from(cells, (cell) => (cell === '' ? NaN : Number(cell)));
}

function profileTexts(cells: readonly string[]): ColumnProfile {
  const counts = Object.entries(Object.groupBy(cells, (cell) => cell));
  return profileCategories(new Map(counts.map(([text, all]) => [text, all!.length])), 0);
}

function assertScores(actual: DriftScores, wanted: DriftScores, what: string): void {
  for (const [name, score] of Object.entries(wanted) as [DriftTest, number | null][]) {
    const found = actual[name];
    const isEqual =
      score === null || found === null
        ? score === found
        : Math.abs(found - score) <= 1e-12 * Math.abs(score);
    assert.ok(isEqual, `${name} of ${what}: ${found} instead of ${score}`);
  }
}

test('has the scores of Evidently, test by test', () => {
  for (const [name, scores] of Object.entries(expected.scores)) {
    const drift = measureDrift(reference[name], current[name], { threshold: 0.1 });
    assertScores(drift.scores, scores, name);
  }
});

test('decides by the test that Evidently takes by default, and as it does', () => {
  for (const [name, wanted] of Object.entries(expected.default)) {
    const drift = measureDrift(reference[name], current[name], { threshold: 0.1 });
    assert.is(NAMES[drift.test], wanted.test, name);
    assert.is(drift.score, drift.scores[drift.test]);
    assert.is(drift.isDrifted, wanted.is_drifted, name);
  }
});

test('fills empty bins of PSI as Evidently does where shares are small', () => {
  const [one, other] = (['reference', 'current'] as const).map((table) =>
    profileCategories(new Map(Object.entries(expected.rare.counts[table])), 0),
  );
  assertScores(measureDrift(one, other, { threshold: 0.1 }).scores, expected.rare.scores, 'rare');
});

test('decides by the test that is asked for, where it is of such columns', () => {
  const options = { threshold: 0.1, test: 'psi' } as const;
  const { score, scores } = measureDrift(reference.normal, current.normal, options);
  assert.is(score, scores.psi);
  const unseen = { threshold: 0.1, test: 'unseen_share' } as const;
  assert.is(measureDrift(reference.letter, current.letter, unseen).score, 0.084);
  assert.is(measureDrift(reference.normal, current.normal, unseen).test, 'wasserstein');
});

test('takes a score at the threshold for drift', () => {
  const { letter } = reference;
  const options = { test: 'unseen_share' } as const;
  const isDrifted = (threshold: number): boolean =>
    measureDrift(letter, current.letter, { ...options, threshold }).isDrifted;
  assert.is(isDrifted(0.084), true);
  assert.is(isDrifted(0.0840001), false);
});

test('finds none between a column and itself, in any order of its rows', () => {
  const rng = createRng(1, 'test', 'values');
  const values = Float64Array.from({ length: 500 }, () => rng() ** 3);
  const { scores } = measureDrift(profileNumbers(values), profileNumbers(values.toReversed()), {
    threshold: 0.1,
  });
  assert.equal(scores, { jensen_shannon: 0, wasserstein: 0, psi: 0, unseen_share: null });
});

test('is the same either way but for the divisor of the Wasserstein distance', () => {
  const there = measureDrift(reference.normal, current.normal, { threshold: 0.1 }).scores;
  const back = measureDrift(current.normal, reference.normal, { threshold: 0.1 }).scores;
  const isClose = (a: number, b: number): boolean => Math.abs(a - b) < 1e-12;
  assert.ok(isClose(there.jensen_shannon!, back.jensen_shannon!));
  assert.ok(isClose(there.psi!, back.psi!));
  const [one, other] = [reference.normal, current.normal].map((profile) =>
    profile.kind === 'number' ? profile.std : NaN,
  );
  assert.ok(isClose(there.wasserstein! * one, back.wasserstein! * other));
});

test('by hand: half of the rows moved by one unit, of two values', () => {
  // reference 0 0 1 1 (deviation 1/2), current 1 1 1 1: area 1/2 between the cumulative shares
  const [one, other] = [
    profileNumbers(Float64Array.of(0, 1, 0, 1)),
    profileNumbers(Float64Array.of(1, 1, 1, 1)),
  ];
  const { scores, bins } = measureDrift(one, other, { threshold: 0.1 });
  assert.is(scores.wasserstein, 1);
  // p = (1/2, 1/2), q = (0, 1), mean (1/4, 3/4): 1/2 ln 2 + 1/2 ln(2/3) + ln(4/3), halved
  const divergence = (0.5 * Math.log(2) + 0.5 * Math.log(2 / 3) + Math.log(4 / 3)) / 2;
  assert.ok(Math.abs(scores.jensen_shannon! - Math.sqrt(divergence)) < 1e-15);
  // an empty bin counts as 1e-4
  const psi = (0.5 - 1e-4) * Math.log(0.5 / 1e-4) + (0.5 - 1) * Math.log(0.5 / 1);
  assert.ok(Math.abs(scores.psi! - psi) < 1e-12);
  assert.equal([...bins.labels], [0, 1]);
  assert.equal([...bins.reference], [2, 2]);
  assert.equal([...bins.current], [0, 4]);
});

test('leaves what is no finite number out, and counts it', () => {
  const gaps = profileNumbers(Float64Array.of(NaN, 1, Infinity, 2, -Infinity));
  assert.is(gaps.nMissing, 3);
  assert.is(gaps.nValues, 2);
  const { scores } = measureDrift(profileNumbers(Float64Array.of(1, 2)), gaps, { threshold: 0.1 });
  assert.is(scores.jensen_shannon, 0);
});

test.run();

const trained = suite('drift from the training rows in a bundle');

trained(
  'is exact of few numbers and of texts, and close where quantiles stand for the rows',
  async () => {
    const file = new URL('reference.csv', GOLDEN).pathname;
    const relation = await createRelation(database, 'reference', `FROM read_csv('${file}')`);
    const distribution = await describeDistribution(database, relation, relation.columns);
    for (const [name, scores] of Object.entries(expected.scores)) {
      const profile = profileTraining(distribution, name)!;
      const drift = measureDrift(profile, current[name], { threshold: 0.1 });
      if (['few_whole', 'five', 'zero_one', 'constant', 'letter'].includes(name)) {
        assertScores(drift.scores, scores, name);
      }
      // each of a dozen bins is right within 1/200 of the rows
      const difference = Math.abs(drift.scores.jensen_shannon! - scores.jensen_shannon!);
      assert.ok(difference < 0.02, `${name}: ${difference}`);
      const ofWasserstein = Math.abs((drift.scores.wasserstein ?? 0) - (scores.wasserstein ?? 0));
      assert.ok(ofWasserstein < 0.02, `${name}: ${ofWasserstein}`);
      assert.is(drift.isDrifted, expected.default[name].is_drifted, name);
    }
  },
);

trained('looks at the lengths of texts that hardly repeat, and at no times', async () => {
  const relation = await createRelation(
    database,
    'texts',
    `SELECT repeat('é', i % 50) || i AS words, ['a', 'b'][i % 2 + 1] AS letter, DATE '2026-01-01' AS day
     FROM range(100) AS t(i)`,
  );
  const distribution = await describeDistribution(database, relation, relation.columns);
  const words = profileTraining(distribution, 'words');
  assert.is(words?.kind, 'number');
  assert.is(words?.kind === 'number' && words.max, 51);
  assert.is(profileTraining(distribution, 'letter')?.kind, 'category');
  assert.is(profileTraining(distribution, 'day'), null);
});

trained.after(() => database.close());
trained.run();
