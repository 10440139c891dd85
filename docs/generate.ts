/**
 * `npm run docs`: writes the pages that follow from declarations. A test fails when one is stale.
 *
 * docs/params.md, docs/params.schema.json, docs/errors.md, and the stage table of README.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BASE_SCHEMA, SHARED_GROUPS, TRACKING_SCHEMA } from '../lib/cli/base.ts';
import { importStage, listStageNames, loadStage } from '../lib/cli/registry.ts';
import type { StageDefinition, StageGroups } from '../lib/cli/stage.ts';
import { listDvcFiles } from '../lib/dvc/update-deps.ts';
import { listWiredStages, readWiring } from '../lib/dvc/wiring.ts';
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
    ['docs/params.md', paramsPage(stages, await listPipelines())],
    ['docs/params.schema.json', `${JSON.stringify(paramsSchema(stages), null, 2)}\n`],
    ['docs/errors.md', errorsPage()],
    ['README.md', replaceTable(readme, stageTable(stages))],
  ]);
}

/** Groups that steps of a pipeline have for themselves, by the folder of the pipeline; those of stages are not. */
async function listPipelines(): Promise<Map<string, StageGroups>> {
  const pipelines = new Map<string, StageGroups>();
  for (const dvcFile of listDvcFiles()) {
    const folder = dirname(dvcFile);
    const own = listWiredStages(readWiring(dvcFile), dvcFile).filter(
      ({ file }) => dirname(file) === folder,
    );
    const steps = await Promise.all(own.map(({ file }) => importStage(pathToFileURL(file))));
    const groups = steps
      .flatMap(({ name, params, shared }) => Object.entries({ ...shared, [name]: params }))
      .filter(([name]) => !isOfStage(name) || own.some(({ name: step }) => step === name));
    if (groups.length > 0) pipelines.set(folder, Object.fromEntries(groups));
  }
  return pipelines;
}

const isOfStage = (group: string): boolean => listStageNames().includes(group.split('.')[0]);

function paramsPage(
  stages: readonly StageDefinition[],
  pipelines: ReadonlyMap<string, StageGroups>,
): string {
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
    ...parameterTable({ [name]: schema }),
    '',
  ]);
  const ofPipelines = [...pipelines].flatMap(([folder, own]) => [
    `## ${folder}`,
    '',
    `Groups of its own \`params.yaml\`, which its steps read beside \`base\` and \`tracking\`.`,
    '',
    ...parameterTable(own),
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
    'A group may hold a `base` of its own: `train: { base: { target: price } }` gives one stage another target than the group `base` gives all.',
    '',
    'Brackets include the end, parentheses do not. An unknown key is an error that names the nearest known one.',
    '',
    ...sections,
    ...ofPipelines,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function parameterTable(groups: StageGroups): string[] {
  const parameters = Object.entries(groups).flatMap(([name, schema]) =>
    flattenSchema(schema, name),
  );
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
  const shared = Object.entries(SHARED_GROUPS).map(([name, schema]) => [
    name,
    toJsonSchema(schema),
  ]);
  const groups = stages.map(({ name, params }) => {
    const { properties, ...rest } = toJsonSchema(params);
    return [name, { ...rest, properties: { ...properties, base: { $ref: '#/properties/base' } } }];
  });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'params.yaml of timberline',
    type: 'object',
    properties: Object.fromEntries([...shared, ...groups]) as Record<string, object>,
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
