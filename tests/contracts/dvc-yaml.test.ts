/** dvc.yaml says what the stages do: same names, files, flags, deps, outs and parameter groups. */
import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { listStageNames, loadStage } from '../../lib/cli/registry.ts';
import { listDvcFiles } from '../../lib/dvc/update-deps.ts';
import { toFlag } from '../../lib/cli/stage.ts';
import { isNative, listImports } from '../../lib/dvc/imports.ts';
import { updateDeps } from '../../lib/dvc/wiring.ts';

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
const readStages = (dvcFile: string): Record<string, Wiring> =>
  (parse(readFileSync(dvcFile, 'utf8')) as { stages: Record<string, Wiring> }).stages;

test('has the deps that the imports of the sources give (npm run deps rewrites them)', () => {
  for (const file of listDvcFiles()) assert.is(updateDeps(file), readFileSync(file, 'utf8'), file);
});

/** The stage that a cmd runs; two uses of one in a pipeline have names and groups that begin with its own. */
function stageOf(name: string, { cmd }: Wiring): string {
  const [, stage = ''] = /^node \S*?([\w-]+)\.ts/.exec(cmd) ?? [];
  const group = / --group (\S+)/.exec(cmd)?.[1] ?? stage;
  assert.is(group, name);
  assert.ok(name === stage || name.startsWith(`${stage}-`), `${name} runs ${stage}`);
  return stage;
}

test('holds every stage of stages/ but the standalone ones, in the root or in a pipeline', async () => {
  const wired = new Set(listDvcFiles().flatMap((file) => Object.keys(readStages(file))));
  for (const name of listStageNames()) {
    const { standalone } = await loadStage(name);
    assert.is(wired.has(name), standalone !== true, name);
  }
});

for (const dvcFile of listDvcFiles()) {
  const isRoot = dvcFile === 'dvc.yaml';
  const stagesFolder = relative(dirname(dvcFile), 'stages');
  for (const [name, wiring] of Object.entries(readStages(dvcFile))) {
    const label = isRoot ? name : `${dvcFile}, ${name}`;

    test(`${label}: cmd names the file of the stage and gives all its paths, in the root as its defaults have them`, async () => {
      const own = stageOf(name, wiring);
      const stage = await loadStage(own);
      const [node, file, ...words] = wiring.cmd.split(' ');
      assert.is(`${node} ${file}`, `node ${stagesFolder}/${own}.ts`);
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
      const stage = await loadStage(stageOf(name, wiring));
      const given = new Map(
        [...wiring.cmd.matchAll(/--(\S+) (\S+)/g)].map(([, flag, path]) => [flag, path]),
      );
      const pathsOf = (kind: string): string[] =>
        Object.entries(stage.paths).flatMap(([path, declared]) => {
          const value = given.get(toFlag(path)) ?? null;
          return declared.kind === kind && value !== null ? [value] : [];
        });
      const names = (entries: Wiring['outs'] = []): string[] =>
        entries.map((entry) => (typeof entry === 'string' ? entry : Object.keys(entry)[0]));
      const outs = [...names(wiring.outs), ...names(wiring.metrics), ...names(wiring.plots)];
      const outputs = pathsOf('output').filter((path) => !path.startsWith('logs/'));
      assert.equal(outs.toSorted(), outputs.toSorted());
      const data = (wiring.deps ?? []).filter((dep) => !dep.endsWith('.ts') && !isNative(dep));
      for (const path of pathsOf('input')) {
        assert.ok(
          data.some((dep) => dep === path || dep.startsWith(`${path}/`)),
          `${path} is no dep`,
        );
      }
      for (const dep of data) {
        const isInput = pathsOf('input').some((path) => dep === path || dep.startsWith(`${path}/`));
        assert.ok(isInput, `${dep} is no input of the stage`);
      }
    });

    test(`${label}: depends on its own group of params.yaml, and on base where its run reads it`, () => {
      const readsBase = /\bbase\b/.test(readFileSync(`stages/${stageOf(name, wiring)}.ts`, 'utf8'));
      // the parameters that tune leaves alone are those of the stage that it runs
      const others = name === 'tune' ? ['train'] : [];
      assert.equal(wiring.params, [...(readsBase ? ['base'] : []), ...others, name]);
    });

    test(`${label}: its desc is the summary of the stage`, async () => {
      assert.is(wiring.desc, (await loadStage(stageOf(name, wiring))).summary);
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
