import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DataSet, Source } from '../../../lib/data/catalogue.ts';
import { fetchDataSet } from '../../../lib/data/fetch.ts';
import type { FetchContext } from '../../../lib/data/fetch.ts';
import { StageError } from '../../../lib/errors.ts';
import { withServer } from '../../support/file-server.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';
import { showNoProgress } from '../../../lib/progress.ts';

const ROWS = '1,2\n3,4\n';
const FILE = Buffer.from(`a,b\n${ROWS}`);
const SHA256 = createHash('sha256').update(FILE).digest('hex');
/** An address that nothing listens on. */
const DEAD = 'http://127.0.0.1:2/set.csv';

function dataSet(
  sources: readonly Source[],
  mirror: readonly string[] = ['set.csv.gz', 'set.csv'],
): DataSet {
  return {
    name: 'set',
    title: 'A set',
    licence: 'CC0',
    citation: 'Nobody',
    file: { bytes: FILE.length, rows: 2, sha256: SHA256 },
    columns: [
      { name: 'a', kind: 'numeric', role: 'feature' },
      { name: 'b', kind: 'numeric', role: 'target' },
    ],
    mirror,
    sources,
  };
}

interface Run {
  readonly folder: string;
  readonly said: readonly string[];
  /** Puts a file into the run's folder and gives its path. */
  put(path: string, content: string | Buffer): string;
  fetch(set: DataSet, mirrors: readonly string[], out?: string): Promise<string>;
  /** The file that was fetched. */
  got(): string;
}

async function withRun(use: (run: Run) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const said: string[] = [];
    const file = join(folder, 'out.csv');
    const context: FetchContext = {
      log: {
        info: (message) => said.push(message),
        warn: () => {},
        record: () => {},
        crash: () => {},
      },
      progress: showNoProgress,
      signal: new AbortController().signal,
      downloads: join(folder, 'downloads'),
    };
    await use({
      folder,
      said,
      put(path, content) {
        const file = join(folder, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
        return file;
      },
      fetch: (set, mirrors, out = file) => fetchDataSet(set, mirrors, out, context),
      got: () => readFileSync(file, 'utf8'),
    });
    const left = existsSync(context.downloads) ? readdirSync(context.downloads) : [];
    assert.equal(left, [], 'nothing stays in the folder of unfinished downloads');
  });
}

/** Makes an archive of `files` with Python: .zip or .tar.gz by the ending. */
function archive(file: string, files: Readonly<Record<string, string>>): void {
  const script = `
import io, json, sys, tarfile, zipfile
path, files = sys.argv[1], json.loads(sys.argv[2])
if path.endswith(".zip"):
    with zipfile.ZipFile(path, "w") as out:
        for name, text in files.items(): out.writestr(name, text.encode("latin-1"))
else:
    with tarfile.open(path, "w:gz") as out:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            out.addfile(info, io.BytesIO(text.encode("latin-1")))
`;
  const { status, stderr } = spawnSync('python3', ['-c', script, file, JSON.stringify(files)]);
  assert.is(status, 0, String(stderr));
}

const test = suite('fetchDataSet');

test('takes the file of the first mirror that has it, packed or not', async () => {
  for (const [name, content] of [
    ['set.csv', FILE],
    ['set.csv.gz', gzipSync(FILE)],
  ] as const) {
    await withRun(async ({ folder, put, fetch, got, said }) => {
      const file = put(join('second', name), content);
      const origin = await fetch(dataSet([{ url: DEAD }]), [
        join(folder, 'first'),
        join(folder, 'second'),
      ]);
      assert.is(origin, file);
      assert.is(got(), FILE.toString());
      assert.is(said.at(-1), `set: from ${file}`);
    });
  }
});

test('puts the names in front where a source lacks them, and unpacks what comes gzipped', async () => {
  for (const body of [Buffer.from(ROWS), gzipSync(ROWS)]) {
    await withServer(
      (_request, response) => void response.end(body),
      async ({ url }) => {
        await withRun(async ({ fetch, got }) => {
          await fetch(dataSet([{ url, header: false }]), []);
          assert.is(got(), FILE.toString());
        });
      },
    );
  }
});

test('takes a member out of an archive, itself packed or not', async () => {
  for (const ending of ['zip', 'tar.gz']) {
    await withRun(async ({ folder, fetch, got }) => {
      const path = join(folder, `set.${ending}`);
      archive(path, { 'readme.txt': 'no', 'deep/set.gz': gzipSync(FILE).toString('latin1') });
      await withServer(
        (_request, response) => void response.end(readFileSync(path)),
        async ({ url }) => {
          await fetch(dataSet([{ url: `${url}/set.${ending}`, member: 'deep/set.gz' }]), []);
          assert.is(got(), FILE.toString());
        },
      );
    });
  }
});

test('takes the source archive of a package from where pip is configured to look, and runs nothing of it', async () => {
  const before = { ...process.env };
  await withRun(async ({ folder, put, fetch, got }) => {
    put('wheels/.keep', '');
    archive(join(folder, 'wheels', 'tiny-data-1.0.tar.gz'), {
      'tiny-data-1.0/PKG-INFO': 'Metadata-Version: 1.2\nName: tiny-data\nVersion: 1.0\n',
      'tiny-data-1.0/setup.py': `open(${JSON.stringify(join(folder, 'ran'))}, "w")\nimport a_package_that_nobody_has\n`,
      'tiny-data-1.0/src/set.csv': FILE.toString(),
    });
    Object.assign(process.env, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(folder, 'wheels') });
    const origin = await fetch(dataSet([{ package: 'tiny-data==1.0', member: 'src/set.csv' }]), []);
    assert.is(origin, 'tiny-data==1.0');
    assert.is(got(), FILE.toString());
    assert.not.ok(existsSync(join(folder, 'ran')));
  }).finally(() => {
    process.env = before;
  });
});

test('goes to the next origin when the bytes of one are not those of the catalogue', async () => {
  await withRun(async ({ folder, put, fetch, got, said }) => {
    const wrong = put('first/set.csv', 'a,b\n1,2\n3,5\n');
    put('second/set.csv', FILE);
    await fetch(dataSet([]), [join(folder, 'first'), join(folder, 'second')]);
    assert.is(got(), FILE.toString());
    const checksum = createHash('sha256').update('a,b\n1,2\n3,5\n').digest('hex');
    assert.is(
      said[0],
      `set: not from ${wrong}: must have the checksum sha256 ${SHA256}; got ${checksum}`,
    );
  });
});

test('names every origin with its reason when none has the file', async () => {
  const before = { ...process.env };
  await withServer(
    (request, response) => {
      if (request.url === '/endless') response.end(Buffer.alloc(100_000));
      else if (request.url === '/short') response.end('a,b\n');
      else if (request.url === '/cut') response.end(gzipSync(FILE).subarray(0, 20));
      else response.writeHead(404).end();
    },
    async ({ url }) => {
      await withRun(async ({ folder, fetch }) => {
        Object.assign(process.env, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder });
        const paths = ['gone', 'endless', 'short', 'cut'].map((path) => ({
          url: `${url}/${path}`,
        }));
        const pack = { package: 'tiny-data==1.0', member: 'set.csv' };
        await fetch(dataSet([{ url: DEAD }, ...paths, pack]), ['nowhere']).then(
          () => assert.unreachable(),
          (error: unknown) => {
            assert.ok(error instanceof StageError);
            assert.is(error.code, 'E_ENVIRONMENT');
            assert.equal(error.message.split('\n  '), [
              'set must come from one of its origins; got',
              'nowhere: no set.csv.gz or set.csv',
              `${DEAD}: connect ECONNREFUSED 127.0.0.1:2`,
              `${url}/gone: HTTP 404 Not Found`,
              `${url}/endless: must be 12 bytes; got more`,
              `${url}/short: must be 12 bytes; got 4`,
              `${url}/cut: unexpected end of file`,
              'tiny-data==1.0: Could not find a version that satisfies the requirement tiny-data==1.0 (from versions: none)',
            ]);
            assert.match(error.hint!, 'put set.csv.gz into a folder of fetch.mirrors, or let');
          },
        );
      });
    },
  ).finally(() => {
    process.env = before;
  });
});

test('says that Python is missing where only a package has the file', async () => {
  const before = { ...process.env };
  await withRun(async ({ folder, fetch }) => {
    process.env.PATH = folder;
    const pack = { package: 'tiny-data==1.0', member: 'set.csv' };
    await fetch(dataSet([pack]), []).then(
      () => assert.unreachable(),
      (error: Error) => assert.match(error.message, 'tiny-data==1.0: no python3 on the PATH'),
    );
  }).finally(() => {
    process.env = before;
  });
});

test('clears away what a run left that ended while pip was at work', async () => {
  await withRun(async ({ folder, put, fetch }) => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    put(`downloads/package.${pid}/dest/half.tar.gz`, 'half');
    put('mirror/set.csv', FILE);
    await fetch(dataSet([]), [join(folder, 'mirror')]);
  });
});

test('stops, and asks no other origin, when the disk is full', async () => {
  await withRun(async ({ folder, put, fetch, said }) => {
    put('mirror/set.csv', FILE);
    // a device whose every write fails as one to a full disk does
    await fetch(dataSet([{ url: DEAD }]), [join(folder, 'mirror')], '/dev/full').then(
      () => assert.unreachable(),
      ({ code, path }: NodeJS.ErrnoException) =>
        assert.equal([code, path], ['ENOSPC', '/dev/full']),
    );
    assert.equal(said, []);
  });
});

test.run();
