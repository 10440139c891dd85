import { getEventListeners } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sendHttp } from '../../../lib/tracking/http.ts';

const test = suite('requests to a tracking server');

test('reject and are closed when the file they send cannot be read', async () => {
  const server = createServer((request) => request.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { signal } = new AbortController();
  try {
    // a folder has a size, and cannot be read
    const request = { method: 'PUT', body: { file: tmpdir() }, signal };
    const error = await sendHttp(`http://127.0.0.1:${port}/`, request).then(
      () => null,
      (e: NodeJS.ErrnoException) => e,
    );
    assert.is(error?.code, 'EISDIR');
    await setImmediate();
    // a request that is open listens for its end
    assert.is(getEventListeners(signal, 'abort').length, 0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.run();
