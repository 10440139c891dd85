/** Leaves loops over a loader with workers in every way; the process ends only when all workers have. */
import { createRng } from '../../../../lib/rng.ts';
import { createDataLoader } from '../../../../lib/tensors/data-loader.ts';
import { makeHeader, makeRows } from '../make-dataset.ts';

const dataset = { ...makeHeader(400, 3, 2), nFeatures: 3, ...makeRows(400, 3, 2) };
const rng = (purpose: string) => createRng(0, 'train', purpose);
const train = createDataLoader(dataset, { batchSize: 4, numWorkers: 2, rng, shuffle: true });

for await (const batch of train.epoch(0)) {
  if (batch.nSamples === 4) break;
}
try {
  for await (const batch of train.epoch(0)) throw new Error(`batch of ${batch.nSamples}`);
} catch (error) {
  console.log((error as Error).message);
}
await train.epoch(0).return(undefined);
let nSamples = 0;
for await (const batch of train.epoch(0)) nSamples += batch.nSamples;
console.log(`${nSamples} rows`);
