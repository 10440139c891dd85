/** The closing table of `npm start`: what came out, how long each stage took, where to look next. */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { formatCount, formatSeconds } from './progress.ts';
import { RUN_LOG } from './log.ts';

interface LogRecord {
  readonly stage: string;
  readonly msg: string;
  readonly exit?: number;
  readonly seconds?: number;
  readonly peak_memory_mb?: number;
}

const METRICS = 'reports/metrics/evaluate.json';
const REPORT = 'reports/evaluate.html';

/** The last complete run of each stage, from the run log. */
function readLastRuns(): Map<string, LogRecord> {
  const lines = existsSync(RUN_LOG) ? readFileSync(RUN_LOG, 'utf8').trim().split('\n') : [];
  const records = lines.map((line) => JSON.parse(line) as LogRecord);
  return new Map(
    records.filter(({ msg }) => msg === 'end').map((record) => [record.stage, record]),
  );
}

function listStages(): string[] {
  return Object.keys((parse(readFileSync('dvc.yaml', 'utf8')) as { stages: object }).stages);
}

const runs = readLastRuns();
const stages = listStages();
const metrics = JSON.parse(readFileSync(METRICS, 'utf8')) as Record<string, number>;
const width = Math.max(...stages.map((stage) => stage.length));
const lines = [
  '',
  ...stages.map((stage) => {
    const { seconds, peak_memory_mb: memory } = runs.get(stage) ?? {};
    const time = seconds === undefined ? 'from the cache' : formatSeconds(seconds);
    const peak = memory === undefined ? '' : `${formatCount(memory)} MB`;
    return `  ${stage.padEnd(width)}  ${time.padStart(14)}  ${peak.padStart(9)}`;
  }),
  '',
  `  test rows  ${formatCount(metrics.n_samples)}`,
  `  accuracy   ${metrics.accuracy.toFixed(4)}`,
  `  macro F1   ${metrics.macro_f1.toFixed(4)}`,
  `  report     ${REPORT}`,
  '',
  'Try next:',
  '  npx dvc dag                                      the pipeline as a picture',
  '  npx dvc exp run -S train.ensemble.weights=equal  one number changed, only what depends on it runs',
  '  npx dvc metrics diff                             what it did to the metrics',
  '  npx timberline --help                            every stage, alone, on your own CSV',
  '',
];
process.stdout.write(`${lines.join('\n')}\n`);
