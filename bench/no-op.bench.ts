/** A `dvc repro` that has nothing to do, against that of an equally long pipeline of empty stages. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { describeMachine, median, printResults } from './report.ts';

const LIMIT = 1.5;
const N_RUNS = 5;
const DVC = resolve('node_modules/.bin/dvc');

function repro(cwd: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(DVC, ['repro', '--quiet'], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`dvc repro failed in ${cwd}:\n${stderr}`);
  return performance.now() - start;
}

/** A chain of `length` stages, each writing one small file from the file of the one before. */
function makeEmptyPipeline(folder: string, length: number): void {
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  execFileSync(DVC, ['init', '--quiet'], { cwd: folder });
  const stages = Object.fromEntries(
    Array.from({ length }, (_, i) => [
      `stage-${i}`,
      { cmd: `touch ${i}.out`, deps: i === 0 ? [] : [`${i - 1}.out`], outs: [`${i}.out`] },
    ]),
  );
  writeFileSync(join(folder, 'dvc.yaml'), stringify({ stages }));
  repro(folder);
}

const { stages } = parse(readFileSync('dvc.yaml', 'utf8')) as { stages: object };
const length = Object.keys(stages).length;
const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
try {
  makeEmptyPipeline(folder, length);
  repro('.');
  const ours: number[] = [];
  const empty: number[] = [];
  for (let run = 0; run < N_RUNS; run++) {
    ours.push(repro('.'));
    empty.push(repro(folder));
  }
  const ratio = median(ours.map((time, run) => time / empty[run]));
  printResults('dvc repro with nothing to do', describeMachine({ stages: length, runs: N_RUNS }), [
    {
      pipeline: 'timberline / empty stages',
      seconds: median(ours) / 1000,
      seconds_empty: median(empty) / 1000,
      ratio,
    },
  ]);
  if (process.argv.includes('--check') && ratio > LIMIT) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
