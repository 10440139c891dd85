/**
 * Flags of the benchmarks on texts, and the reviews that they read: files amazon_*.csv of the folder that
 * `npx dvc repro pipelines/reviews/dvc.yaml:fetch` brings, or of the one that `--in` names.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withDatabase } from '../lib/data/database.ts';
import { literal } from '../lib/sql.ts';
import type { Row } from '../lib/sql.ts';

export interface ReviewFlags {
  readonly json?: boolean;
  readonly check?: boolean;
}

/**
 * Ends the benchmark, which is left out then, where there are no such files.
 *
 * @param select - What is selected of the table `reviews`, from its list of columns on.
 */
export async function readReviews(select: string): Promise<{ flags: ReviewFlags; rows: Row[] }> {
  const { values: flags } = parseArgs({
    options: {
      in: { type: 'string', default: 'pipelines/reviews/data/raw/reviews' },
      json: { type: 'boolean' },
      check: { type: 'boolean' },
    },
  });
  const pattern = join(flags.in, 'amazon_*.csv');
  if (globSync(pattern).length === 0) {
    process.stdout.write(`left out: no ${pattern}\n`);
    process.exit();
  }
  const files = `read_csv(${literal(pattern)}, header = true, quote = '"', escape = '"')`;
  const rows = await withDatabase(
    { threads: 2, memoryMb: 1024 },
    async (database) => await database.query(`WITH reviews AS (FROM ${files}) SELECT ${select}`),
  );
  return { flags, rows };
}
