/** conf/ gives the committed params.yaml, and every option of every group fits the declarations. */
import { readFileSync, readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { SHARED_GROUPS } from '../../lib/cli/base.ts';
import { composeConfig } from '../../lib/cli/compose-config.ts';
import { loadStage } from '../../lib/cli/registry.ts';
import { flattenSchema } from '../../lib/params/describe.ts';
import { listDifferences } from '../../lib/params/differences.ts';
import type { Schema } from '../../lib/params/schema.ts';
import { askHydra } from '../support/hydra.ts';
import { stageOfGroup } from '../support/stage-of-group.ts';
import { PROJECT } from '../support/stage-process.ts';

const GROUPS = ['data', 'model', 'training', 'forecast', 'resources'];
const CONF = `${PROJECT}conf`;

const test = suite('conf');

test('gives params.yaml: values, order, comments (npx timberline params compose --write writes it)', async () => {
  const { values, text, choices } = await composeConfig(CONF, [], []);
  const committed = readFileSync('params.yaml', 'utf8');
  assert.equal(listDifferences(parse(committed), values), []);
  assert.is(committed.slice(committed.indexOf('\n\n') + 2), text);
  assert.equal(Object.keys(choices), GROUPS);
});

test('holds every parameter of the stages that it has a group of, so that -S and overrides reach it', async () => {
  const { values, parameters } = await composeConfig(CONF, [], []);
  for (const group of Object.keys(values)) {
    const shared = new Map<string, Schema>(Object.entries(SHARED_GROUPS));
    const schema = shared.get(group) ?? (await loadStage(stageOfGroup(group))).params;
    for (const { key } of flattenSchema(schema, group)) {
      const isThere = parameters.some((p) => p.key === key || p.key.startsWith(`${key}.`));
      assert.ok(isThere, key);
    }
  }
});

test('has options that the declarations take, each alone', async () => {
  for (const group of GROUPS) {
    for (const file of readdirSync(`${CONF}/${group}`)) {
      const option = file.replace(/\.yaml$/, '');
      const { choices } = await composeConfig(CONF, [], [`${group}=${option}`]);
      assert.is(choices[group], option);
    }
  }
});

test('gives the same through Hydra, in the same order', async () => {
  const cases = [
    ['model=quick', 'train.mlp.learning_rate=0.01'],
    ['model=record', 'resources=server', 'evaluate.gates={accuracy:.5}'],
  ];
  const answers = askHydra(cases.map((overrides) => ({ conf: CONF, overrides })));
  for (const [i, overrides] of cases.entries()) {
    const { values } = await composeConfig(CONF, [], overrides);
    assert.is(JSON.stringify(values), JSON.stringify(answers[i].values), overrides.join(' '));
  }
});

test.run();
