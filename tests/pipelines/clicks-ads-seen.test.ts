import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { withDatabase } from '../../lib/data/database.ts';
import { openTable } from '../../lib/data/tables.ts';
import { joinSelect } from '../../lib/joining/join.ts';
import type { JoinDeclaration } from '../../lib/joining/declarations.ts';
import { PROJECT } from '../support/stage-process.ts';

const FIXTURES = join(PROJECT, 'tests/fixtures/clicks');
const ENGINE = { threads: 2, memoryMb: 256 };

/** As the pipeline declares it. */
const { join: declared } = parse(
  readFileSync(join(PROJECT, 'pipelines/clicks/params.yaml'), 'utf8'),
) as {
  join: { clicks: { columns: JoinDeclaration[] } };
};
const ADS_SEEN = declared.clicks.columns.find(({ name }) => name === 'ads_seen')!;

interface Shown {
  readonly user: string;
  readonly time: string;
}
const SPLITS = ['train', 'test'] as const;
function readShown(split: (typeof SPLITS)[number]): Shown[] {
  const lines = readFileSync(join(FIXTURES, `click_data_${split}.csv`), 'utf8')
    .trim()
    .split('\n');
  return lines.slice(1).map((line) => {
    const [user, , , , time] = line.split(',');
    return { user, time };
  });
}

/** Counts of the rows of each split, in the order of its file. */
async function countAds(declaration: JoinDeclaration): Promise<number[][]> {
  return await withDatabase(ENGINE, async (database) => {
    const parts = [];
    for (const split of SPLITS) {
      parts.push(await openTable(database, join(FIXTURES, `click_data_${split}.csv`), split));
    }
    const counts: number[][] = [];
    for (const [i, base] of parts.entries()) {
      const params = { columns: [declaration], time: 'timestamp' };
      const tables = new Map([['clicks', parts]]);
      const select = await joinSelect(database, base, tables, params, `counted_${i}`);
      const rows = await database.query(`SELECT ads_seen FROM (${select})`);
      counts.push(rows.map(({ ads_seen: seen }) => Number(seen)));
    }
    return counts;
  });
}

const dayOf = (time: string): string => time.slice(0, 10);
const all = SPLITS.flatMap(readShown);
/** By hand: times of one format compare as texts. */
const countBefore = ({ user, time }: Shown, isInWindow: (other: Shown) => boolean): number =>
  all.filter((other) => other.user === user && other.time < time && isInWindow(other)).length;

const test = suite('ads seen of clicks');

test('counts the ads of a user strictly before, of both files, whatever the order of their rows', async () => {
  for (const window of ['all', 'day'] as const) {
    const expected = SPLITS.map((split) =>
      readShown(split).map((shown) =>
        countBefore(shown, ({ time }) => window === 'all' || dayOf(time) === dayOf(shown.time)),
      ),
    );
    assert.equal(await countAds({ ...ADS_SEEN, window }), expected);
  }
});

test('counts neither the ad itself, nor one of the same moment, nor yesterday’s', async () => {
  const [[first, same, next, midnight, justBefore]] = await countAds({
    ...ADS_SEEN,
    window: 'day',
  });
  assert.equal([first, same, next], [0, 0, 2]);
  assert.is(midnight, 0);
  const day = '2025-01-10';
  const earlier = all.filter(({ user, time }) => user === '9' && dayOf(time) === day);
  assert.is(justBefore, earlier.length - 1);
});

test('is not what the inherited script counted: the ad itself too, in the order of one file', async () => {
  const inherited = SPLITS.map((split) => {
    const shown = readShown(split);
    return shown.map(
      ({ user, time }, i) =>
        shown
          .slice(0, i + 1)
          .filter((other) => other.user === user && dayOf(other.time) === dayOf(time)).length,
    );
  });
  const golden = readFileSync(join(PROJECT, 'tests/golden/clicks/expected.csv'), 'utf8')
    .trim()
    .split('\n');
  assert.equal(
    inherited[1],
    golden.slice(1).map((line) => Number(line.split(',')[5])),
  );
  const ours = await countAds({ ...ADS_SEEN, window: 'day' });
  const shareOfOthers = (of: readonly number[][], shift: number): number =>
    of.flat().filter((count, i) => count + shift !== inherited.flat()[i]).length / all.length;
  assert.ok(shareOfOthers(ours, 0) > 0.7, `${shareOfOthers(ours, 0)}`);
  assert.ok(shareOfOthers(ours, 1) > 0.1, `${shareOfOthers(ours, 1)}`);
});

test.run();
