/**
 * The accuracy table of docs/covertype.md: the pipeline of dvc.yaml from split to evaluate, on the splits
 * that others published numbers for.
 *
 * `node bench/covertype.ts --model record --seeds 5` takes as long as that many trainings.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { withDatabase } from '../lib/data/database.ts';
import { openTable } from '../lib/data/tables.ts';
import { literal } from '../lib/sql.ts';
import { describeMachine } from './report.ts';

const ROOT = resolve(import.meta.dirname, '..');
const RAW = join(ROOT, 'data/raw');
const STAGES = [
  ...['split', 'drop-columns', 'features', 'normalize'],
  ...['rebalance', 'tensorize', 'train', 'evaluate'],
];

interface Case {
  readonly name: string;
  readonly overrides: readonly string[];
  /** SELECT list over the raw table; null: the table as it is. */
  readonly columns: string | null;
}

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'default' },
    seeds: { type: 'string', default: '1' },
  },
});
const CASES: Case[] = [
  ...Array.from({ length: Number(options.seeds) }, (_, i) => ({
    name: `371,847 / 92,962 / 116,203, seed ${i + 1}`,
    overrides: [`base.seed=${i + 1}`],
    columns: null,
  })),
  {
    name: "Blackard & Dean's 11,340 / 3,780 / 565,892",
    // the first rows of the file are train, the next valid
    overrides: [
      ...['split.time=row_id', 'split.stratify=null', 'split.train_size=11340'],
      ...['split.valid_size=3780', 'split.test_size=565892'],
      // two soil types are in none of its training rows
      'drop-columns.constant=false',
    ],
    columns: null,
  },
  {
    name: 'spruce/fir or not, 522,911 (of which 50,000 valid) / 58,101',
    overrides: ['split.train_size=472911', 'split.valid_size=50000', 'split.test_size=58101'],
    columns: '* REPLACE (CASE WHEN Cover_Type = 1 THEN 0 ELSE 1 END AS Cover_Type)',
  },
];

/** Runs a program of the project in a folder; what it prints goes to the terminal when it fails. */
function run(program: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, program), ...args], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program} failed:\n${stderr}`);
}

async function measure({ overrides, columns }: Case) {
  const folder = mkdtempSync(join(tmpdir(), 'timberline-covertype-'));
  try {
    mkdirSync(join(folder, 'data'));
    if (columns === null) symlinkSync(RAW, join(folder, 'data/raw'));
    else await writeRaw(join(folder, 'data/raw'), columns);
    symlinkSync(join(ROOT, 'conf'), join(folder, 'conf'));
    // no gate: what is measured is printed, whatever it is
    const composed = [`model=${options.model}`, 'evaluate.gates.accuracy=0', ...overrides];
    run('bin/timberline.js', ['params', 'compose', ...composed, '--write'], folder);
    const { stages } = parse(readFileSync(join(ROOT, 'dvc.yaml'), 'utf8'));
    let seconds = 0;
    for (const stage of STAGES) {
      const [, program, ...args] = (stages[stage].cmd as string).split(' ');
      const start = performance.now();
      const kept = withoutFlags(args, ['--validated', '--baselines']);
      run(program, kept, folder);
      if (stage === 'train') seconds = (performance.now() - start) / 1000;
    }
    const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const { accuracy, macro_f1, log_loss } = read('reports/metrics/evaluate.json');
    return { accuracy, macro_f1, log_loss, train_seconds: Math.round(seconds) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The raw table with other columns, beside its description. */
async function writeRaw(folder: string, columns: string): Promise<void> {
  mkdirSync(folder);
  symlinkSync(join(RAW, 'covertype.source.json'), join(folder, 'covertype.source.json'));
  await withDatabase({ threads: 2, memoryMb: 1024 }, async (database) => {
    const { sql } = await openTable(database, join(RAW, 'covertype.csv'), 'raw');
    const to = literal(join(folder, 'covertype.csv'));
    await database.copy([
      `COPY (SELECT ${columns} FROM ${sql}) TO ${to} (FORMAT csv, HEADER true)`,
    ]);
  });
}

/** What other stages than these write is not there. */
function withoutFlags(args: readonly string[], flags: readonly string[]): string[] {
  return args.filter((arg, i) => !flags.includes(arg) && !flags.includes(args[i - 1]));
}

const { cpu, cores } = describeMachine();
console.log(`model ${options.model}, ${cores} cores of ${cpu}\n`);
console.log('| rows of train, valid, test | accuracy | macro F1 | log loss | training |');
console.log('|---|---|---|---|---|');
const accuracies: number[] = [];
for (const [i, { name, ...facts }] of CASES.entries()) {
  const row = await measure({ name, ...facts });
  if (i < Number(options.seeds)) accuracies.push(row.accuracy);
  const cells = [name, row.accuracy, row.macro_f1, row.log_loss, `${row.train_seconds} s`];
  console.log(`| ${cells.join(' | ')} |`);
}
const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
const spread = Math.sqrt(
  accuracies.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (accuracies.length - 1),
);
console.log(
  `\nover ${accuracies.length} seeds: mean ${mean.toFixed(5)}, deviation ${spread.toFixed(5)}`,
);
