/** The service as a process: where it listens, what it writes, how it stops. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withServiceProcess } from '../support/service-process.ts';
import { inTemporaryFolder, PROJECT, runStage } from '../support/stage-process.ts';
import type { StageOutcome } from '../support/stage-process.ts';

const test = suite('serve-sales');

const VEGETABLES = ['--vegetables', join(PROJECT, 'data/vegetables.yaml')];
const HEADERS = { 'content-type': 'application/json', 'x-request-id': 'by-hand' };
const ROW = { year_week: 202_001, vegetable: 'leek', sales: 3 };

const serve = (
  folder: string,
  use: Parameters<typeof withServiceProcess>[3],
): Promise<StageOutcome> => withServiceProcess('serve-sales', VEGETABLES, folder, use);

test('keeps what it was sent over a stop, and writes nothing but JSON lines, the result as the last', async () => {
  await inTemporaryFolder(async (folder) => {
    const body = JSON.stringify([ROW]);
    const { code, stdout, stderr } = await serve(folder, async (url) => {
      await fetch(`${url}/post_sales`, { method: 'POST', headers: HEADERS, body });
    });
    assert.is(code, 0, stderr);
    assert.match(stderr, /^listening on http:\/\/127\.0\.0\.1:\d+, its page at .*\/docs\n$/m);
    const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line)); // prettier-ignore
    const request = lines.find(({ msg }) => msg === 'request');
    assert.equal([request.request_id, request.status, request.n_new], ['by-hand', 200, 1]);
    assert.equal([lines.at(-1).message, lines.at(-1).n_requests], ['stopped after 1 requests', 1]);
    const file = readFileSync(join(folder, 'logs/serve-sales.log'), 'utf8').trimEnd().split('\n');
    assert.equal(file, stdout.trimEnd().split('\n').slice(0, -1));

    await serve(folder, async (url) => {
      assert.equal(await (await fetch(`${url}/get_raw_sales`)).json(), [ROW]);
    });
  });
});

test('finishes a request that is under way when it is told to stop, takes no other, and ends with 0', async () => {
  await inTemporaryFolder(async (folder) => {
    const body = JSON.stringify([ROW]);
    const { code, stderr } = await serve(folder, async (url, child) => {
      const port = Number(new URL(url).port);
      const socket = connect(port, '127.0.0.1');
      socket.setEncoding('utf8').write(`POST /post_sales HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`); // prettier-ignore
      assert.match(String((await once(socket, 'data'))[0]), '100 Continue');
      child.kill('SIGTERM');
      while (await answers(url));
      child.kill('SIGTERM');
      socket.write(body);
      const answer = String((await once(socket, 'data'))[0]);
      assert.match(answer, /^HTTP\/1\.1 200 OK/);
      assert.match(answer, '"n_new":1');
      await once(socket, 'close');
    });
    assert.is(code, 0, stderr);
  });
});

/** Whether a new connection is taken. */
async function answers(url: string): Promise<boolean> {
  return await fetch(`${url}/health`, { headers: { connection: 'close' } }).then(
    () => true,
    () => false,
  );
}

test('says with exit 6 that the port is taken; stays and stops well when its reader is gone', async () => {
  await inTemporaryFolder(async (folder) => {
    const { code: first, stderr: said } = await serve(folder, async (url, child) => {
      child.stdout!.destroy();
      const { port } = new URL(url);
      await inTemporaryFolder((other) => {
        const { code, stderr } = runStage('serve-sales', [...VEGETABLES, '--port', port], other);
        assert.is(code, 6);
        assert.match(stderr, `error E_ENVIRONMENT: serve-sales: 127.0.0.1:${port} must be free; got EADDRINUSE`); // prettier-ignore
        assert.match(stderr, 'hint: choose another address with --host and --port');
      });
      assert.ok(await answers(url));
    });
    assert.is(first, 0, said);
  });
});

test('says with exit 2 that no password belongs into its parameters, and writes none down', async () => {
  await inTemporaryFolder((folder) => {
    const set = 'serve-sales.location=postgresql://me:secret@127.0.0.1/sales';
    const { code, stderr } = runStage('serve-sales', [...VEGETABLES, '--set', set], folder);
    assert.is(code, 2);
    assert.match(stderr, 'serve-sales.location must not hold a password');
    const log = readFileSync(join(folder, 'logs/timberline.log'), 'utf8');
    assert.match(log, '***@127.0.0.1');
    assert.not.match(stderr + log, 'secret');
  });
});

test.run();
