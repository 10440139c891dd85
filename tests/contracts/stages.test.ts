/** What every stage must do, whatever it is for; a new file in stages/ is covered by being there. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listStageNames, loadStage } from '../../lib/cli/registry.ts';
import { flattenSchema } from '../../lib/params/describe.ts';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder, runStage } from '../support/stage-process.ts';
import { invalidValues } from '../support/invalid-values.ts';

for (const name of listStageNames()) {
  const test = suite(`stage ${name}`);
  const stage = await loadStage(name);
  const parameters = flattenSchema(stage.params, name);

  test('bears the name of its file, and says in one sentence what it does', () => {
    assert.is(stage.name, name);
    assert.match(stage.summary, /^[A-Z][^.\n]{10,90}$/);
  });

  test('shows every path, flag and parameter with its default, and one example, in --help', () => {
    const { code, stdout, stderr } = runStage(name, ['--help'], '.');
    assert.is(code, 0);
    assert.is(stderr, '');
    for (const path of Object.keys(stage.paths)) assert.match(stdout, `--${toFlag(path)} <path>`);
    for (const flag of Object.keys(stage.flags ?? {})) assert.match(stdout, `--${toFlag(flag)}`);
    for (const { key, default: value, isFlag } of parameters) {
      if (isFlag) assert.match(stdout, `--${key.split('.').at(-1)!.replaceAll('_', '-')} <value>`);
      assert.match(stdout, `${key}: `);
      assert.match(stdout, `(default ${JSON.stringify(value)})`);
    }
    assert.match(stdout, `npx timberline ${name} `);
  });

  test('has a sentence for every path and parameter, and defaults within the ranges', () => {
    for (const [path, { doc }] of Object.entries(stage.paths)) assert.ok(doc.length > 10, path);
    for (const parameter of parameters) {
      assert.ok(parameter.doc.length > 10, parameter.key);
      assert.not.throws(() => parameter.format(parameter.default), parameter.key);
    }
  });

  test('names all problems of its parameters at once, before it reads data, with exit 2', async () => {
    await inTemporaryFolder(async (folder) => {
      const wrong = parameters.flatMap(({ key, jsonSchema }) => {
        const [value] = invalidValues(jsonSchema);
        return value === undefined ? [] : [{ key, value }];
      });
      const sets = wrong.flatMap(({ key, value }) => ['--set', `${key}=${JSON.stringify(value)}`]);
      const misspelt = 'base.sed';
      const { code, stdout, stderr } = await runStageHere(
        name,
        [...sets, '--set', `${misspelt}=1`],
        folder,
      );
      assert.is(code, 2, stderr);
      assert.is(stdout, '');
      assert.match(stderr, 'error E_PARAMS: ');
      for (const { key } of wrong) assert.match(stderr, `${key} must be `);
      assert.match(stderr, `${misspelt} is not a parameter; did you mean `);
    });
  });

  test('rejects every invalid value that the declaration of a parameter implies', () => {
    for (const { key, jsonSchema, format } of parameters) {
      for (const value of invalidValues(jsonSchema)) {
        assert.throws(() => format(value), undefined, `${key} = ${JSON.stringify(value)}`);
      }
    }
  });

  test('answers an unknown flag with exit 2 and the nearest known one', async () => {
    const { code, stderr } = await runStageHere(name, ['--parms', 'x.yaml'], '.');
    assert.is(code, 2);
    assert.match(stderr, '(Did you mean --params?)');
  });

  const required = Object.entries(stage.paths).filter(
    ([, { kind, default: path }]) => kind === 'input' && path !== null,
  );
  for (const [path] of required) {
    test(`answers a missing --${toFlag(path)} with exit 3, names the file, and writes nothing`, async () => {
      await inTemporaryFolder(async (folder) => {
        const { code, stdout, stderr } = await runStageHere(
          name,
          [`--${toFlag(path)}`, 'nowhere.csv'],
          folder,
        );
        assert.is(code, 3, stderr);
        assert.is(stdout, '');
        assert.match(stderr, /^error E_DATA: .+ must .+/m);
        assert.match(stderr, /^hint: /m);
      });
    });
  }

  test('answers a params file that is no YAML with exit 2, its name and line', async () => {
    await inTemporaryFolder(async (folder) => {
      writeFileSync(join(folder, 'params.yaml'), 'base:\n  seed: [1,\n');
      const { code, stderr } = await runStageHere(name, [], folder);
      assert.is(code, 2);
      assert.match(stderr, /params\.yaml:\d+ must be YAML/);
    });
  });

  test.run();
}

function toFlag(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
