import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertCategories } from '../../../lib/preprocessing/categories.ts';
import { fitFeatures } from '../../../lib/preprocessing/features.ts';
import type { FeatureDeclaration } from '../../../lib/preprocessing/transforms.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const test = suite('categories');
const database = await openTestDatabase();
test.after(() => database.close());

async function complaintAbout(
  values: string,
  columns: readonly FeatureDeclaration[],
): Promise<string> {
  const relation = await createRelation(database, 'mine', `SELECT unnest([${values}]) AS a`);
  return await complaintOf(
    async () => await assertCategories(database, relation, fitFeatures(relation, columns)),
  );
}

const unfold = (of: string): FeatureDeclaration => ({
  ...{ name: 'is_', transform: 'unfold', of: [of], n_categories: 3 },
});

test('may be none, or any up to n_categories', async () => {
  const values = `0, -4, 1, 3, 2.5, NULL, 'nan'::DOUBLE, 'inf'::DOUBLE`;
  assert.is(await complaintAbout(values, [unfold('a')]), '');
});

test('are refused above n_categories, of a column or of a feature before it', async () => {
  assert.is(
    await complaintAbout(`1, 5, 'nan'::DOUBLE, 4`, [unfold('a')]),
    'E_DATA: mine.csv column a must be at most 3, as n_categories of is_ has it; got 5',
  );
  const twice: FeatureDeclaration = {
    ...{ name: 'twice', transform: 'linear', of: ['a', 'a'], weights: [1, 1] },
  };
  assert.is(await complaintAbout('1', [twice, unfold('twice')]), '');
  assert.match(await complaintAbout('2', [twice, unfold('twice')]), /column twice .*; got 4$/);
});

test.run();
