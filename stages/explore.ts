/**
 * explore: what a table holds, to be read before a model is trained.
 *
 * Reads the training split alone, so that no choice is made on a row of valid or test; writes the facts, with
 * settings for drop-columns and normalize, and a page. Nothing is fitted, and nothing downstream reads it.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { EXPLORE_SCHEMA } from '../lib/exploration/explore-params.ts';

export const explore = defineStage({
  name: 'explore',
  summary: 'Show what the training rows hold, before a model is trained',
  paths: {
    in: input('data/split/train.parquet', 'Table to explore: .parquet, .csv or .csv.gz'),
    about: optionalInput('Description that fetch wrote, for names of classes and units'),
    out: output('reports/explore.json', 'Everything found, and suggested settings'),
    page: output('reports/explore.html', 'The same to read, with charts'),
  },
  params: EXPLORE_SCHEMA,
  example: '--in mine.csv --out explore.json --page explore.html --set base.target=label',
  async run({ paths, params, base, log, checkpoint }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { readClassNames, readUnits } = await import('../lib/data/class-names.ts');
    const { noteTarget, openExplored, writeExploration } =
      await import('../lib/data/explore-files.ts');
    const { explore: lookAt } = await import('../lib/exploration/explore.ts');
    const classNames = readClassNames(paths.about, base.target);
    const units = readUnits(paths.about);
    const exploration = await withDatabase(base, async (database) => {
      const relation = await openExplored(database, paths.in, checkpoint);
      noteTarget(relation, base.target, log.warn);
      return await lookAt(database, relation, base, params);
    });
    return await writeExploration(paths, exploration, { classNames, units }, params);
  },
});

if (import.meta.main) await main(explore);
