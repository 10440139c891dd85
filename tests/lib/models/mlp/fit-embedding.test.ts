import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseEmbedding, fitEmbedding } from '../../../../lib/models/mlp/fit-embedding.ts';
import type { EmbeddingOptions } from '../../../../lib/models/mlp/fit-embedding.ts';
import type { Embedding } from '../../../../lib/models/mlp/layers/embedding.ts';
import { createRng } from '../../../../lib/rng.ts';

const OPTIONS: EmbeddingOptions = {
  embedding: 'piecewise_linear',
  embeddingSize: 2,
  embeddingBins: 3,
  embeddingFrequencies: 500,
  embeddingSigma: 0.5,
};
const rng = (seed = 1) => createRng(seed, 'test', 'embedding');

/** Rows of these columns. */
function toRows(...columns: number[][]) {
  const nSamples = columns[0].length;
  const features = Float32Array.from({ length: nSamples * columns.length }, (_, k) => {
    return columns[k % columns.length][Math.floor(k / columns.length)];
  });
  return { nSamples, features };
}

const test = suite('fitEmbedding');

test('cuts a column into bins at the quantiles of train, whatever the order of its rows', () => {
  // sorted 0 1 2 4 6 9 12: places 2 and 4 of 0 to 6 are 2 and 6
  const { embedding, known } = fitEmbedding(toRows([9, 0, 6, 2, 12, 4, 1]), OPTIONS, rng());
  assert.equal(embedding, { kind: 'piecewise_linear', columns: [0], size: 2, nBins: [3] });
  assert.equal(known, {
    'embedding/starts': Float32Array.of(0, 2, 6),
    'embedding/slopes': Float32Array.of(1 / 2, 1 / 4, 1 / 6),
  });
});

test('lays quantiles linearly between two values', () => {
  // sorted 0 1 5 7: place 3 / 2 of 0 to 3 is half way from 1 to 5
  const { known } = fitEmbedding(toRows([0, 1, 5, 7]), { ...OPTIONS, embeddingBins: 2 }, rng());
  assert.equal(known['embedding/starts'], Float32Array.of(0, 3));
  assert.equal(known['embedding/slopes'], Float32Array.of(1 / 3, 1 / 4));
});

test('gives a column whose quantiles repeat fewer bins, the rest with slope 0', () => {
  // quantiles of the first column 0 0 8 8; of the last 0 1 2 3
  const rows = toRows([0, 0, 0, 4, 8, 8, 8], [1, 0, 1, 0, 1, 0, 1], [0, 0.5, 1, 1.5, 2, 2.5, 3]);
  const { embedding, known } = fitEmbedding(rows, OPTIONS, rng());
  const nBins = [1, 3];
  assert.equal(embedding, { kind: 'piecewise_linear', columns: [0, 2], size: 2, nBins });
  assert.equal(known['embedding/starts'], Float32Array.of(0, 0, 0, 0, 1, 2));
  assert.equal(known['embedding/slopes'], Float32Array.of(1 / 8, 0, 0, 1, 1, 1));
});

test('makes one edge of numbers so close that no slope lies between them', () => {
  const rows = toRows([0, 1e-45, 2e-45, 1, 1, 1, 1]);
  const { embedding, known } = fitEmbedding(rows, { ...OPTIONS, embeddingBins: 6 }, rng());
  assert.equal((embedding as { nBins?: unknown }).nBins, [1]);
  assert.equal(known['embedding/slopes'], Float32Array.of(1));
});

test('embeds columns with more than two values alone, and nothing where there are none', () => {
  const two = [0, 1, 1, 0];
  const same = [3, 3, 3, 3];
  for (const kind of ['piecewise_linear', 'periodic'] as const) {
    const options = { ...OPTIONS, embedding: kind };
    const rows = toRows(two, [0, 1, 2, 0], same, [-1, 5, -1, 7]);
    assert.equal(fitEmbedding(rows, options, rng()).embedding?.columns, [1, 3]);
    const none = { embedding: null, known: {} };
    assert.equal(fitEmbedding(toRows(two, same), options, rng()), none);
    assert.equal(fitEmbedding(rows, { ...OPTIONS, embedding: 'none' }, rng()), none);
  }
});

test('draws frequencies from a normal distribution with mean 0 and the standard deviation asked for', () => {
  const options = { ...OPTIONS, embedding: 'periodic' } as const;
  const rows = toRows([0, 1, 2], [0, 0, 1], [3, 4, 5]);
  const { embedding, known } = fitEmbedding(rows, options, rng());
  assert.equal(embedding, { kind: 'periodic', columns: [0, 2], size: 2, nFrequencies: 500 });
  const f = known['embedding/frequencies'];
  assert.is(f.length, 1000);
  const mean = f.reduce((sum, value) => sum + value, 0) / 1000;
  const variance = f.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 1000;
  // 4 standard errors: 0.5 / sqrt(1000) of a mean, 0.25 sqrt(2 / 1000) of a variance
  assert.ok(Math.abs(mean) < 4 * (0.5 / Math.sqrt(1000)), `mean ${mean}`);
  assert.ok(Math.abs(variance - 0.25) < 4 * 0.25 * Math.sqrt(2 / 1000), `variance ${variance}`);
  const nBeyond = f.filter((value) => Math.abs(value) > 1).length;
  assert.ok(nBeyond > 20 && nBeyond < 75, `${nBeyond} of 1000 beyond two deviations, where 46 are`);
  assert.equal(fitEmbedding(rows, options, rng()).known, known);
  assert.not.equal(fitEmbedding(rows, options, rng(2)).known, known);
});

test('is taken from the model that training starts from where that has the one asked for', () => {
  const rows = toRows([0, 1, 5, 7]);
  const from: Embedding = { kind: 'piecewise_linear', columns: [0], size: 2, nBins: [9] };
  const choose = (options: Partial<EmbeddingOptions>, theirs: Embedding | null) =>
    chooseEmbedding(rows, { ...OPTIONS, ...options }, rng(), theirs);
  assert.equal(choose({}, from), { embedding: from, known: {} });
  assert.equal(choose({}, null), fitEmbedding(rows, OPTIONS, rng()));
  assert.equal(choose({ embeddingSize: 3 }, from).embedding?.size, 3);
  assert.equal(choose({ embedding: 'periodic' }, from).embedding?.kind, 'periodic');
  assert.is(choose({ embedding: 'none' }, from).embedding, null);
});

test.run();
