import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import { literal } from '../../lib/sql.ts';

const test = suite('sql');

test('literals give the text back, whatever is in it', async () => {
  const texts = ['', "it's", "''", '\0', 'a\0b\0', "line\nbreak \\ \u{1F389} 'q'"];
  await withDatabase({ threads: 1, memoryMb: 64 }, async (database) => {
    for (const text of texts) {
      const [row] = await database.query(`SELECT CAST(${literal(text)} AS VARCHAR) AS text`);
      assert.is(row.text, text);
    }
  });
});

test.run();
