/**
 * compare: two or more models on the same test rows; which one is better, and whether that may be chance.
 *
 * Reads the predictions that evaluate wrote, in the workspace, in revisions and experiments, or from any table of
 * that shape; writes metrics with intervals and tests, and a page. In no dvc.yaml: what is compared is a question
 * of the moment.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, optionalOutput, output } from '../lib/cli/stage.ts';
import { COMPARE_SCHEMA } from '../lib/metrics/compare-params.ts';

export const compare = defineStage({
  name: 'compare',
  summary: 'Compare models on the same test rows, and say what is more than chance',
  operands: {
    name: 'models',
    doc: 'revisions of Git, experiments of DVC, workspace, or tables of predictions; the first is what the others are compared with (default: HEAD workspace)',
  },
  paths: {
    predictions: input(
      'data/predictions.parquet',
      'Predictions that evaluate wrote, in the workspace and in revisions',
    ),
    about: optionalInput('Description of the data set that fetch wrote, for the names of classes'),
    metrics: output('reports/metrics/compare.json', 'Metrics side by side, intervals, tests'),
    page: output('reports/compare.html', 'Page with charts'),
    changes: optionalOutput('Rows that only some of the models have right, with all predictions'),
  },
  params: COMPARE_SCHEMA,
  example: 'main exp-1 --changes changes.csv',
  async run({ operands, paths, params, base, rng }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { withSources } = await import('../lib/data/comparison-sources.ts');
    const { readComparedModels } = await import('../lib/data/model-predictions.ts');
    const { readClassNames } = await import('../lib/data/class-names.ts');
    const { comparePairs, writeChanges, writeComparison } =
      await import('../lib/data/comparison-files.ts');
    const classNames = readClassNames(paths.about, base.target);
    return await withSources(operands, paths.predictions, async (sources) => {
      return await withDatabase(base, async (database) => {
        const compared = await readComparedModels(database, sources, base.id);
        const pairs = comparePairs(sources, compared, params, rng);
        if (paths.changes !== null) await writeChanges(database, sources, compared, paths.changes);
        return await writeComparison(paths, pairs, { ...compared, ...params, classNames });
      });
    });
  },
});

if (import.meta.main) await main(compare);
