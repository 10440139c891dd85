/**
 * Runs a stage from the command line: argv, parameters, log, timing, exit code, atomic outputs.
 *
 * stdout carries the one line of result (or, with --json, one document), of a service its log; everything else
 * is stderr.
 */
import { Command, CommanderError } from 'commander';
import { readFileSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { EXIT_BUG, EXIT_INTERRUPTED, ERROR_CODES, StageError } from '../errors.ts';
import { createRng } from '../rng.ts';
import { describeParameters } from '../params/describe.ts';
import {
  assertReplaceable,
  discardOutputs,
  partialPath,
  prepareOutputs,
  publishOutputs,
} from './outputs.ts';
import { printError } from './print-error.ts';
import { createProgress, formatSeconds } from './progress.ts';
import { ignoreClosedPipes } from './closed-pipes.ts';
import { endWithParent, reportToParent } from './parent.ts';
import { findParamsFile, readParams } from './read-params.ts';
import { listStageNames } from './registry.ts';
import { BASE_SCHEMA } from './base.ts';
import { declareFlags, readFlags } from './parameter-flags.ts';
import { toStageError } from './system-errors.ts';
import { toFlag } from './stage.ts';
import type { StageDefinition } from './stage.ts';

interface Options {
  readonly params: string | null;
  readonly set: readonly string[];
  /** Parameters that were set by a flag of their own, in the form of --set. */
  readonly parameterFlags: readonly string[];
  readonly group: string;
  readonly json: boolean;
  readonly paths: Readonly<Record<string, string | null>>;
  readonly flags: Readonly<Record<string, boolean>>;
  readonly operands: readonly string[];
}

/** Runs `stage` with the arguments `argv`; gives the exit code. */
export async function runStage(stage: StageDefinition, argv: readonly string[]): Promise<number> {
  ignoreClosedPipes();
  let options: Options;
  try {
    options = parseArguments(stage, argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ERROR_CODES.E_USAGE.exit;
    throw error;
  }
  try {
    const { params, group, set, parameterFlags } = options;
    assertGroup(group);
    const known = [stage.name, ...listStageNames()];
    const overrides = [...set, ...parameterFlags];
    const values = readParams(stage.params, group, params, overrides, known, stage.shared);
    return await execute(stage, options, values);
  } catch (error) {
    return report(error, null, options.json);
  }
}

async function execute(
  stage: StageDefinition,
  options: Options,
  { params, base, tracking, shared }: ReturnType<typeof readParams>,
): Promise<number> {
  const { openLog } = await import('./log.ts');
  const { hashFiles } = await import('../data/hash-files.ts');
  const start = performance.now();
  const run = `${stage.name}-${process.pid}-${Math.floor(performance.timeOrigin).toString(36)}`;
  const log = openLog({ run, stage: stage.name });
  const usage = (): Record<string, number> => ({
    seconds: Math.round(performance.now() - start) / 1000,
    peak_memory_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  });

  const ofKind = (kind: 'input' | 'output'): Record<string, string> =>
    Object.fromEntries(
      Object.entries(options.paths).flatMap(([name, path]) =>
        path !== null && stage.paths[name].kind === kind ? [[toFlag(name), path]] : [],
      ),
    );
  const inputs = ofKind('input');
  const outputs = Object.values(ofKind('output'));
  const checkpoint = `checkpoints/${options.group}`;
  const paths = Object.fromEntries(
    Object.entries(options.paths).map(([name, path]) => {
      const isOutput = path !== null && stage.paths[name].kind === 'output';
      return [name, isOutput ? partialPath(path) : path];
    }),
  );
  const abort = new AbortController();
  const interrupt = (signal?: NodeJS.Signals): void => {
    // SIGTERM may come twice, from whoever started this and from the group; Ctrl-C twice is meant
    const endsByItself = stage.service === true && !(abort.signal.aborted && signal === 'SIGINT');
    abort.abort();
    if (endsByItself) return;
    discardOutputs(outputs);
    log.record('interrupted', { exit: EXIT_INTERRUPTED, ...usage() });
    process.stderr.write('\ninterrupted; the outputs are as they were before\n');
    process.exit(EXIT_INTERRUPTED);
  };
  // what is thrown outside of the stage's own promise: by a worker, a timer, a stream
  const crash = (error: unknown): void => {
    discardOutputs(outputs);
    process.exit(report(toStageError(error, paths) ?? error, log, options.json, usage()));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('uncaughtException', crash);
  endWithParent(() => interrupt());
  try {
    log.record('start', {
      argv: process.argv.slice(2),
      params,
      shared,
      base,
      hashes: await hashFiles(Object.values(inputs)),
    });
    for (const override of options.set) log.info(`parameter set for this run: ${override}`);
    assertReplaceable(inputs, ofKind('output'));
    prepareOutputs(outputs);
    const { message, ...facts } = await stage.run({
      paths,
      params,
      shared,
      base,
      tracking,
      flags: options.flags,
      operands: options.operands,
      rng: (purpose) => createRng(base.seed, options.group, purpose),
      log,
      progress: createProgress,
      report: reportToParent,
      paramsFile: findParamsFile(options.params),
      signal: abort.signal,
      version: readVersion(),
      clock: () => (performance.now() - start) / 1000,
      checkpoint,
    });
    publishOutputs(outputs);
    rmSync(checkpoint, { recursive: true, force: true });
    log.record('end', { exit: 0, ...usage(), result: facts });
    const seconds = formatSeconds((performance.now() - start) / 1000);
    process.stdout.write(
      options.json || stage.service
        ? `${JSON.stringify({ message, ...facts })}\n`
        : `${stage.name}: ${message} (${seconds})\n`,
    );
    return 0;
  } catch (error) {
    // validate and evaluate write their report before they fail
    const mended = toStageError(error, paths);
    const keepsOutputs = mended?.code === 'E_VALIDATION' || mended?.code === 'E_GATE';
    if (keepsOutputs) publishOutputs(outputs);
    else discardOutputs(outputs);
    return report(mended ?? error, log, options.json, usage());
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('uncaughtException', crash);
  }
}

function report(
  error: unknown,
  log: import('./log.ts').Log | null,
  json: boolean,
  usage: Record<string, number> = {},
): number {
  const exit = error instanceof StageError ? ERROR_CODES[error.code].exit : EXIT_BUG;
  log?.crash(error, { exit, ...usage });
  return printError(error, json);
}

function parseArguments(stage: StageDefinition, argv: readonly string[]): Options {
  const command = new Command(programOf(stage.name).replace(/^npx /, ''))
    .description(stage.summary)
    .exitOverride()
    .showSuggestionAfterError()
    .allowExcessArguments(false)
    .helpOption('-h, --help', 'show this help')
    .version(readVersion(), '--version', 'show the version');
  if (stage.operands) command.argument(`[${stage.operands.name}...]`, stage.operands.doc);
  for (const [name, path] of Object.entries(stage.paths)) {
    const flag = `--${toFlag(name)} <path>`;
    if (path.default === null) command.option(flag, path.doc);
    else command.option(flag, path.doc, path.default);
  }
  for (const [name, doc] of Object.entries(stage.flags ?? {})) {
    command.option(`--${toFlag(name)}`, doc);
  }
  declareFlags(command, stage);
  command
    .option(
      '--params <path>',
      'read parameters from this file (default: params.yaml when there is one)',
    )
    .option('--set <key=value>', 'override a parameter for this run (repeatable)', collect, [])
    .option('--group <name>', 'group of the params file that holds the parameters', stage.name)
    .option('--json', 'print one JSON document on stdout')
    .addHelpText('after', () =>
      [
        '',
        ...describeParameters(stage.params, stage.name),
        ...Object.entries(stage.shared ?? {}).flatMap(([name, group]) =>
          describeParameters(group, name),
        ),
        ...describeParameters(BASE_SCHEMA, 'base'),
        '',
        `Example:\n  ${programOf(stage.name)} ${stage.example}`,
      ].join('\n'),
    );
  command.parse([...argv], { from: 'user' });
  const given = command.opts<Record<string, unknown>>();
  const pick = <T>(names: object): Record<string, T> =>
    Object.fromEntries(Object.keys(names).map((name) => [name, (given[name] ?? null) as T]));
  return {
    params: (given.params as string | undefined) ?? null,
    set: given.set as string[],
    parameterFlags: readFlags(stage, given, given.group as string),
    group: given.group as string,
    json: given.json === true,
    paths: pick<string | null>(stage.paths),
    flags: Object.fromEntries(Object.keys(stage.flags ?? {}).map((n) => [n, given[n] === true])),
    operands: command.args,
  };
}

/** How a user runs this: steps of a pipeline are files in its folder, stages are commands of timberline. */
function programOf(name: string): string {
  const file = process.argv[1] ?? '';
  return basename(dirname(dirname(file))) === 'pipelines'
    ? `node ${basename(file)}`
    : `npx timberline ${name}`;
}

/** The group is a folder of checkpoints too, which the end of a run removes. */
function assertGroup(group: string): void {
  if (/^[\w-]+(\.[\w-]+)*$/.test(group)) return;
  throw new StageError(
    'E_USAGE',
    `--group must be a key of the params file, dotted for a nested one; got ${group}`,
  );
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** The version of package.json, which stands two folders up from lib/cli, three from dist/lib/cli. */
function readVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      if (name === 'timberline') return version as string;
    } catch {
      continue;
    }
  }
  throw new Error('package.json of timberline not found');
}
