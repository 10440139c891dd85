import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readHistory, writeHistory } from '../../../lib/data/history-file.ts';
import type { StageError } from '../../../lib/errors.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const HISTORY = [
  { step: 1, loss: 1.25, validLoss: 1 / 3, validAccuracy: 0.5, learningRate: 1e-9, model: 'mlp' },
  {
    ...{ step: 2, loss: 123456.789, validLoss: null, validAccuracy: null, learningRate: 0.003 },
    model: 'mlp',
  },
  {
    ...{ step: 1, loss: null, validLoss: 0, validAccuracy: null, learningRate: null },
    model: 'extra\ttrees',
  },
];

async function withFile(use: (file: string) => void): Promise<void> {
  await inTemporaryFolder((folder) => use(join(folder, 'train.tsv')));
}

const test = suite('history file');

test('is a table of six digits, empty where a value is missing, with the model of each step', async () => {
  await withFile((file) => {
    writeHistory(file, HISTORY);
    assert.is(
      readFileSync(file, 'utf8'),
      'step\tloss\tvalid_loss\tvalid_accuracy\tlearning_rate\tmodel\n' +
        '1\t1.25\t0.333333\t0.5\t1e-9\tmlp\n' +
        '2\t123457\t\t\t0.003\tmlp\n' +
        '1\t\t0\t\t\t"extra\ttrees"\n',
    );
  });
});

test('comes back as it was rounded, and writes the same bytes again', async () => {
  await withFile((file) => {
    writeHistory(file, HISTORY);
    const read = readHistory(file);
    assert.equal(read, [
      { ...HISTORY[0], validLoss: 0.333333 },
      { ...HISTORY[1], loss: 123457 },
      HISTORY[2],
    ]);
    const bytes = readFileSync(file);
    writeHistory(file, read);
    assert.ok(readFileSync(file).equals(bytes));
  });
});

test('has no rows where there is none', () => {
  assert.equal(readHistory(null), []);
});

test('is refused when it is missing, or holds something else', async () => {
  await withFile((file) => {
    const refusal = (): string => {
      try {
        readHistory(file);
      } catch (error) {
        const { code, message } = error as StageError;
        return `${code} ${message.replace(file, 'FILE')}`;
      }
      return 'none';
    };
    assert.is(refusal(), 'E_DATA FILE must exist; got no such file');
    const must =
      'E_DATA FILE must be a table of step, loss, valid_loss, valid_accuracy, learning_rate, model, separated by tabs; got something else';
    const numbers = 'step\tloss\tvalid_loss\tvalid_accuracy\tlearning_rate';
    const header = `${numbers}\tmodel\n`;
    for (const content of [
      'a,b\n1,2\n',
      `${header}1\t2\n`,
      `${header}1\t2\t3\t4\tmany\tmlp\n`,
      `${header}1\t"2\t3\t4\t5\tmlp\n`,
      `${numbers}\n1\t2\t3\t4\t5\n`,
      'step\tloss\tvalid_loss\n1\t2\t3\n',
    ]) {
      writeFileSync(file, content);
      assert.is(refusal(), must, JSON.stringify(content));
    }
  });
});

test.run();
