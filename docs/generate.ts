/**
 * `npm run docs`: writes the pages that follow from declarations. A test fails when one is stale.
 *
 * docs/params.md, docs/params.schema.json, docs/errors.md, and the stage table of README.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { BASE_SCHEMA, SHARED_GROUPS, TRACKING_SCHEMA } from '../lib/cli/base.ts';
import { listStageNames, loadStage } from '../lib/cli/registry.ts';
import type { StageDefinition } from '../lib/cli/stage.ts';
import { ERROR_CODES, EXIT_BUG, EXIT_INTERRUPTED } from '../lib/errors.ts';
import { flattenSchema } from '../lib/params/describe.ts';
import { toJsonSchema } from '../lib/params/json-schema.ts';
import { isParameter } from '../lib/params/schema.ts';
import type { Parameter, Schema } from '../lib/params/schema.ts';

const GENERATED = '<!-- written by `npm run docs`; edit the declarations instead -->';

/** Path → text of every generated page; README.md with its table replaced. */
export async function generateDocs(): Promise<Map<string, string>> {
  const stages = await Promise.all(listStageNames().map(loadStage));
  const readme = readFileSync('README.md', 'utf8');
  return new Map([
    ['docs/params.md', paramsPage(stages)],
    ['docs/params.schema.json', `${JSON.stringify(paramsSchema(stages), null, 2)}\n`],
    ['docs/errors.md', errorsPage()],
    ['README.md', replaceTable(readme, stageTable(stages))],
  ]);
}

function paramsPage(stages: readonly StageDefinition[]): string {
  const groups: [string, string, Schema][] = [
    ['base', 'What several stages share', BASE_SCHEMA],
    ['tracking', 'Where runs are logged; [tracking](tracking.md) says how', TRACKING_SCHEMA],
    ...stages.map(({ name, summary, params }): [string, string, Schema] => [name, summary, params]),
  ];
  const sections = groups.flatMap(([name, summary, schema]) => [
    `## ${name}`,
    '',
    `${summary}.`,
    '',
    ...parameterTable(schema, name),
    '',
  ]);
  return [
    '# Parameters',
    '',
    GENERATED,
    '',
    'Where a value comes from, the later over the earlier:',
    '',
    '1. the default of this page',
    '2. `params.yaml`, or the file of `--params`; [experiments](experiments.md) says what it is composed of',
    '3. `--set group.key=value`, for one run',
    '',
    'Brackets include the end, parentheses do not. An unknown key is an error that names the nearest known one.',
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function parameterTable(schema: Schema, group: string): string[] {
  const parameters = flattenSchema(schema, group);
  if (parameters.length === 0) return ['It has no parameters.'];
  return [
    '| key | range | default | meaning |',
    '|---|---|---|---|',
    ...parameters.map(
      ({ key, range, default: value, doc }) =>
        `| \`${key}\` | ${escapeCell(range)} | \`${escapeCell(JSON.stringify(value))}\` | ${escapeCell(doc)} |`,
    ),
  ];
}

function paramsSchema(stages: readonly StageDefinition[]): object {
  const groups = [
    ...Object.entries<Schema>(SHARED_GROUPS),
    ...stages.map((s) => [s.name, s.params] as const),
  ];
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'params.yaml of timberline',
    type: 'object',
    properties: Object.fromEntries(groups.map(([name, schema]) => [name, toJsonSchema(schema)])),
    additionalProperties: true,
  };
}

function errorsPage(): string {
  return [
    '# Errors and exit codes',
    '',
    GENERATED,
    '',
    'A message says *where* must *what*, and what was found; the hint says what to do. With `--json` it is a document',
    '`{"error": {"code", "message", "hint"}}` on stdout.',
    '',
    '| exit | code | meaning |',
    '|---|---|---|',
    '| 0 | | All outputs are complete. |',
    `| ${EXIT_BUG} | | A bug of timberline; the stack is shown and in \`logs/timberline.log\`. |`,
    ...Object.entries(ERROR_CODES).map(
      ([code, { exit, meaning }]) => `| ${exit} | \`${code}\` | ${meaning} |`,
    ),
    `| ${EXIT_INTERRUPTED} | | Ctrl-C; the outputs are as they were before. |`,
    '',
  ].join('\n');
}

function stageTable(stages: readonly StageDefinition[]): string {
  const files = (stage: StageDefinition, kind: 'input' | 'output'): string =>
    Object.values(stage.paths)
      .filter((path) => path.kind === kind && path.default !== null)
      .map((path) => `\`${path.default}\``)
      .join(', ');
  const keys = ({ params }: StageDefinition): string =>
    Object.entries(params)
      .map(([key, node]: [string, Parameter<unknown> | Schema]) =>
        isParameter(node) ? `\`${key}\`` : `\`${key}.*\``,
      )
      .join(' ');
  return [
    '| stage | does | reads | writes | parameters |',
    '|---|---|---|---|---|',
    ...stages.map(
      (stage) =>
        `| [\`${stage.name}\`](stages/${stage.name}.ts) | ${stage.summary} | ${files(stage, 'input')} | ${files(stage, 'output')} | ${keys(stage)} |`,
    ),
  ].join('\n');
}

function replaceTable(readme: string, table: string): string {
  return readme.replace(/(<!-- stages -->\n)[^]*?(<!-- \/stages -->)/, `$1${table}\n$2`);
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

if (import.meta.main) {
  for (const [path, text] of await generateDocs()) writeFileSync(path, text);
}
