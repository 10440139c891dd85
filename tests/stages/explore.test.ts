import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRng } from '../../lib/rng.ts';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';
import type { StageOutcome } from '../support/stage-process.ts';
import { readJson, readTable, refusalOf, writeTables } from '../support/table-stage.ts';

const test = suite('stage explore');

const OUTPUTS = ['--out', 'out.json', '--page', 'page.html'];
const TARGET = ['--set', 'base.target=kind'];

async function explore(folder: string, ...args: string[]): Promise<StageOutcome> {
  return await runStageHere('explore', ['--in', 'in.csv', ...OUTPUTS, ...args], folder);
}

/** 200 rows of two numbers, a text and two classes; `leak` is the class under another name. */
function drawTable(leak: boolean): string {
  const rng = createRng(1, 'test', 'rows');
  const rows = Array.from({ length: 200 }, (_, i) => {
    const kind = rng() < 0.5 ? 'fir' : 'pine';
    const height = (20 * rng() + (kind === 'fir' ? 10 : 0)).toFixed(2);
    const cells = [i + 1, height, rng().toFixed(3), ['wet', 'dry'][i % 2], kind];
    return [...cells, ...(leak ? [kind === 'fir' ? 'F1' : 'P7'] : [])].join();
  });
  return [`row_id,height,noise,ground,kind${leak ? ',felled' : ''}`, ...rows, ''].join('\n');
}

test('writes facts and page, and says in one line what it found', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), drawTable(false));
    const { code, stdout, stderr } = await explore(folder, ...TARGET);
    assert.is(code, 0, stderr);
    assert.match(stdout, 'explore: 200 rows, 3 features, 0 repeated rows, no suspected leaks');
    const facts = readJson(folder, 'out.json');
    assert.is(facts.data, 'in.csv');
    assert.is(facts.id, 'row_id');
    assert.equal((facts.ranking as string[])[0], 'height');
    const page = readFileSync(join(folder, 'page.html'), 'utf8');
    assert.match(page, '<h1>Exploration: kind</h1>');
    assert.match(page, 'No column decides kind alone: no leak is suspected.');
    assert.equal(
      readdirSync(folder)
        .filter((file) => file !== 'logs')
        .toSorted(),
      ['checkpoints', 'in.csv', 'out.json', 'page.html'],
    );
    assert.equal(readdirSync(join(folder, 'checkpoints')), []);
  });
});

test('suspects a planted leak, on the page, in the facts and in --json', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), drawTable(true));
    const { code, stdout, stderr } = await explore(folder, '--json', ...TARGET);
    assert.is(code, 0, stderr);
    const suspect = { name: 'felled', reason: 'stands for kind, value for value' };
    const { message, leak_suspects } = JSON.parse(stdout) as Record<string, unknown>;
    assert.match(String(message), '1 suspected leak');
    assert.equal(leak_suspects, [suspect]);
    const { leak_suspects: found } = readJson(folder, 'out.json').findings as Record<
      string,
      unknown
    >;
    assert.equal(found, [suspect]);
    assert.match(readFileSync(join(folder, 'page.html'), 'utf8'), 'felled may be a leak');
  });
});

test('gives the same bytes again, on another number of threads, and from Parquet', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), drawTable(true));
    const run = async (...args: string[]): Promise<string[]> => {
      const { code, stderr } = await explore(folder, ...TARGET, ...args);
      assert.is(code, 0, stderr);
      return ['out.json', 'page.html'].map((file) => readFileSync(join(folder, file), 'utf8'));
    };
    const first = await run();
    assert.equal(await run('--set', 'base.threads=1'), first);
    await writeTables(folder, { rows: `FROM '${join(folder, 'in.csv')}'` });
    assert.is((await readTable(join(folder, 'rows.parquet'))).length, 200);
    const ofParquet = (await run('--in', 'rows.parquet')).map((text) =>
      text.replaceAll('rows.parquet', 'in.csv'),
    );
    assert.equal(ofParquet, first);
  });
});

test('needs neither target nor id, and reads semicolons, a byte order mark and Windows line ends', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), '\ufeffa;b\r\n1;x\r\n1;x\r\n2;y\r\n');
    const { code, stdout, stderr } = await explore(folder, '--set', 'base.target=c');
    assert.is(code, 0, stderr);
    assert.match(stdout, '3 rows, 2 features, 1 repeated rows, no target');
    assert.match(stderr, 'in.csv has no target c; did you mean a?: explored without one');
    assert.match(readFileSync(join(folder, 'page.html'), 'utf8'), '<h1>Exploration of in.csv</h1>');
  });
});

test('names classes as the description of the data does', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), drawTable(false));
    const description = { columns: [{ name: 'kind', classes: { fir: 'Abies alba' } }] };
    writeFileSync(join(folder, 'about.json'), JSON.stringify(description));
    const { code, stderr } = await explore(folder, ...TARGET, '--about', 'about.json');
    assert.is(code, 0, stderr);
    assert.match(readFileSync(join(folder, 'page.html'), 'utf8'), '>fir Abies alba</th>');
  });
});

test('refuses an empty file, a header alone, a truncated Parquet file and stray text in numbers', async () => {
  await inTemporaryFolder(async (folder) => {
    const refused = async (file: string, content: string): Promise<string> => {
      writeFileSync(join(folder, file), content);
      return await refusalOf('explore', ['--in', file, ...OUTPUTS], folder);
    };
    assert.is(
      await refused('empty.csv', ''),
      '3 error E_DATA: empty.csv must be a table; got an empty file',
    );
    assert.is(
      await refused('header.csv', 'a,b\n'),
      '3 error E_DATA: header.csv must have at least one row; got a header alone',
    );
    assert.match(
      await refused('cut.parquet', 'PAR1 and no more'),
      /^3 error E_DATA: cut\.parquet must /,
    );
    assert.match(
      await refused('stray.csv', 'a,b\n1,2\n2,3\n3,oops\n4,5\n5,6\n'),
      '3 error E_DATA: stray.csv column b must be a number; got "oops" in row 3',
    );
    assert.match(await refused('table.txt', 'a\n1\n'), /^2 error E_USAGE: table\.txt must end in/);
  });
});

test.run();
