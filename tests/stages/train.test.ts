import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import { openTable, writeTable } from '../../lib/data/tables.ts';
import { readBundle } from '../../lib/models/bundle.ts';
import { readDataset } from '../../lib/tensors/dataset-files.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import {
  CLASSES,
  HEADER,
  complaintOf,
  complaintsOf,
  makePipeline,
  makeRows,
  preparePipeline,
  runWell,
  toCsv,
} from '../support/small-pipeline.ts';
import { runStageHere, runWellHere } from '../support/stage-here.ts';
import { inTemporaryFolder, runStage, startStage } from '../support/stage-process.ts';

/** What train reads, made once; the model and its bytes as train makes them of it. */
const template = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const OUTPUTS = {
  out: 'models/model.safetensors',
  history: 'reports/plots/train.tsv',
  metrics: 'reports/metrics/train.json',
};
const MODEL = OUTPUTS.out;
const LONG = ['--set', 'train.mlp.max_epochs=300'];

/** Calls `use` with a copy of the template. */
async function inPipeline(use: (folder: string) => void | Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    cpSync(template, folder, { recursive: true });
    await use(folder);
  });
}

const readOutputs = (folder: string): Buffer[] =>
  Object.values(OUTPUTS).map((file) => readFileSync(join(folder, file)));

function assertSameOutputs(folder: string, expected: readonly Buffer[]): void {
  readOutputs(folder).forEach((bytes, i) => {
    assert.ok(bytes.equals(expected[i]), Object.values(OUTPUTS)[i]);
  });
}

/** Every partial file in the folder. */
const partials = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((file) =>
    file.includes('.partial'),
  );

/** Resolves when the file is there. */
async function appearanceOf(folder: string, file: string): Promise<void> {
  const path = join(folder, file);
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, { recursive: true }, () => {
      if (!existsSync(path)) return;
      watcher.close();
      resolve();
    });
  });
}

const CHECKPOINT = 'checkpoints/train/mlp.safetensors';

const test = suite('stage train');

test.before(async () => {
  await makePipeline(template);
  await runWellHere('train', [], template);
});
test.after(() => rmSync(template, { recursive: true, force: true }));

test('writes a bundle that knows its table, a history and metrics, and learns', () => {
  const bundle = readBundle(join(template, MODEL));
  assert.equal(bundle.classes, CLASSES);
  assert.is(bundle.model.name, 'mlp');
  assert.equal(bundle.model.columns, HEADER.split(',').slice(0, 4));
  assert.equal(bundle.input, [
    { name: 'height', kind: 'number' },
    { name: 'width', kind: 'number' },
    { name: 'weight', kind: 'number' },
    { name: 'hot', kind: 'number' },
  ]);
  assert.equal([bundle.target, bundle.id], ['kind', 'row_id']);
  assert.is(bundle.golden.rows.length, 6);
  assert.equal(Object.keys(bundle.dataHashes), [
    'data/tensorize/train.pt',
    'data/tensorize/valid.pt',
  ]);
  assert.is(bundle.distribution.n_samples, 384);
  const metrics = JSON.parse(readFileSync(join(template, OUTPUTS.metrics), 'utf8')) as Record<
    string,
    number
  >;
  // (4 + 1) × 16 and (16 + 1) × 3
  assert.is(metrics.n_parameters, 131);
  assert.equal([metrics.n_epochs, metrics.best_epoch], [12, 12]);
  assert.ok(metrics.valid_accuracy > 0.8, `accuracy ${metrics.valid_accuracy}`);
  const history = readFileSync(join(template, OUTPUTS.history), 'utf8').trimEnd().split('\n');
  assert.is(history.length, 13);
  const [step, loss, validLoss, validAccuracy, , model] = history[12].split('\t');
  const { loss: finalLoss, valid_accuracy: accuracy } = metrics;
  assert.equal([step, loss, validAccuracy, model], ['12', `${finalLoss}`, `${accuracy}`, 'mlp']);
  // sums of float32 while it trains, of float64 at the end; six digits
  assert.ok(Math.abs(Number(validLoss) - metrics.valid_loss) < 2e-6);
  assert.not(existsSync(join(template, 'checkpoints/train')), 'nothing is left to go on from');
});

test('writes the same bytes again, with workers too, and others for another seed', async () => {
  await inPipeline(async (folder) => {
    const expected = readOutputs(folder);
    const stdout = runWell('train', ['--json', '--set', 'train.mlp.num_workers=2'], folder);
    assertSameOutputs(folder, expected);
    const metrics = JSON.parse(expected[2].toString()) as Record<string, number>;
    const message = `mlp: valid accuracy ${metrics.valid_accuracy}`;
    assert.equal(JSON.parse(stdout), { message, ...metrics });
    await runWellHere('train', ['--set', 'base.seed=2'], folder);
    readOutputs(folder).forEach((bytes, i) => assert.not(bytes.equals(expected[i])));
  });
});

test('trains on the features that the patterns select, and scores tables that have all', async () => {
  await inPipeline(async (folder) => {
    const [, , before] = readOutputs(folder).map(String);
    await runWellHere('train', ['--set', 'train.mlp.columns=["*", "!h*", "hot"]'], folder);
    assert.equal(readBundle(join(folder, MODEL)).model.columns, ['width', 'weight', 'hot']);
    const metrics = JSON.parse(readOutputs(folder)[2].toString()) as Record<string, number>;
    assert.is(metrics.n_parameters, 131 - 16);
    const { valid_accuracy: all } = JSON.parse(before) as Record<string, number>;
    assert.ok(metrics.valid_accuracy < all, 'without the height');
    await runWellHere('evaluate', [], folder);
  });
});

test('killed, leaves the old model; run again, goes on and ends with the bytes of a run that nobody killed', async () => {
  await inPipeline(async (folder) => {
    const before = readOutputs(folder);
    const { child, outcome } = startStage('train', LONG, folder);
    await appearanceOf(folder, CHECKPOINT);
    child.kill('SIGKILL');
    assert.is((await outcome).code, null, 'it was killed while it ran');
    assertSameOutputs(folder, before);
    assert.ok(existsSync(join(folder, CHECKPOINT)));
    const { code, stderr } = await runStageHere('train', LONG, folder);
    assert.is(code, 0, stderr);
    assert.match(stderr, /^going on after epoch \d+ of a run that ended early$/m);
    assert.equal(partials(folder), []);
    assert.not(existsSync(join(folder, 'checkpoints/train')));
    const resumed = readOutputs(folder);
    await runWellHere('train', LONG, folder);
    assertSameOutputs(folder, resumed);
  });
});

test('ends with 130 at Ctrl-C, with the old model, no partial file, and a checkpoint', async () => {
  await inPipeline(async (folder) => {
    const before = readOutputs(folder);
    const { child, outcome } = startStage('train', LONG, folder);
    await appearanceOf(folder, CHECKPOINT);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await outcome;
    assert.is(code, 130, stderr);
    assert.is(stdout, '');
    assert.match(stderr, /\ninterrupted; the outputs are as they were before\n$/);
    assertSameOutputs(folder, before);
    assert.equal(partials(folder), []);
    assert.ok(existsSync(join(folder, CHECKPOINT)));
  });
});

test('ends when its minutes are up, and logs every step for those who watch', async () => {
  await inPipeline(async (folder) => {
    const limits = ['train.callbacks.max_minutes=0.00001', 'train.callbacks.history_log=jsonl'];
    const args = [...LONG, ...limits.flatMap((text) => ['--set', text])];
    assert.match(await runWellHere('train', args, folder), 'mlp: valid accuracy');
    const lines = readFileSync(join(folder, 'logs/train.jsonl'), 'utf8').trim().split('\n');
    assert.is(lines.length, 1);
    assert.is((JSON.parse(lines[0]) as { step: number }).step, 1);
    const history = readFileSync(join(folder, OUTPUTS.history), 'utf8').trim().split('\n');
    assert.is(history.length, 2, 'a head and one epoch');
  });
});

test('begins anew when parameters, class weights or data are not those of the checkpoint', async () => {
  await inPipeline(async (folder) => {
    // a run that fails after the last epoch keeps its checkpoint
    mkdirSync(join(folder, 'a-folder'));
    const failing = ['--metrics', 'a-folder'];
    const failed = await runStageHere('train', failing, folder);
    assert.is(failed.code, 2, failed.stderr);
    const isResumed = async (args: readonly string[] = []): Promise<boolean> => {
      const { code, stderr } = await runStageHere('train', [...failing, ...args], folder);
      assert.is(code, 2, stderr);
      return stderr.includes('going on after epoch');
    };
    const kept = readFileSync(join(folder, CHECKPOINT));
    const isResumedWith = async (args: readonly string[]): Promise<boolean> => {
      writeFileSync(join(folder, CHECKPOINT), kept);
      return await isResumed(args);
    };
    assert.ok(await isResumed(), 'the same training goes on');
    assert.not(await isResumedWith(['--set', 'train.mlp.max_epochs=13']));
    writeFileSync(
      join(folder, 'models/preprocessing/rebalance.json'),
      JSON.stringify({
        format: 'timberline-balance',
        version: 1,
        target: 'kind',
        before: Object.fromEntries(CLASSES.map((name, c) => [name, 100 + c])),
        after: Object.fromEntries(CLASSES.map((name, c) => [name, 100 + c])),
        class_weight: 'balanced',
        prior_correction: true,
      }),
    );
    assert.not(await isResumedWith([]), 'other class weights');
    rmSync(join(folder, 'models/preprocessing/rebalance.json'));
    copyFileSync(join(folder, 'data/tensorize/train.pt'), join(folder, 'data/tensorize/valid.pt'));
    assert.not(await isResumedWith([]), 'other data');
  });
});

test('sees nothing of the test rows: scaler, tensors and model keep their bytes when those change', async () => {
  await inPipeline(async (folder) => {
    const files = [
      'models/preprocessing/scaler.json',
      ...['normalize/train.parquet', 'normalize/valid.parquet'].map((file) => `data/${file}`),
      ...['tensorize/train.pt', 'tensorize/valid.pt'].map((file) => `data/${file}`),
      ...Object.values(OUTPUTS),
    ];
    const read = (): string[] => files.map((file) => readFileSync(join(folder, file), 'base64'));
    const rewrite = async (split: string): Promise<void> =>
      await withDatabase({ threads: 2, memoryMb: 256 }, async (database) => {
        const file = join(folder, `data/split/${split}.parquet`);
        const { sql } = await openTable(database, file, 'old');
        await writeTable(
          database,
          `SELECT * REPLACE (height * height AS height) FROM ${sql}`,
          `${file}.parquet`,
        );
        cpSync(`${file}.parquet`, file);
        rmSync(`${file}.parquet`);
      });
    const before = read();
    const testTensors = readFileSync(join(folder, 'data/tensorize/test.pt'));
    await rewrite('test');
    await preparePipeline(folder);
    await runWellHere('train', [], folder);
    assert.not(readFileSync(join(folder, 'data/tensorize/test.pt')).equals(testTensors));
    read().forEach((bytes, i) => assert.ok(bytes === before[i], files[i]));
    await rewrite('train');
    await runWellHere('normalize', ['--in', 'data/split'], folder);
    const changed = files.filter((_, i) => read()[i] !== before[i]).slice(0, 3);
    assert.equal(changed, files.slice(0, 3), 'what is fitted on train follows train');
  });
});

test('watches train where there is no valid split, and says so in the names of its metrics', async () => {
  await inPipeline(async (folder) => {
    rmSync(join(folder, 'data/tensorize/valid.pt'));
    await runWellHere('train', ['--set', 'train.mlp.max_epochs=2'], folder);
    const metrics = JSON.parse(readFileSync(join(folder, OUTPUTS.metrics), 'utf8')) as object;
    assert.ok('train_accuracy' in metrics && !('valid_accuracy' in metrics));
    const { dataHashes } = readBundle(join(folder, MODEL));
    assert.equal(Object.keys(dataHashes), ['data/tensorize/train.pt']);
  });
});

test('names what is wrong with its inputs, with exit 3, before it trains', async () => {
  await inPipeline(async (folder) => {
    const at = (file: string): string => join(folder, file);
    const before = readOutputs(folder);
    cpSync(at('data/tensorize'), at('cut'), { recursive: true });
    truncateSync(at('cut/train.pt'), 2000);
    mkdirSync(at('broken'));
    writeFileSync(at('broken/scaler.json'), '{"format": "timberline-scaler"');
    mkdirSync(at('other'));
    writeFileSync(
      at('other/columns.json'),
      '{"format":"timberline-columns","version":1,"dropped":[{"name":"widht","reason":"named","detail":""}]}',
    );
    writeFileSync(at('header.csv'), `${HEADER}\n`);
    writeFileSync(at('empty.csv'), '');
    const rows = makeRows(60);
    writeFileSync(
      at('text.csv'),
      toCsv(rows.map((row, i) => (i === 50 ? ['tall', ...row.slice(1)] : row))),
    );
    writeFileSync(
      at('short.csv'),
      toCsv(
        rows.map((row) => row.slice(1)),
        'width,weight,hot,kind',
      ),
    );
    writeFileSync(
      at('no-target.csv'),
      toCsv(
        rows.map((row) => row.slice(0, 4)),
        'height,width,weight,hot',
      ),
    );
    const expected: [string[], string][] = [
      [['--in', 'nowhere'], 'nowhere must hold train.pt or train.safetensors; got no such folder'],
      [['--in', 'raw.csv'], 'raw.csv must hold train.pt or train.safetensors; got a file'],
      [
        ['--in', 'cut'],
        'cut/train.pt must be a complete file of tensorize or torch.save; got a zip archive without its end',
      ],
      [['--raw', 'nowhere.csv'], 'nowhere.csv must exist; got no such file'],
      [['--raw', 'empty.csv'], 'empty.csv must be a table; got an empty file'],
      [['--raw', 'header.csv'], 'header.csv must have at least one row; got a header alone'],
      [
        ['--raw', 'text.csv'],
        'text.csv column height must be a number; got "tall" in row 51 (1 of 60 rows are texts)',
      ],
      [['--raw', 'short.csv'], 'short.csv must have the column height; did you mean weight?'],
      [['--raw', 'no-target.csv'], 'no-target.csv must have the target kind; got none'],
      [['--preprocessing', 'broken'], 'broken/scaler.json must be a JSON file; got '],
      [
        ['--preprocessing', 'other'],
        'data/split/train.parquet must have the column widht; did you mean width?',
      ],
      [['--about', 'nowhere.json'], 'nowhere.json must exist; got no such file'],
    ];
    const complaints = await complaintsOf(
      'train',
      expected.map(([args]) => args),
      folder,
    );
    complaints.forEach((complaint, i) => {
      const [, message] = expected[i];
      const wanted = `3 error E_DATA: ${message}`;
      assert.is(message.endsWith('got ') ? complaint.slice(0, wanted.length) : complaint, wanted);
    });
    assertSameOutputs(folder, before);
    assert.equal(partials(folder), []);
  });
});

test('says what parameters cannot mean for these data', async () => {
  const complaints = await complaintsOf(
    'train',
    [
      ['--set', 'base.target=null'],
      ['--set', 'train.threshold=0.5'],
      ['--set', 'train.mlp.columns=["h*", "tall", "!wide"]'],
      ['--set', 'train.mlp.columns=["h*", "!*"]'],
      ['--set', 'train.mlp.learning_rate=1e30', '--set', 'train.mlp.gradient_clip_norm=1e30'],
    ],
    template,
  );
  assert.equal(complaints.slice(0, 4), [
    '2 error E_PARAMS: base.target must name the column to predict; got null',
    '2 error E_PARAMS: train.threshold must be null unless there are two classes; got 0.5 for 3',
    '2 error E_PARAMS: train.mlp.columns must select features; got tall, !wide, which no feature has',
    '2 error E_PARAMS: train.mlp.columns must select features; got h*, !*, which leave none',
  ]);
  assert.match(
    complaints[4],
    /^3 error E_DATA: training loss must be finite; got (NaN|Infinity) in epoch \d$/,
  );
});

test('learns from gaps where the model takes them, and says which models do', async () => {
  await inTemporaryFolder(async (folder) => {
    const rows = makeRows(600).map((row, i) =>
      row.map((cell, j) => (j < 2 && (i + j) % 5 === 0 ? '' : cell)),
    );
    writeFileSync(join(folder, 'raw.csv'), toCsv(rows));
    const keep = (stage: string): string[] => ['--set', `${stage}.missing=keep`];
    const target = ['--set', 'base.target=kind'];
    await runWellHere('split', ['--in', 'raw.csv', ...target], folder);
    await runWellHere('normalize', ['--in', 'data/split', ...keep('normalize'), ...target], folder);
    await runWellHere(
      'tensorize',
      ['--in', 'data/normalize', ...keep('tensorize'), ...target],
      folder,
    );
    const { stderr } = await runStageHere('train', target, folder);
    const [said] = stderr.match(/error .*\nhint: .*/)!;
    assert.match(
      said,
      /^error E_DATA: mlp must have a number in every feature; got missing values in height \(\d+\), width \(\d+\)\nhint: normalize\.missing=median fills them; lightgbm, majority, naive-bayes take them as they are$/,
    );
    await runWellHere('train', [...target, '--set', 'train.model=lightgbm'], folder);
    await runWellHere('evaluate', target, folder);
    const { accuracy } = JSON.parse(
      readFileSync(join(folder, 'reports/metrics/evaluate.json'), 'utf8'),
    ) as { accuracy: number };
    assert.ok(accuracy > 0.8, String(accuracy));
  });
});

test('trains on a class that has one row', async () => {
  await inPipeline(async (folder) => {
    const rows = makeRows(60).map((row) => [
      ...row.slice(0, 4),
      row[4] === 'pine' ? 'pine' : 'oak',
    ]);
    const [first, ...others] = rows;
    const table = toCsv([[...first.slice(0, 4), 'ash'], ...others]);
    for (const split of ['train', 'valid']) rmSync(join(folder, `data/split/${split}.parquet`));
    rmSync(join(folder, 'data/split/test.parquet'));
    writeFileSync(join(folder, 'data/split/train.csv'), table);
    writeFileSync(join(folder, 'data/split/valid.csv'), toCsv(others));
    await preparePipeline(folder);
    await runWellHere('train', ['--raw', 'data/split/train.csv'], folder);
    const { classes, golden } = readBundle(join(folder, MODEL));
    assert.equal(classes, ['ash', 'oak', 'pine']);
    assert.is(golden.rows.length, 5);
    assert.equal(
      [...readDataset(join(folder, 'data/tensorize/train.pt')).labels].filter((c) => c === 0),
      [0],
    );
  });
});

test('answers an output that cannot be written with 6, and keeps the old model', async () => {
  await inPipeline(async (folder) => {
    const outcome = await runStageHere('train', ['--out', 'raw.csv/model.safetensors'], folder);
    assert.match(
      complaintOf(outcome),
      /^6 error E_ENVIRONMENT: raw\.csv\S* must be writable; got a file in the place of a folder$/,
    );
    const disk = mountSmallDisk(folder);
    if (disk === null) return;
    try {
      const model = join(disk.path, 'model.safetensors');
      writeFileSync(model, 'old');
      // 600 × 600 weights of 4 bytes do not fit into 1 MB
      const large = ['train.mlp.hidden_sizes=[600, 600]', 'train.mlp.max_epochs=1'];
      const args = ['--out', model, ...large.flatMap((set) => ['--set', set])];
      assert.match(
        complaintOf(runStage('train', args, folder)),
        /^6 error E_ENVIRONMENT: .*got the disk is full$/,
      );
      assert.is(readFileSync(model, 'utf8'), 'old');
      assert.equal(readdirSync(disk.path), ['model.safetensors']);
    } finally {
      disk.unmount();
    }
  });
});

test.run();
