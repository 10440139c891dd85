import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inTemporaryFolder, PROJECT } from '../../support/stage-process.ts';
import type { StageOutcome } from '../../support/stage-process.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';

const TINY = join(PROJECT, 'tests/support/tiny-stage.ts');
const TEXT = 'some text';
const MB = 2 ** 20;

function run(folder: string, ...args: string[]): StageOutcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [TINY, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

const doing = (what: string): string[] => ['--set', `tiny.do=${what}`];

/** Calls `use` with a folder that holds the input and the outputs of a run before. */
async function inFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.txt'), TEXT);
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out/copy.txt'), 'old');
    writeFileSync(join(folder, 'facts.json'), 'old');
    await use(folder);
  });
}

const outputs = (folder: string): string[] =>
  ['out/copy.txt', 'facts.json'].map((file) => readFileSync(join(folder, file), 'utf8'));

/** Every file in the folder but those of the log. */
function filesIn(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => !statSync(join(folder, file)).isDirectory() && !file.startsWith('logs'))
    .sort();
}
const FILES = ['facts.json', 'in.txt', 'out/copy.txt'];

function readLog(folder: string): Record<string, unknown>[] {
  const text = readFileSync(join(folder, 'logs/timberline.log'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const test = suite('main');

test('ends with 0, one line on stdout, everything else on stderr, and the outputs in their places', async () => {
  await inFolder((folder) => {
    const { code, stdout, stderr } = run(folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, /^tiny: 9 letters \(\d\.\d s\)\n$/);
    assert.is(stderr, 'wrote 9 letters\n');
    const [copy, facts] = outputs(folder);
    assert.is(copy, TEXT);
    assert.is(JSON.parse(facts).seed, 0);
    assert.equal(filesIn(folder), FILES);
  });
});

test('prints one JSON document on stdout and nothing else with --json', async () => {
  await inFolder((folder) => {
    const { code, stdout } = run(folder, '--json');
    assert.is(code, 0);
    assert.equal(JSON.parse(stdout), { message: '9 letters', letters: 9 });
    assert.is(stdout.trimEnd().split('\n').length, 1);
  });
});

test('ends with the code of what the user can mend, message and hint on stderr, and the old outputs', async () => {
  await inFolder((folder) => {
    const codes = { usage: 2, data: 3, environment: 6 };
    for (const [what, exit] of Object.entries(codes)) {
      const { code, stdout, stderr } = run(folder, ...doing(what));
      assert.is(code, exit, stderr);
      assert.is(stdout, '');
      const name = `E_${what.toUpperCase()}`;
      assert.match(
        stderr,
        `error ${name}: out/copy.txt must be good; got bad\nhint: look at out/copy.txt\n`,
      );
      assert.not.match(stderr, /^ +at /m);
      assert.equal(outputs(folder), ['old', 'old']);
      assert.equal(filesIn(folder), FILES);
    }
  });
});

test('keeps the outputs of a validation or a gate that fails', async () => {
  await inFolder((folder) => {
    for (const [what, exit] of Object.entries({ validation: 4, gate: 5 })) {
      writeFileSync(join(folder, 'out/copy.txt'), 'old');
      assert.is(run(folder, ...doing(what)).code, exit);
      assert.is(outputs(folder)[0], TEXT);
      assert.equal(filesIn(folder), FILES);
    }
  });
});

test('gives the error as one JSON document on stdout with --json', async () => {
  await inFolder((folder) => {
    const { code, stdout } = run(folder, '--json', ...doing('data'));
    assert.is(code, 3);
    assert.equal(JSON.parse(stdout), {
      error: {
        code: 'E_DATA',
        message: 'out/copy.txt must be good; got bad',
        hint: 'look at out/copy.txt',
      },
    });
    const params = run(folder, '--json', '--set', 'tiny.n=0');
    assert.is(params.code, 2);
    assert.is(JSON.parse(params.stdout).error.code, 'E_PARAMS');
  });
});

test('ends a bug with 1, its stack on stderr and in the log, and the old outputs', async () => {
  await inFolder((folder) => {
    for (const [what, message] of [
      ['bug', 'text is not a function'],
      ['bug-outside', 'nobody waits for this'],
    ]) {
      const { code, stdout, stderr } = run(folder, ...doing(what));
      assert.is(code, 1);
      assert.is(stdout, '');
      assert.match(stderr, /^bug in timberline, please report it with logs\/timberline\.log:$/m);
      assert.match(stderr, new RegExp(`TypeError: ${message}\\n +at .*tiny-stage\\.ts`));
      const failed = readLog(folder).at(-1) as { err: { stack: string } };
      assert.match(failed.err.stack, /tiny-stage\.ts/);
      assert.equal(outputs(folder), ['old', 'old']);
      assert.equal(filesIn(folder), FILES);
    }
  });
});

test('names a file that is not there with its flag, whoever opens it', async () => {
  await inFolder((folder) => {
    const { code, stderr } = run(folder, '--in', 'nowhere.txt');
    assert.is(code, 3);
    assert.is(
      stderr,
      'error E_DATA: nowhere.txt must exist; got no such file\nhint: name the file with --in, or run the stage that writes it\n',
    );
    const other = run(folder, ...doing('missing-file'));
    assert.is(other.code, 3);
    assert.match(other.stderr, 'error E_DATA: no such file must exist; got no such file\n');
  });
});

test('writes run id, parameters, hashes, time and memory to the run log, line by line', async () => {
  await inFolder((folder) => {
    run(folder, '--set', 'base.seed=7', '--set', 'tiny.n=3');
    run(folder, ...doing('data'));
    run(folder, ...doing('bug'));
    const lines = readLog(folder);
    assert.equal(
      lines.map(({ msg }) => msg),
      [
        ...['start', 'parameter set for this run: base.seed=7'],
        ...['parameter set for this run: tiny.n=3', 'wrote 9 letters', 'end'],
        ...['start', 'parameter set for this run: tiny.do=data', 'wrote 9 letters', 'failed'],
        ...['start', 'parameter set for this run: tiny.do=bug', 'wrote 9 letters', 'failed'],
      ],
    );
    const runs = new Set(lines.map((line) => line.run));
    assert.is(runs.size, 3);
    for (const line of lines) {
      assert.is(line.stage, 'tiny');
      assert.match(String(line.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    const [start, , , wrote, end, , , , failed] = lines;
    assert.equal(start.params, { do: 'end', n: 3 });
    assert.is((start.base as { seed: number }).seed, 7);
    assert.equal(start.argv, ['--set', 'base.seed=7', '--set', 'tiny.n=3']);
    // sha256 of "some text", by sha256sum
    assert.equal(start.hashes, {
      'in.txt': 'b94f6f125c79e3a5ffaa826f584c10d52ada669e6762051b826b55776d05aed2',
    });
    assert.is(wrote.letters, 9);
    assert.equal(end.result, { letters: 9 });
    for (const { exit, line } of [
      { exit: 0, line: end },
      { exit: 3, line: failed },
    ]) {
      assert.is(line.exit, exit);
      assert.ok(Number(line.seconds) > 0 && Number(line.seconds) < 600);
      assert.ok(Number(line.peak_memory_mb) > 10 && Number(line.peak_memory_mb) < 2000);
    }
    assert.match((failed.err as { stack: string }).stack, /StageError: .*\n +at /);
  });
});

test('begins a new run log at 5 MB, and keeps the five before', async () => {
  await inFolder((folder) => {
    const log = join(folder, 'logs/timberline.log');
    mkdirSync(join(folder, 'logs'));
    for (let age = 1; age <= 5; age++) writeFileSync(`${log}.${age}`, `log ${age}`);
    writeFileSync(log, 'x'.repeat(5 * MB));
    run(folder);
    assert.ok(statSync(log).size > 5 * MB, 'at 5 MB it is not yet too long');
    run(folder);
    assert.is(readLog(folder)[0].msg, 'start');
    assert.ok(statSync(`${log}.1`).size > 5 * MB);
    for (let age = 2; age <= 5; age++) {
      assert.is(readFileSync(`${log}.${age}`, 'utf8'), `log ${age - 1}`);
    }
    assert.not(existsSync(`${log}.6`));
  });
});

test('goes on without a run log where none can be written', async () => {
  await inFolder((folder) => {
    writeFileSync(join(folder, 'logs'), 'a file in the place of the folder');
    const { code, stdout, stderr } = run(folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, /^tiny: 9 letters /);
    assert.is(stderr, 'wrote 9 letters\n');
    assert.is(run(folder, ...doing('data')).code, 3);
  });
});

test('ends with 130 at Ctrl-C, with the old outputs and the checkpoints', async () => {
  await inFolder(async (folder) => {
    const child = spawn(process.execPath, [TINY, ...doing('wait')], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (text.includes('wrote')) child.kill('SIGINT');
    });
    const [code] = (await once(child, 'close')) as [number];
    assert.is(code, 130);
    assert.match(stderr, '\ninterrupted; the outputs are as they were before\n');
    assert.equal(outputs(folder), ['old', 'old']);
    assert.equal(filesIn(folder), ['checkpoints/tiny/state', ...FILES]);
    const last = readLog(folder).at(-1);
    assert.is(last?.msg, 'interrupted');
    assert.is(last?.exit, 130);
  });
});

test('leaves the old outputs when it is killed; a later run that ends well removes what is left', async () => {
  await inFolder(async (folder) => {
    const child = spawn(process.execPath, [TINY, ...doing('wait')], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', () => child.kill('SIGKILL'));
    await once(child, 'close');
    assert.equal(outputs(folder), ['old', 'old']);
    const state = join(folder, 'checkpoints/tiny/state');
    mkdirSync(join(folder, 'checkpoints/tiny'), { recursive: true });
    writeFileSync(state, 'of the killed run');
    assert.is(run(folder, ...doing('data')).code, 3);
    assert.ok(existsSync(state), 'a failed run keeps the checkpoints');
    assert.is(run(folder).code, 0);
    assert.equal(filesIn(folder), FILES);
  });
});

test('takes parameters from the group that --group names, and draws other numbers under it', async () => {
  await inFolder((folder) => {
    writeFileSync(join(folder, 'params.yaml'), 'tiny: {n: 2}\nother: {inner: {n: 3}}\n');
    run(folder);
    const [copy, facts] = outputs(folder);
    assert.is(copy, TEXT.repeat(2));
    run(folder, '--group', 'other.inner');
    const [otherCopy, otherFacts] = outputs(folder);
    assert.is(otherCopy, TEXT.repeat(3));
    assert.is.not(otherFacts, facts);
    for (const group of ['..', '../..', '/tmp', '']) {
      const { code, stderr } = run(folder, '--group', group);
      assert.is(code, 2);
      assert.match(stderr, 'error E_USAGE: --group must be a key of the params file');
    }
    assert.ok(existsSync(join(folder, 'in.txt')));
  });
});

test('ends quietly when nobody reads stdout to its end', async () => {
  await inFolder((folder) => {
    for (const command of [
      `"${process.execPath}" "${TINY}" --help`,
      `"${process.execPath}" "${TINY}"`,
      `"${process.execPath}" "${join(PROJECT, 'bin/timberline.js')}" split --help`,
      `"${process.execPath}" "${join(PROJECT, 'bin/timberline.js')}" --help`,
    ]) {
      // the reader is gone before the first line comes
      const script = `{ ${command}; echo "exit $?" >&2; } | true`;
      const { stderr } = spawnSync('sh', ['-c', script], {
        cwd: folder,
        encoding: 'utf8',
      });
      assert.match(stderr, /^(wrote 9 letters\n)?exit 0\n$/, command);
    }
    assert.is(outputs(folder)[0], TEXT);
  });
});

test('refuses an output that would take an input, another output or other folders with it', async () => {
  await inFolder((folder) => {
    mkdirSync(join(folder, 'mine/raw'), { recursive: true });
    writeFileSync(join(folder, 'mine/in.txt'), TEXT);
    const refusal = (...args: string[]): string => {
      const { code, stderr } = run(folder, ...doing('folder'), ...args);
      assert.is(code, 2, stderr);
      return /^error E_USAGE: (.*)$/m.exec(stderr)?.[1] ?? stderr;
    };
    assert.is(
      refusal('--in', 'mine/in.txt', '--out', 'mine'),
      '--out mine must not hold --in mine/in.txt',
    );
    assert.is(refusal('--out', '.'), '--out . must not hold --in in.txt');
    assert.is(
      refusal('--out', 'new', '--facts', 'new/facts.json'),
      '--out new must not hold --facts new/facts.json',
    );
    assert.is(refusal('--out', 'x', '--facts', './x'), '--out x must not hold --facts ./x');
    assert.is(
      refusal('--out', 'mine'),
      '--out mine must be a folder that a stage wrote, or a new one; got one with the folders raw',
    );
    assert.ok(existsSync(join(folder, 'mine/in.txt')));
  });
});

test('refuses to put a file in the place of a folder, or a folder in that of a file', async () => {
  await inFolder((folder) => {
    mkdirSync(join(folder, 'letters'));
    writeFileSync(join(folder, 'letters/mine.txt'), 'mine');
    const file = run(folder, '--facts', 'letters');
    assert.is(file.code, 2);
    assert.match(file.stderr, 'error E_USAGE: letters must be a file; got a folder\n');
    const wrong = run(folder, ...doing('folder'));
    assert.is(wrong.code, 2);
    assert.match(wrong.stderr, 'error E_USAGE: out/copy.txt must be a folder; got a file\n');
    assert.equal(outputs(folder), ['old', 'old']);
    assert.equal(filesIn(folder), [...FILES.slice(0, 2), 'letters/mine.txt', FILES[2]]);
  });
});

test('reads a file and replaces it, when input and output are the same', async () => {
  await inFolder((folder) => {
    assert.is(run(folder, '--out', 'in.txt', '--set', 'tiny.n=2').code, 0);
    assert.is(readFileSync(join(folder, 'in.txt'), 'utf8'), TEXT.repeat(2));
  });
});

test('answers an output that cannot be made with 6', async () => {
  await inFolder((folder) => {
    const below = run(folder, '--out', 'in.txt/copy.txt');
    assert.is(below.code, 6, below.stderr);
    assert.match(
      below.stderr,
      /^error E_ENVIRONMENT: in\.txt\S* must be writable; got a file in the place of a folder$/m,
    );
    if (process.platform === 'linux') {
      const { code, stderr } = run(folder, '--out', '/proc/new/copy.txt');
      assert.is(code, 6, stderr);
    }
    assert.is(readFileSync(join(folder, 'in.txt'), 'utf8'), TEXT);
  });
});

test('answers a full disk with 6 and leaves the old output', async () => {
  await inFolder((folder) => {
    const disk = mountSmallDisk(folder);
    if (disk === null) return; // where nobody may mount
    try {
      writeFileSync(join(disk.path, 'copy.txt'), 'old');
      const { code, stderr } = run(folder, ...doing('full'), '--out', join(disk.path, 'copy.txt'));
      assert.is(code, 6, stderr);
      assert.match(stderr, /must be writable; got the disk is full\nhint: free some space/);
      assert.equal(readdirSync(disk.path), ['copy.txt']);
      assert.is(readFileSync(join(disk.path, 'copy.txt'), 'utf8'), 'old');
    } finally {
      disk.unmount();
    }
  });
});

test('leaves one complete output when several runs end at once', async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'other.txt'), 'another text');
    const runs = Array.from({ length: 4 }, async (_, i) => {
      const input = ['in.txt', 'other.txt'][i % 2];
      const args = [TINY, '--in', input, '--out', 'copies', ...doing('folder')];
      const child = spawn(process.execPath, args, {
        cwd: folder,
        stdio: 'ignore',
      });
      const [code] = (await once(child, 'close')) as [number];
      return code;
    });
    assert.equal(await Promise.all(runs), [0, 0, 0, 0]);
    const copies = readdirSync(join(folder, 'copies'));
    assert.is(copies.length, 20);
    const texts = new Set(copies.map((name) => readFileSync(join(folder, 'copies', name), 'utf8')));
    assert.is(texts.size, 1, 'of one run');
    assert.equal(
      readdirSync(folder).filter((entry) => entry.startsWith('.partial')),
      [],
    );
  });
});

test.run();
