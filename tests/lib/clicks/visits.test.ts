import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countVisits } from '../../../lib/clicks/visits.ts';
import type { VisitTable } from '../../../lib/clicks/visits.ts';
import type { FileDatabase } from '../../../lib/data/database.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

let database: FileDatabase;
const test = suite('visits');
test.before(async () => {
  database = await openTestDatabase();
});
test.after(() => database.close());

/** What is stored of each row, by the names of the columns. */
function cellsOf({ ids, columns, features }: VisitTable): Record<string, object> {
  const { indptr, indices, values } = features;
  const rows = [...ids].map((id, row) => {
    const cells = Array.from(indices.subarray(indptr[row], indptr[row + 1]), (column, at) => {
      return [columns[column], values[indptr[row] + at]];
    });
    return [id, Object.fromEntries(cells)];
  });
  return Object.fromEntries(rows);
}

test('count who visited what, behind the attributes of users', async () => {
  const users = await createRelation(
    database,
    'users',
    `FROM (VALUES (3, 'F', 7), (1, 'M', NULL), (2, 'F', 5)) AS u(user_id, sex, age)`,
  );
  // user 9 has no attributes, user 3 no visit
  const requests = await createRelation(
    database,
    'requests',
    `FROM (VALUES (1, 20), (2, 10), (1, 20), (9, 10), (1, 10)) AS r(user_id, page_id)`,
  );
  const visits = await countVisits(database, { users, requests }, ['age', 'sex']);
  assert.equal(visits.users.columns, ['age=5', 'age=7', 'sex=F', 'sex=M', 'page=10', 'page=20']);
  assert.equal([...visits.users.ids], [1, 2, 3, 9]);
  assert.equal(cellsOf(visits.users), {
    1: { 'sex=M': 1, 'page=10': 1, 'page=20': 2 },
    2: { 'age=5': 1, 'sex=F': 1, 'page=10': 1 },
    3: { 'age=7': 1, 'sex=F': 1 },
    9: { 'page=10': 1 },
  });
  assert.equal(visits.pages.columns, ['user=1', 'user=2', 'user=3', 'user=9']);
  assert.equal(cellsOf(visits.pages), {
    10: { 'user=1': 1, 'user=2': 1, 'user=9': 1 },
    20: { 'user=1': 2 },
  });
});

test('take texts as ids, and no attributes', async () => {
  const users = await createRelation(database, 'named', `SELECT 'ann' AS user_id`);
  const requests = await createRelation(
    database,
    'texts',
    `FROM (VALUES ('bob', 'home'), ('ann', 'news')) AS r(user_id, page_id)`,
  );
  const visits = await countVisits(database, { users, requests }, []);
  assert.equal(cellsOf(visits.users), { ann: { 'page=news': 1 }, bob: { 'page=home': 1 } });
  assert.equal(visits.pages.ids, ['home', 'news']);
});

test('refuse ids that are neither whole numbers nor texts', async () => {
  const users = await createRelation(database, 'halves', 'SELECT 0.5 AS user_id');
  const requests = await createRelation(database, 'visits', 'SELECT 0.5 AS user_id, 1 AS page_id');
  const refused = await countVisits(database, { users, requests }, []).then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  assert.match(refused, 'visits.csv column user_id must hold integers below 2^53 or texts as ids; got 0.5'); // prettier-ignore
});

test.run();
