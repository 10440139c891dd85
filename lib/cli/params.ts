/** `timberline params compose`: parameters out of the groups of conf/, shown, and written when asked for. */
import { Command, CommanderError } from 'commander';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ERROR_CODES } from '../errors.ts';
import type { Composition } from '../params/compose.ts';
import { listDifferences } from '../params/differences.ts';
import type { Difference } from '../params/differences.ts';
import { show } from '../params/resolve.ts';
import { composeConfig } from './compose-config.ts';
import { partialPath, prepareOutputs, publishOutputs } from './outputs.ts';
import { printError } from './print-error.ts';
import { DEFAULT_PARAMS_FILE, parseParamsFile } from './read-params.ts';
import { toStageError } from './system-errors.ts';

interface Options {
  readonly conf: string;
  readonly params: string;
  readonly overlay: readonly string[];
  readonly write: boolean;
  readonly json: boolean;
}

const DEFAULT_FOLDER = 'conf';
const COMMAND = 'npx timberline params compose';
/** Characters of a value in the table. */
const MAX_WIDTH = 32;

/** Runs `timberline params` with the arguments `argv`; gives the exit code. */
export async function runParams(argv: readonly string[]): Promise<number> {
  let exit = 0;
  const command = new Command('timberline params')
    .description('Parameters out of the groups of conf/')
    .exitOverride()
    .showSuggestionAfterError();
  command
    .command('compose')
    .description('Show what the groups give, where each value comes from, and what differs')
    .argument('[overrides...]', 'group=option, key=value, +key=value, ++key=value, ~key')
    .option('--conf <folder>', 'folder of config.yaml and of the groups', DEFAULT_FOLDER)
    .option('--params <path>', 'file to compare with, and to write', DEFAULT_PARAMS_FILE)
    .option(
      '--overlay <path>',
      'parameters that go over the groups (repeatable)',
      (path: string, before: string[]) => [...before, path],
      [],
    )
    .option('--write', 'write the params file', false)
    .option('--json', 'print one JSON document on stdout', false)
    .addHelpText('after', `\nExample:\n  ${COMMAND} model=quick train.mlp.dropout=0.1 --write`)
    .action(async (overrides: string[], options: Options) => {
      try {
        await composeParams(overrides, options);
      } catch (error) {
        const paths = Object.fromEntries(options.overlay.map((path) => ['overlay', path]));
        exit = printError(toStageError(error, paths) ?? error, options.json);
      }
    });
  try {
    await command.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ERROR_CODES.E_USAGE.exit;
    throw error;
  }
  return exit;
}

async function composeParams(overrides: readonly string[], options: Options): Promise<void> {
  const { conf, params, overlay, write, json } = options;
  const composition = await composeConfig(conf, overlay, overrides);
  const before = existsSync(params) ? parseParamsFile(params) : null;
  const differences = before === null ? [] : listDifferences(before, composition.values);
  if (write) {
    prepareOutputs([params]);
    const head = composeHead(params, [
      ...(conf === DEFAULT_FOLDER ? [] : ['--conf', conf]),
      ...(params === DEFAULT_PARAMS_FILE ? [] : ['--params', params]),
      ...overlay.flatMap((file) => ['--overlay', file]),
      ...overrides,
    ]);
    writeFileSync(partialPath(params), head + composition.text);
    publishOutputs([params]);
  }
  const { choices, parameters } = composition;
  process.stdout.write(
    json
      ? `${JSON.stringify({ choices, parameters, differences, written: write })}\n`
      : describe(composition, differences, options, before === null),
  );
}

/** The line for editors stays as the file has it; the command says how the file came about. */
function composeHead(file: string, args: readonly string[]): string {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [editors = ''] = /^# yaml-language-server:.*\n/m.exec(text) ?? [];
  const command = [COMMAND, ...args.map(quote), '--write'].join(' ');
  return `${editors}# Composed of the groups in conf/, where changes belong, by\n#   ${command}\n\n`;
}

/** As a shell takes it for one word. */
function quote(word: string): string {
  return /^[\w\-+=./:@%]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function describe(
  { choices, parameters }: Composition,
  differences: readonly Difference[],
  { params, write }: Options,
  isNew: boolean,
): string {
  const chosen = Object.entries(choices).map(([group, option]) => `${group}=${option}`);
  const shorten = (text: string): string =>
    text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH)}…` : text;
  const rows = parameters.map(({ key, value, origin }) => [key, shorten(show(value)), origin]);
  const changed = differences.map(({ key, before, after }) => [
    key,
    `${before === undefined ? 'absent' : show(before)} -> ${after === undefined ? 'absent' : show(after)}`,
  ]);
  const values = differences.length === 1 ? '1 value' : `${differences.length} values`;
  const isSame = differences.length === 0;
  const verdict = isNew
    ? `${params} does not exist${write ? ' yet' : ''}`
    : isSame
      ? `${params} has the same values`
      : `${params} ${write ? 'changed' : 'would change'} in ${values}:`;
  return [
    chosen.join(' '),
    '',
    ...align(rows),
    '',
    verdict,
    ...(isNew ? [] : align(changed)),
    write ? `${params} is written` : `${params} is as it was; --write writes it`,
    '',
  ].join('\n');
}

/** Rows as columns, two blanks apart. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map(
    (row) =>
      `  ${row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd()}`,
  );
}
