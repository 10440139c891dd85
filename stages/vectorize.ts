/**
 * vectorize: write texts as sparse rows of TF-IDF, ready for train and cluster.
 *
 * Reads one table or the splits in data/split/, writes a sparse dataset for each, with the ids of the rows, and labels
 * or targets where the table has the target; and the vocabulary with its weights, which train alone gives. What
 * vectorizes raw texts later reads that file.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { VECTORIZE_SCHEMA } from '../lib/text/vectorize-params.ts';

export const vectorize = defineStage({
  name: 'vectorize',
  summary: 'Write the texts of a column as sparse rows of TF-IDF',
  paths: {
    in: input('data/split', 'Folder of splits, or one table: .parquet, .csv or .csv.gz'),
    out: output('data/vectorize', 'Folder of sparse datasets; for one table a .safetensors file'),
    vectorizer: output(
      'models/preprocessing/vectorizer.json',
      'Vocabulary and weights, fitted on train alone',
    ),
  },
  params: VECTORIZE_SCHEMA,
  example:
    '--in mine.csv --out mine.safetensors --vectorizer vectorizer.json --set vectorize.column=text',
  async run({ paths, params, base, log, progress }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTables } = await import('../lib/data/tables.ts');
    const { writeJson } = await import('../lib/data/json-files.ts');
    const { vectorize: writeRows } = await import('../lib/tensors/vectorize.ts');
    const { termNames } = await import('../lib/text/vectorizer.ts');
    const { nSamples, nClasses, vectorizer } = await withDatabase(base, async (database) => {
      const tables = await openTables(database, paths.in, [params.column]);
      const options = { ...params, base, out: paths.out };
      const start = (n: number) => progress('vectorize', n, 'texts');
      return await writeRows(database, tables, options, start, log.warn);
    });
    writeJson(paths.vectorizer, vectorizer);
    const rows = Object.entries(nSamples).map(([name, n]) => `${n} ${name}`);
    const nTerms = termNames(vectorizer).length;
    const classes = nClasses > 0 ? `, ${nClasses} classes` : '';
    return {
      message: `${rows.join(', ')} rows of ${nTerms} terms${classes}`,
      rows: nSamples,
      n_features: nTerms,
      n_classes: nClasses,
    };
  },
});

if (import.meta.main) await main(vectorize);
