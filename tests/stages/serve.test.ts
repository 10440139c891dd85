/** The model server as a process: where it listens, how it stops, what is left when it is killed; and replay. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeBundle } from '../../lib/models/bundle.ts';
import { replayRequest } from '../../lib/serving/replay-request.ts';
import { openTestDatabase } from '../support/relations.ts';
import { machine, makeClassBundle } from '../support/served-bundles.ts';
import { withServiceProcess } from '../support/service-process.ts';
import { runStage } from '../support/stage-process.ts';

const test = suite('serve and replay');
const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const database = await openTestDatabase();
const { bundle } = await makeClassBundle(database);
database.close();
writeBundle(join(folder, 'model'), bundle);
test.after(() => rmSync(folder, { recursive: true }));

const ARGS = ['--model', 'model', '--set', 'serve.input.sample_share=1'];
const BODY = JSON.stringify({ dataframe_records: bundle.golden.rows });

async function post(url: string, id: string, body = BODY): Promise<{ predictions: unknown[] }> {
  const headers = { 'content-type': 'application/json', 'x-request-id': id };
  const response = await fetch(`${url}/invocations`, { method: 'POST', headers, body });
  return (await response.json()) as { predictions: unknown[] };
}

test('answers a request that is under way at Ctrl-C, ends with 0; replay gives the same answer', async () => {
  const { code, stdout, stderr } = await withServiceProcess(
    'serve',
    ARGS,
    folder,
    async (url, child) => {
      await post(url, 'before');
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.setEncoding('utf8').write(`POST /invocations HTTP/1.1\r\nhost: a\r\nx-request-id: under-way\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\nexpect: 100-continue\r\n\r\n`); // prettier-ignore
      assert.match(String((await once(socket, 'data'))[0]), '100 Continue');
      child.kill('SIGINT');
      socket.write(BODY);
      assert.match(
        String((await once(socket, 'data'))[0]),
        /^HTTP\/1\.1 200 OK[^]*"predictions":\["fir"/,
      );
      await once(socket, 'close');
    },
  );
  assert.is(code, 0, stderr);
  const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line)); // prettier-ignore
  assert.is(lines.at(-1).n_requests, 2);
  const args = ['under-way', '--model', 'model', '--json'];
  const replayed = runStage('replay', args, folder);
  assert.is(replayed.code, 0, replayed.stderr);
  const { message, same } = JSON.parse(replayed.stdout);
  assert.is(message, 'the same answer by the same model: 6 predictions');
  assert.ok(same);
});

test('says with exit 6 that the port is taken; has a log of whole lines when it is killed', async () => {
  const { stdout } = await withServiceProcess('serve', ARGS, folder, async (url, child) => {
    const { port } = new URL(url);
    const { code, stderr } = runStage('serve', [...ARGS, '--port', port], folder);
    assert.is(code, 6);
    assert.match(stderr, `error E_ENVIRONMENT: serve: 127.0.0.1:${port} must be free; got EADDRINUSE`); // prettier-ignore
    let logged = '';
    child.stdout!.on('data', (text: string) => (logged += text));
    await post(url, 'killed', '[{}]');
    while (!logged.includes('"killed"')) await once(child.stdout!, 'data');
    child.kill('SIGKILL');
  });
  const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line)); // prettier-ignore
  assert.is(lines.at(-1).request_id, 'killed');
  // what stood on standard output is as good as the file, which may lag behind
  const log = join(folder, 'killed.log');
  writeFileSync(log, stdout);
  const files = { log, model: join(folder, 'model') };
  const { message } = await replayRequest(['killed'], files, { maxRows: 10, machine });
  assert.match(message, /^the same answer by the same model: 400 the rows must be .* got 5 faults/);
});

test.run();
