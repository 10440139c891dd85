import { join } from 'node:path';
import { ESLint } from 'eslint';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import tseslint from 'typescript-eslint';
import { root } from './copied-tree.ts';

const test = suite('the rules of the layers');

// The planted files are in no TypeScript project, so the rules that need types stay out.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: [
    tseslint.configs.disableTypeChecked,
    { languageOptions: { parserOptions: { projectService: false } } },
  ],
});

const RULES = ['no-restricted-imports', 'no-restricted-syntax', 'no-restricted-globals'];

async function brokenRules(filePath: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, filePath) });
  const fatal = result!.messages.find((message) => message.fatal);
  if (fatal) throw new Error(fatal.message);
  return result!.messages.map(({ ruleId }) => ruleId).filter((rule) => RULES.includes(rule!));
}

const IMPORT = 'no-restricted-imports';
const SYNTAX = 'no-restricted-syntax';
const GLOBAL = 'no-restricted-globals';

const PLANTED: [file: string, code: string, rule: string][] = [
  ['stages/split.ts', "import { train } from './train.ts'; train();", IMPORT],
  ['stages/split.ts', "import { readFileSync } from 'node:fs'; readFileSync('a');", IMPORT],
  ['stages/split.ts', "await import('@tensorflow/tfjs-node');", SYNTAX],
  ['stages/split.ts', 'try { f(); } catch { g(); }', SYNTAX],
  ['stages/split.ts', "console.log('a');", GLOBAL],
  ['pipelines/clicks/join.ts', 'process.exit(1);', GLOBAL],
  ['lib/metrics/auc.ts', "import { readFileSync } from 'node:fs'; readFileSync('a');", IMPORT],
  ['lib/metrics/auc.ts', "import { main } from '../cli/main.ts'; main();", IMPORT],
  ['lib/metrics/auc.ts', "import { openDatabase } from '../data/database.ts'; f();", IMPORT],
  ['lib/ingestion/rows.ts', "import { openSync } from 'node:fs'; openSync('a');", IMPORT],
  ['lib/models/mlp/fit.ts', "import { split } from '../../stages/split.ts'; split();", IMPORT],
  ['lib/models/mlp/fit.ts', 'Math.random();', SYNTAX],
  ['lib/reports/page.ts', "import { writeFileSync } from 'fs'; writeFileSync('a', 'b');", IMPORT],
  ['lib/reports/page.ts', 'new Date();', SYNTAX],
  ['lib/data/tables.ts', 'Date.now();', SYNTAX],
  ['lib/data/tables.ts', "console.log('a');", GLOBAL],
  ['lib/services/token.ts', 'process.exit(1);', GLOBAL],
  ['lib/services/token.ts', 'Date.now();', SYNTAX],
  ['lib/serving/model-slot.ts', 'Math.random();', SYNTAX],
];

for (const [file, code, rule] of PLANTED) {
  test(`refuse in ${file}: ${code}`, async () => {
    assert.ok((await brokenRules(file, code)).includes(rule));
  });
}

const ALLOWED: [file: string, code: string][] = [
  ['stages/split.ts', "import { main } from '../lib/cli/main.ts'; main();"],
  ['stages/split.ts', "await import('../lib/models/tensorflow/backend.ts');"],
  ['pipelines/clicks/join.ts', "import { main } from '../../lib/cli/main.ts'; main();"],
  ['lib/cli/main.ts', "import { existsSync } from 'node:fs'; existsSync(process.argv[1]!);"],
  ['lib/cli/log.ts', 'console.log(new Date(), Date.now());'],
  ['lib/data/tables.ts', "import { existsSync } from 'node:fs'; existsSync('a');"],
  ['lib/services/token.ts', "import { readFileSync } from 'node:fs'; readFileSync('a');"],
  ['lib/serving/model-slot.ts', "import { statSync } from 'node:fs'; statSync('a');"],
  ['lib/models/bundle.ts', "import { existsSync } from 'node:fs'; existsSync('a');"],
  ['lib/ingestion/engines/csv.ts', "import { openSync } from 'node:fs'; openSync('a');"],
  ['lib/forecasting/calendar.ts', "new Date('2012-01-01');"],
];

for (const [file, code] of ALLOWED) {
  test(`allow in ${file}: ${code}`, async () => {
    assert.equal(await brokenRules(file, code), []);
  });
}

test.run();
