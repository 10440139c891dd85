/** Each params.yaml holds values that its stages accept, and the groups that its dvc.yaml names. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { readParams } from '../../lib/cli/read-params.ts';
import { listStageNames, loadStage } from '../../lib/cli/registry.ts';
import { listDvcFiles } from '../../lib/dvc/update-deps.ts';
import { stageOfGroup } from '../support/stage-of-group.ts';

for (const dvcFile of listDvcFiles()) {
  const file = join(dirname(dvcFile), 'params.yaml');
  const test = suite(file);
  const groups = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const { stages } = parse(readFileSync(dvcFile, 'utf8')) as { stages: Record<string, object> };

  for (const name of Object.keys(stages)) {
    test(`is accepted by ${name}`, async () => {
      const { params } = await loadStage(stageOfGroup(name));
      assert.not.throws(() => readParams(params, name, file, [], listStageNames()));
    });
  }

  test('has base, a group per stage, and no other', () => {
    const expected = ['base', ...Object.keys(stages)];
    for (const group of Object.keys(groups)) assert.ok(expected.includes(group), group);
  });

  test.run();
}
