/** Each params.yaml holds values that its stages accept, and the groups that its dvc.yaml names. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { readParams } from '../../lib/cli/read-params.ts';
import { importStage, listStageNames } from '../../lib/cli/registry.ts';
import { listDvcFiles } from '../../lib/dvc/update-deps.ts';
import { groupOf, listWiredStages, readWiring } from '../../lib/dvc/wiring.ts';

for (const dvcFile of listDvcFiles()) {
  const file = join(dirname(dvcFile), 'params.yaml');
  const test = suite(file);
  const groups = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const stages = await Promise.all(
    listWiredStages(readWiring(dvcFile), dvcFile).map(async ({ name, file: source }) => ({
      ...{ name, stage: await importStage(pathToFileURL(source)) },
    })),
  );

  for (const { name, stage } of stages) {
    test(`is accepted by ${name}`, () => {
      const { params, shared } = stage;
      const read = (): unknown =>
        readParams(params, groupOf(name), file, [], listStageNames(), shared);
      assert.not.throws(read);
    });
  }

  test('has base, tracking, a group per stage, shared by stages or named in dvc.yaml, and no other', () => {
    const own = stages.flatMap(({ name, stage }) => [
      ...[name.split('@')[0], ...Object.keys(stage.shared ?? {})],
    ]);
    const named = readFileSync(dvcFile, 'utf8').matchAll(/\$\{([\w-]+)\./g);
    const expected = ['base', 'tracking', ...own, ...[...named].map(([, group]) => group)];
    for (const group of Object.keys(groups)) assert.ok(expected.includes(group), group);
  });

  test.run();
}
