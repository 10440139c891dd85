/**
 * `node tests/support/sales-writer.ts ENGINE LOCATION ROUND`: posts to a store without end, by eight senders at
 * once, and says on stdout what was acknowledged. To be killed.
 *
 * The rows of a post have one value, and a sender's values rise: what is kept must be at least what was
 * acknowledged, and the same in all rows of a post.
 */
import { writeSync } from 'node:fs';
import { openCsvEngine } from '../../lib/ingestion/engines/csv.ts';
import { openEngine } from '../../lib/ingestion/engines/open-engine.ts';
import type { EngineName } from '../../lib/ingestion/engines/open-engine.ts';
import { openSalesStore } from '../../lib/ingestion/sales-store.ts';
import { OPTIONS } from './sales.ts';

export const N_SENDERS = 8;
/** Posts of a round must not be taken for those of the rounds before. */
const VALUES_PER_ROUND = 1_000_000;
const VEGETABLES = ['tomato', 'poire', 'xylophone'];

/** A journal so small that it goes into the tables now and then. */
const MIN_JOURNAL_BYTES = 5000;

async function write(name: EngineName, location: string, round: number): Promise<void> {
  const engine =
    name === 'app_csv'
      ? openCsvEngine(location, MIN_JOURNAL_BYTES)
      : await openEngine(name, location);
  const store = await openSalesStore(engine, OPTIONS);
  const send = async (sender: number): Promise<never> => {
    for (let value = round * VALUES_PER_ROUND; ; value++) {
      const week = 202001 + 10 * (sender % 4) + (value % 10);
      const rows = VEGETABLES.map((vegetable) => ({
        year_week: week,
        ...{ vegetable: `${vegetable}${' '.repeat(sender)}`, sales: value },
      }));
      await store.post(rows);
      writeSync(1, `${week} ${sender} ${value}\n`);
    }
  };
  await Promise.all(Array.from({ length: N_SENDERS }, (_, sender) => send(sender)));
}

if (import.meta.main) {
  const [name, location, round] = process.argv.slice(2);
  await write(name as EngineName, location, Number(round));
}
