import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../../lib/data/database.ts';
import { visitFiles } from '../../../lib/data/visit-files.ts';
import { complaintOf } from '../../support/complaint.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const test = suite('files of visits');

async function complaintAbout(requests: string, users: string): Promise<string> {
  return await inTemporaryFolder(async (folder) => {
    const paths = {
      requests: join(folder, 'requests.csv'),
      users: join(folder, 'users.csv'),
      out: join(folder, 'visits'),
    };
    writeFileSync(paths.requests, `user_id,page_id\n${requests}\n`);
    writeFileSync(paths.users, `user_id,sex\n${users}\n`);
    const complaint = await withDatabase({ threads: 1, memoryMb: 256 }, async (database) =>
      complaintOf(async () => await visitFiles(database, paths, ['sex'])),
    );
    return complaint.replaceAll(`${folder}/`, '');
  });
}

test('refuse users of two kinds or rows, and ids that are none', async () => {
  assert.is(await complaintAbout('1,7\n3,8', '1,F\n2,M'), '');
  assert.is(
    await complaintAbout('u1,7\nu2,7', '1,F'),
    'E_DATA: requests.csv column user_id must hold what users.csv has, number; got text',
  );
  assert.is(
    await complaintAbout('1,7', '1,F\n2,F\n1,M'),
    'E_DATA: users.csv must have each user_id once; got 1 (2 times)',
  );
  assert.match(
    await complaintAbout('1,7\n1,7.5', '1,F'),
    /^E_DATA: requests\.csv.* column page_id must be a whole number below 2\^53; got "7\.5"/,
  );
});

test.run();
