import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { download } from '../../../lib/data/fetch-download.ts';
import type { FetchContext } from '../../../lib/data/fetch.ts';
import { serveFile, sizeOfPart, withServer } from '../../support/file-server.ts';
import type { Answer, FileServer } from '../../support/file-server.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';
import { showNoProgress } from '../../../lib/progress.ts';

const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 251));
const HALF = CONTENT.length / 2;
const ETAG = '"version-1"';
const PATIENCE = { stallSeconds: 10, maxTries: 3, waitSeconds: 0.001 };

interface Run {
  readonly said: readonly string[];
  readonly downloads: string;
  get(url: string, patience?: Partial<typeof PATIENCE>): Promise<Buffer>;
}

/** Sends half of the file, and drops the connection once it has arrived on the disk. */
type BreakOff = (response: ServerResponse, headers: Readonly<Record<string, string>>) => void;

async function withRun(
  answer: (...args: [...Parameters<Answer>, BreakOff]) => void,
  use: (server: FileServer, run: Run) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const said: string[] = [];
    const downloads = join(folder, 'fetch');
    const context: FetchContext = {
      log: {
        info: (message) => said.push(message),
        warn: () => {},
        record: () => {},
        crash: () => {},
      },
      progress: showNoProgress,
      signal: new AbortController().signal,
      downloads,
    };
    const get: Run['get'] = async (url, patience) =>
      readFileSync(await download('set', url, context, { ...PATIENCE, ...patience }));
    const breakOff: BreakOff = (response, headers) => {
      response.writeHead(200, { 'content-length': CONTENT.length, ...headers });
      response.write(CONTENT.subarray(0, HALF));
      const drop = (): void => {
        if (sizeOfPart(downloads) < HALF) setTimeout(drop, 5);
        else response.destroy();
      };
      drop();
    };
    await withServer(
      (request, response, nth) => answer(request, response, nth, breakOff),
      (server) => use(server, { said, downloads, get }),
    );
  });
}

/** What a run with the process id `pid` left of its download of `url`. */
function leave(
  downloads: string,
  url: string,
  pid: number,
  part: Buffer,
  validator?: string,
): void {
  const key = createHash('sha256').update(url).digest('hex').slice(0, 16);
  mkdirSync(downloads, { recursive: true });
  writeFileSync(join(downloads, `${key}.${pid}.part`), part);
  if (validator) writeFileSync(join(downloads, `${key}.${pid}.validator`), validator);
}

const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

const test = suite('download');

test('writes the bytes of the file, and nothing else stays beside it', async () => {
  await withRun(
    (request, response) => serveFile(request, response, CONTENT, ETAG),
    async ({ url, ranges }, { get, downloads }) => {
      assert.ok(CONTENT.equals(await get(url)));
      assert.equal(ranges, [null]);
      assert.is(readdirSync(downloads).length, 1);
    },
  );
});

test('goes on where the connection broke off', async () => {
  await withRun(
    (request, response, nth, breakOff) => {
      if (nth === 1) breakOff(response, { etag: ETAG });
      else serveFile(request, response, CONTENT, ETAG);
    },
    async ({ url, ranges }, { get, said }) => {
      assert.ok(CONTENT.equals(await get(url)));
      assert.equal(ranges, [null, `bytes=${HALF}-`]);
      assert.match(said[0], /^set: http.+ broke off \(.+\), trying again$/);
    },
  );
});

test('takes Last-Modified where there is no strong ETag', async () => {
  const modified = 'Sun, 01 Nov 2026 08:00:00 GMT';
  await withRun(
    (request, response, nth, breakOff) => {
      if (nth === 1) breakOff(response, { etag: 'W/"weak"', 'last-modified': modified });
      else serveFile(request, response, CONTENT, modified);
    },
    async ({ url, ranges }, { get }) => {
      assert.ok(CONTENT.equals(await get(url)));
      assert.equal(ranges, [null, `bytes=${HALF}-`]);
    },
  );
});

test('starts again when the server has another file now', async () => {
  const other = Buffer.from('another file');
  await withRun(
    (request, response, nth, breakOff) => {
      if (nth === 1) breakOff(response, { etag: ETAG });
      else serveFile(request, response, other, '"version-2"');
    },
    async ({ url }, { get }) => assert.ok(other.equals(await get(url))),
  );
});

test('starts again when the server answers with a range that was not asked for', async () => {
  await withRun(
    (request, response, nth, breakOff) => {
      if (nth === 1) breakOff(response, { etag: ETAG });
      else if (nth === 2) {
        response.writeHead(206, { 'content-range': `bytes 5-9/${CONTENT.length}` });
        response.end(CONTENT.subarray(5, 10));
      } else serveFile(request, response, CONTENT, ETAG);
    },
    async ({ url, ranges }, { get }) => {
      assert.ok(CONTENT.equals(await get(url)));
      assert.equal(ranges, [null, `bytes=${HALF}-`, null]);
    },
  );
});

test('starts again where nothing tells whether the file is the same', async () => {
  await withRun(
    (_request, response, nth, breakOff) => {
      if (nth === 1) breakOff(response, {});
      else response.end(CONTENT);
    },
    async ({ url, ranges }, { get }) => {
      assert.ok(CONTENT.equals(await get(url)));
      assert.equal(ranges, [null, null]);
    },
  );
});

test('counts a connection without a byte for a while as lost', async () => {
  await withRun(
    (request, response, nth) => {
      if (nth > 1) return serveFile(request, response, CONTENT, ETAG);
      response.writeHead(200, { 'content-length': CONTENT.length, etag: ETAG });
      response.write(CONTENT.subarray(0, HALF));
    },
    async ({ url, ranges }, { get, said }) => {
      assert.ok(CONTENT.equals(await get(url, { stallSeconds: 1 })));
      assert.equal(ranges, [null, `bytes=${HALF}-`]);
      assert.match(said[0], 'broke off (no byte for 1 s)');
    },
  );
});

test('waits for a slow server as long as bytes come', async () => {
  const N_PARTS = 8;
  await withRun(
    (_request, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length, etag: ETAG });
      const size = CONTENT.length / N_PARTS;
      const send = (i: number): void => {
        if (i === N_PARTS) return void response.end();
        response.write(CONTENT.subarray(i * size, (i + 1) * size));
        setTimeout(send, 300, i + 1);
      };
      send(0);
    },
    async ({ url, ranges }, { get }) => {
      // 2.4 s in all, never longer than 0.3 s without a byte
      assert.ok(CONTENT.equals(await get(url, { stallSeconds: 2 })));
      assert.equal(ranges, [null]);
    },
  );
});

test('asks a busy server again, at most maxTries times, and keeps what it has', async () => {
  await withRun(
    (_request, response, nth, breakOff) => {
      if (nth === 1) breakOff(response, { etag: ETAG });
      else response.writeHead(503).end();
    },
    async ({ url, ranges }, { get, downloads }) => {
      await get(url).then(
        () => assert.unreachable(),
        (error: Error) => {
          assert.is(error.message, 'HTTP 503 Service Unavailable');
        },
      );
      assert.is(ranges.length, PATIENCE.maxTries);
      assert.is(readdirSync(downloads).length, 2, 'the part and its validator');
    },
  );
});

test('does not ask twice for what is not there, and leaves nothing', async () => {
  await withRun(
    (_request, response) => void response.writeHead(404).end(),
    async ({ url, ranges }, { get, downloads }) => {
      await get(url).then(
        () => assert.unreachable(),
        (error: Error) => {
          assert.is(error.message, 'HTTP 404 Not Found');
        },
      );
      assert.is(ranges.length, 1);
      assert.equal(readdirSync(downloads), []);
    },
  );
});

test('goes on with what a killed run left, also when that was all of it', async () => {
  for (const size of [HALF, CONTENT.length]) {
    await withRun(
      (request, response) => serveFile(request, response, CONTENT, ETAG),
      async ({ url, ranges }, { get, downloads }) => {
        leave(downloads, url, deadPid(), CONTENT.subarray(0, size), ETAG);
        assert.ok(CONTENT.equals(await get(url)));
        assert.equal(ranges, [`bytes=${size}-`]);
        assert.is(readdirSync(downloads).length, 1);
      },
    );
  }
});

test('leaves the download of a living run alone', async () => {
  await withRun(
    (request, response) => serveFile(request, response, CONTENT, ETAG),
    async ({ url, ranges }, { get, downloads }) => {
      leave(downloads, url, process.ppid, CONTENT.subarray(0, HALF), ETAG);
      assert.ok(CONTENT.equals(await get(url)));
      assert.equal(ranges, [null]);
      assert.is(readdirSync(downloads).length, 3);
    },
  );
});

test('throws away what a killed run left without a validator', async () => {
  await withRun(
    (request, response) => serveFile(request, response, CONTENT, ETAG),
    async ({ url, ranges }, { get, downloads }) => {
      leave(downloads, url, deadPid(), Buffer.from('of unknown age'));
      assert.ok(CONTENT.equals(await get(url)));
      assert.equal(ranges, [null]);
      assert.is(readdirSync(downloads).length, 1);
    },
  );
});

test.run();
