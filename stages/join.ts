/**
 * join: add columns of other tables by declaration: look-ups, the latest value before a time, windowed counts.
 *
 * Reads a folder of splits or one table, and the tables that join.tables names; writes the same rows in the same
 * order with the new columns behind. What comes from rows with a time comes from rows strictly before, so that a
 * row sees nothing that was not known at its time; rows of the same time do not see each other.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { JOIN_SCHEMA } from '../lib/joining/declarations.ts';

export const join = defineStage({
  name: 'join',
  summary: 'Add columns of other tables: look-ups, latest values, windowed counts',
  paths: {
    in: input('data/split', 'Folder of splits, or one table: .parquet, .csv or .csv.gz'),
    tables: optionalInput('Folder that the paths of join.tables are below'),
    out: output('data/join', 'The same tables with the new columns behind'),
  },
  params: JOIN_SCHEMA,
  example:
    "--in clicks.csv --out joined.csv --set 'join.tables={clicks: clicks.csv}' --set 'join.columns=[{name: ads_seen, count: clicks, on: user_id, window: day}]'",
  async run({ paths, params, base }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { joinFiles } = await import('../lib/data/join-tables.ts');
    return await withDatabase(base, async (database) => await joinFiles(database, paths, params));
  },
});

if (import.meta.main) await main(join);
