import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJson, roundResult, writeMetrics } from '../../../lib/data/json-files.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const test = suite('files of results');

test('hold six significant digits of a number, whatever its size', () => {
  for (const [value, rounded] of [
    [0, 0],
    [1 / 3, 0.333333],
    [-2 / 3, -0.666667],
    [0.9999996, 1],
    [123456.789, 123457],
    [1234567, 1234570],
    [1.2345678e-9, 1.23457e-9],
    [6.02214076e23, 6.02214e23],
  ]) {
    assert.is(roundResult(value), rounded);
    assert.is(roundResult(rounded), rounded, 'rounded once, rounded for good');
  }
});

test('hold metrics line by line, and tell what they hold', async () => {
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'train.json');
    const metrics = { valid_accuracy: 2 / 3, n_parameters: 131, best_step: null };
    const written = writeMetrics(file, metrics);
    assert.equal(written, { valid_accuracy: 0.666667, n_parameters: 131, best_step: null });
    assert.is(
      readFileSync(file, 'utf8'),
      '{\n  "valid_accuracy": 0.666667,\n  "n_parameters": 131,\n  "best_step": null\n}\n',
    );
    assert.equal(readJson(file), written);
    assert.is(metrics.valid_accuracy, 2 / 3, 'the metrics stay as they are');
  });
});

test.run();
