import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { serveFile, sizeOfPart, withServer } from '../support/file-server.ts';
import { inTemporaryFolder, runStage, startStage } from '../support/stage-process.ts';

const FILE = Buffer.from(`a,b\n${'1,2\n'.repeat(100_000)}`);
const ETAG = '"version-1"';

/** Writes a catalogue of one set, which mirrors have as set.csv and `url` serves. */
function putCatalogue(folder: string, url: string): void {
  const sha256 = createHash('sha256').update(FILE).digest('hex');
  writeFileSync(
    join(folder, 'catalogue.yaml'),
    `covertype:
  title: A set
  licence: CC0
  citation: Nobody
  file: { bytes: ${FILE.length}, rows: 100000, sha256: ${sha256} }
  columns:
    - { name: 'a', kind: numeric, role: feature }
    - { name: b, kind: numeric, role: target }
  mirror: [set.csv]
  sources: [{ url: '${url}' }]
`,
  );
}

const ARGS = ['--catalogue', 'catalogue.yaml', '--out', 'raw/set.csv', '--about', 'raw/set.json'];
const mirrors = (...folders: string[]): string[] => [
  '--set',
  `fetch.mirrors=${JSON.stringify(folders)}`,
];

const test = suite('stage fetch');

test('writes the same bytes whatever the origin, and says which it was to stderr and the log alone', async () => {
  await withServer(
    (request, response) => serveFile(request, response, FILE, ETAG),
    async ({ url }) => {
      await inTemporaryFolder(async (folder) => {
        putCatalogue(folder, url);
        mkdirSync(join(folder, 'mirror'));
        writeFileSync(join(folder, 'mirror', 'set.csv'), FILE);
        const abouts = [];
        for (const [place, origin] of [
          ['mirror', 'mirror/set.csv'],
          ['nowhere', url],
        ]) {
          const { outcome } = startStage('fetch', [...ARGS, ...mirrors(place)], folder);
          const { code, stdout, stderr } = await outcome;
          assert.is(code, 0, stderr);
          assert.match(
            stdout,
            /^fetch: covertype, 100000 rows x 2 columns, checksum verified, CC0 \(.+\)\n$/,
          );
          assert.match(stderr, `covertype: from ${origin}\n`);
          assert.match(readFileSync(join(folder, 'logs/timberline.log'), 'utf8'), `from ${origin}`);
          assert.ok(FILE.equals(readFileSync(join(folder, 'raw/set.csv'))));
          abouts.push(readFileSync(join(folder, 'raw/set.json'), 'utf8'));
          assert.equal(readdirSync(join(folder, 'raw')), ['set.csv', 'set.json']);
        }
        assert.is(abouts[0], abouts[1]);
        assert.is(JSON.parse(abouts[0]).licence, 'CC0');
      });
    },
  );
});

test('killed half-way leaves the old file, and the next run goes on from there', async () => {
  const half = FILE.length / 2;
  await withServer(
    (request, response, nth) => {
      if (nth > 1) return serveFile(request, response, FILE, ETAG);
      response.writeHead(200, { 'content-length': FILE.length, etag: ETAG });
      response.write(FILE.subarray(0, half));
    },
    async ({ url, ranges }) => {
      await inTemporaryFolder(async (folder) => {
        putCatalogue(folder, url);
        mkdirSync(join(folder, 'raw'));
        writeFileSync(join(folder, 'raw/set.csv'), 'old');
        const { child, outcome } = startStage('fetch', [...ARGS, ...mirrors()], folder);
        const parts = join(folder, 'checkpoints/fetch.downloads');
        while (sizeOfPart(parts) < half) {
          assert.is(child.exitCode, null);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        child.kill('SIGKILL');
        await outcome;
        assert.is(readFileSync(join(folder, 'raw/set.csv'), 'utf8'), 'old');
        const rerun = await startStage('fetch', [...ARGS, ...mirrors()], folder).outcome;
        assert.is(rerun.code, 0, rerun.stderr);
        assert.ok(FILE.equals(readFileSync(join(folder, 'raw/set.csv'))));
        assert.equal(readdirSync(join(folder, 'raw')), ['set.csv', 'set.json']);
        assert.equal(readdirSync(parts), []);
        assert.equal(ranges, [null, `bytes=${half}-`]);
      });
    },
  );
});

test('ends with 130 on Ctrl-C and leaves no half file', async () => {
  let started = (): void => {};
  const isStarted = new Promise<void>((resolve) => (started = resolve));
  await withServer(
    (_request, response) => {
      response.writeHead(200, { 'content-length': FILE.length, etag: ETAG });
      response.write(FILE.subarray(0, 1000), started);
    },
    async ({ url }) => {
      await inTemporaryFolder(async (folder) => {
        putCatalogue(folder, url);
        const { child, outcome } = startStage('fetch', [...ARGS, ...mirrors()], folder);
        await isStarted;
        child.kill('SIGINT');
        const { code, stdout } = await outcome;
        assert.is(code, 130);
        assert.is(stdout, '');
        assert.equal(readdirSync(join(folder, 'raw')), []);
      });
    },
  );
});

test('runs twice at once without harm', async () => {
  await withServer(
    (request, response) => serveFile(request, response, FILE, ETAG),
    async ({ url }) => {
      await inTemporaryFolder(async (folder) => {
        putCatalogue(folder, url);
        const runs = [0, 1].map(() => startStage('fetch', [...ARGS, ...mirrors()], folder).outcome);
        for (const { code, stderr } of await Promise.all(runs)) assert.is(code, 0, stderr);
        assert.ok(FILE.equals(readFileSync(join(folder, 'raw/set.csv'))));
        assert.equal(readdirSync(join(folder, 'raw')), ['set.csv', 'set.json']);
        assert.equal(readdirSync(join(folder, 'checkpoints/fetch.downloads')), []);
      });
    },
  );
});

test('answers with exit 6, every origin with its reason and what to do, when none has the file', async () => {
  await withServer(
    (_request, response) => void response.end('wrong'),
    async ({ url }) => {
      await inTemporaryFolder(async (folder) => {
        putCatalogue(folder, url);
        const { code, stdout, stderr } = await startStage(
          'fetch',
          [...ARGS, ...mirrors('nowhere')],
          folder,
        ).outcome;
        assert.is(code, 6);
        assert.is(stdout, '');
        assert.match(
          stderr,
          `error E_ENVIRONMENT: covertype must come from one of its origins; got
  nowhere: no set.csv
  ${url}: must be ${FILE.length} bytes; got 5
hint: put set.csv into a folder of fetch.mirrors, or let this machine reach one of them; behind a proxy set HTTPS_PROXY and PIP_INDEX_URL
`,
        );
        assert.equal(readdirSync(join(folder, 'raw')), []);
      });
    },
  );
});

test('answers an unknown data set with exit 2 and a broken catalogue with exit 3', async () => {
  await inTemporaryFolder((folder) => {
    putCatalogue(folder, 'http://127.0.0.1:2');
    const unknown = runStage('fetch', [...ARGS, '--set', 'fetch.dataset=covertipe'], folder);
    assert.is(unknown.code, 2);
    assert.match(unknown.stderr, 'got covertipe; did you mean covertype?');
    writeFileSync(join(folder, 'catalogue.yaml'), '');
    const broken = runStage('fetch', ARGS, folder);
    assert.is(broken.code, 3);
    assert.match(broken.stderr, 'catalogue.yaml:1 must be a map; got null');
  });
});

test.run();
