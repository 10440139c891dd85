/** dvc.yaml says what the stages do: same names, files, flags, deps, outs and parameter groups. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { importStage, listStageNames, loadStage } from '../../lib/cli/registry.ts';
import type { StageDefinition } from '../../lib/cli/stage.ts';
import { listDvcFiles } from '../../lib/dvc/update-deps.ts';
import { toFlag } from '../../lib/cli/stage.ts';
import { isNative, listImports } from '../../lib/dvc/imports.ts';
import { groupOf, listWiredStages, readWiring, updateDeps } from '../../lib/dvc/wiring.ts';
import type { JoinParams } from '../../lib/joining/declarations.ts';
import { isRecord } from '../../lib/params/schema.ts';

interface Wiring {
  readonly cmd: string;
  readonly desc: string;
  readonly deps?: readonly string[];
  readonly params?: readonly string[];
  readonly outs?: readonly (string | Record<string, object>)[];
  readonly metrics?: readonly (string | Record<string, object>)[];
  readonly plots?: readonly (string | Record<string, object>)[];
}

const test = suite('dvc.yaml');
const readGroups = (dvcFile: string): Record<string, unknown> =>
  parse(readFileSync(join(dirname(dvcFile), 'params.yaml'), 'utf8')) as Record<string, unknown>;

const lookUp = (values: unknown, key: string): unknown =>
  key.split('.').reduce<unknown>((at, name) => isRecord(at) && at[name], values);

/** A stage with the values where `${group.key}` stands, as DVC has it. */
function fill(stage: unknown, values: object, label: string): Wiring {
  const text = JSON.stringify(stage).replace(/\$\{([\w.-]+)\}/g, (_, key: string) => {
    const value = lookUp(values, key);
    assert.type(value, 'string', `${label}: \${${key}}`);
    return value as string;
  });
  return JSON.parse(text) as Wiring;
}

/** The stages, those of a foreach one by one, with the values of the params.yaml beside them and of the foreach. */
function readStages(dvcFile: string): Record<string, Wiring> {
  const groups = readGroups(dvcFile);
  const { stages } = parse(readFileSync(dvcFile, 'utf8')) as { stages: Record<string, object> };
  const filled = listWiredStages(readWiring(dvcFile), dvcFile).map(({ name, key }) => {
    const stage = stages[name.split('@')[0]] as { foreach?: unknown; do?: object };
    const { foreach } = stage;
    const item = Array.isArray(foreach) ? key : lookUp(foreach, key ?? '');
    const values = key === null ? groups : { ...groups, key, item };
    return [name, fill(stage.do ?? stage, values, dvcFile)] as const;
  });
  return Object.fromEntries(filled);
}

/** Files that a join reads beside its inputs: those that its parameters name, patterns as they stand. */
function tablesOf(name: string, dvcFile: string, folder = ''): string[] {
  const { tables = {} } = lookUp(readGroups(dvcFile), groupOf(name)) as Partial<JoinParams>;
  return Object.values(tables)
    .flat()
    .map((path) => join(folder, path));
}

test('has the deps that the imports of the sources give (npm run deps rewrites them)', () => {
  for (const file of listDvcFiles()) assert.is(updateDeps(file), readFileSync(file, 'utf8'), file);
});

/** The file that a cmd runs, from the root. */
function fileOf(dvcFile: string, { cmd }: Wiring): string {
  const [, file = ''] = /^node (\S+\.ts)/.exec(cmd) ?? [];
  return join(dirname(dvcFile), file);
}

const stageAt = async (file: string): Promise<StageDefinition> =>
  await importStage(pathToFileURL(file));

/** What stands in a cmd between the file and the first flag. */
function operandsOf({ cmd }: Wiring): string[] {
  const words = cmd.split(' ').slice(2);
  return words.slice(
    0,
    words.findIndex((word) => word.startsWith('--')),
  );
}

/** The stage that a cmd runs; two uses of one in a pipeline have names and groups that begin with its own. */
function stageOf(name: string, { cmd }: Wiring): string {
  const [, stage = ''] = /^node \S*?([\w-]+)\.ts/.exec(cmd) ?? [];
  const group = / --group (\S+)/.exec(cmd)?.[1] ?? stage;
  assert.is(group, groupOf(name));
  assert.ok(name === stage || /^[-@]/.test(name.replace(stage, '')), `${name} runs ${stage}`);
  return stage;
}

test('holds every stage of stages/ but the standalone ones, in the root or in a pipeline', async () => {
  const wired = new Set(
    listDvcFiles().flatMap((dvcFile) =>
      Object.values(readStages(dvcFile)).map((wiring) => fileOf(dvcFile, wiring)),
    ),
  );
  for (const name of listStageNames()) {
    const { standalone } = await loadStage(name);
    assert.is(wired.has(`stages/${name}.ts`), standalone !== true, name);
  }
});

for (const dvcFile of listDvcFiles()) {
  const isRoot = dvcFile === 'dvc.yaml';
  for (const [name, wiring] of Object.entries(readStages(dvcFile))) {
    const label = isRoot ? name : `${dvcFile}, ${name}`;
    const source = fileOf(dvcFile, wiring);

    test(`${label}: cmd names the file of the stage and gives all its paths, in the root as its defaults have them`, async () => {
      const own = stageOf(name, wiring);
      const stage = await stageAt(source);
      assert.ok([`stages/${own}.ts`, join(dirname(dvcFile), `${own}.ts`)].includes(source), source);
      assert.is(stage.name, own);
      const words = wiring.cmd.split(' ').slice(2 + operandsOf(wiring).length);
      const flags = new Map<string, string>();
      for (let i = 0; i < words.length; i += 2) flags.set(words[i], words[i + 1]);
      flags.delete('--group');
      for (const [path, { default: value }] of Object.entries(stage.paths)) {
        const flag = `--${toFlag(path)}`;
        if (value !== null && isRoot && own === name)
          assert.is(flags.get(flag), value, `${name} ${flag}`);
        if (value !== null) assert.ok(flags.has(flag), `${name} ${flag}`);
        flags.delete(flag);
      }
      assert.equal([...flags.keys()], [], 'flags that the stage does not have');
      assert.not.match(wiring.cmd, /[|*?'"$<>;&]/);
    });

    test(`${label}: inputs are deps, outputs but logs are outs, metrics or plots, and nothing else is`, async () => {
      const stage = await stageAt(source);
      const given = new Map(
        [...wiring.cmd.matchAll(/--(\S+) (\S+)/g)].map(([, flag, path]) => [flag, path]),
      );
      const pathsOf = (kind: string): string[] =>
        Object.entries(stage.paths).flatMap(([path, declared]) => {
          const value = given.get(toFlag(path)) ?? null;
          return declared.kind === kind && value !== null ? [value] : [];
        });
      const inputs = [...pathsOf('input'), ...operandsOf(wiring)];
      const names = (entries: Wiring['outs'] = []): string[] =>
        entries.map((entry) => (typeof entry === 'string' ? entry : Object.keys(entry)[0]));
      const outs = [...names(wiring.outs), ...names(wiring.metrics), ...names(wiring.plots)];
      const outputs = pathsOf('output').filter((path) => !path.startsWith('logs/'));
      assert.equal(outs.toSorted(), outputs.toSorted());
      const isSource = (dep: string): boolean =>
        dep.endsWith('.ts') || isNative(dep) || join(dirname(dvcFile), dep) === 'lib';
      const data = (wiring.deps ?? []).filter((dep) => !isSource(dep));
      const tables = stage.name === 'join' ? tablesOf(name, dvcFile, given.get('tables')) : [];
      for (const path of tables) {
        assert.ok(
          data.some((dep) => path === dep || path.startsWith(`${dep}/`)),
          `${path} is no dep`,
        );
      }
      for (const path of inputs) {
        assert.ok(
          data.some((dep) => dep === path || dep.startsWith(`${path}/`)),
          `${path} is no dep`,
        );
      }
      for (const dep of data) {
        const isInput =
          inputs.some((path) => dep === path || dep.startsWith(`${path}/`)) ||
          tables.some((path) => path === dep || path.startsWith(`${dep}/`));
        assert.ok(isInput, `${dep} is no input of the stage`);
      }
    });

    test(`${label}: depends on its own group of params.yaml, on those it shares, and on base where its run reads it`, async () => {
      const { params, shared = {} } = await stageAt(source);
      // a stream of random numbers begins with base.seed
      const readsBase = /\b(base|rng)\b/.test(readFileSync(source, 'utf8'));
      // the parameters that tune leaves alone are those of the stage that it runs
      const others = name === 'tune' ? ['train'] : Object.keys(shared);
      const own = Object.keys(params).length > 0 ? [groupOf(name)] : [];
      assert.equal(wiring.params, [...(readsBase ? ['base'] : []), ...others, ...own]);
    });

    test(`${label}: its desc is the summary of the stage`, async () => {
      assert.is(wiring.desc, (await stageAt(source)).summary);
    });
  }
}

test('follows imports through files, workers and dynamic imports, and leaves types out', () => {
  const imports = listImports('stages/train.ts');
  assert.ok(imports.includes('lib/cli/main.ts'));
  assert.ok(imports.includes('lib/tensors/data-loader.ts'));
  assert.not.ok(imports.includes('stages/evaluate.ts'));
});

test.run();
