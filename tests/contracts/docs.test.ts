/** The pages say what the code says. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generateDocs } from '../../docs/generate.ts';
import { ERROR_CODES } from '../../lib/errors.ts';

const PAGES = ['*.md', 'docs/**/*.md', 'bench/*.md', 'pipelines/*/*.md', 'tests/**/*.md'].flatMap(
  (pattern) => globSync(pattern),
);
const SOURCES = ['stages/*.ts', 'lib/**/*.ts', 'pipelines/**/*.ts'].flatMap((pattern) =>
  globSync(pattern),
);

const test = suite('documentation');

test('is what the declarations give (npm run docs rewrites it)', async () => {
  for (const [path, text] of await generateDocs()) {
    assert.is(existsSync(path) ? readFileSync(path, 'utf8') : '', text, path);
  }
});

test('has no dead link between its pages', () => {
  for (const page of PAGES) {
    for (const [, target] of readFileSync(page, 'utf8').matchAll(
      /\]\((?!https?:|#|mailto:)([^)#\s]+)/g,
    )) {
      assert.ok(existsSync(join(dirname(page), target)), `${page} links to ${target}`);
    }
  }
});

test('is raised for every error code that it lists, and for no other', () => {
  const raised = new Set(
    SOURCES.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/new StageError\(\s*'(E_[A-Z]+)'/g)].map(
        ([, code]) => code,
      ),
    ),
  );
  assert.equal([...raised].toSorted(), Object.keys(ERROR_CODES).toSorted());
});

test('gives each error code an exit code between 2 and 6 and a sentence', () => {
  for (const [code, { exit, meaning }] of Object.entries(ERROR_CODES)) {
    assert.ok(exit >= 2 && exit <= 6, code);
    assert.match(meaning, /^[A-Z].*\.$/);
  }
});

test('lists every direct dependency on the dependencies page, and no other', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  ) as Record<string, Record<string, string>>;
  const page = readFileSync('docs/dependencies.md', 'utf8').split('## Python')[0];
  const listed = [...page.matchAll(/^\| (\S+) \| .+ \| (\S+) \(\d{4}-/gm)].map(
    ([, name, version]) => `${name}@${version}`,
  );
  const direct = Object.entries({
    ...dependencies,
    ...devDependencies,
    ...optionalDependencies,
  }).map(([name, version]) => `${name}@${version}`);
  assert.equal(listed.toSorted(), direct.toSorted());
});

test.run();
