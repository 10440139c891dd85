import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Refusal, Unreachable, createTrackingClient } from '../../../lib/tracking/client.ts';
import type { TrackingClient } from '../../../lib/tracking/client.ts';

type Answer = readonly [status: number, body: string];

/** A client of a server that gives `answers` one after another; resolves to the requests that came. */
async function ask(
  answers: readonly Answer[],
  use: (client: TrackingClient) => Promise<unknown>,
): Promise<string[]> {
  const requests: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const [status, body] = answers[requests.length];
    requests.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => response.writeHead(status).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await use(createTrackingClient(`http://127.0.0.1:${port}/`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return requests;
}
const errorOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => assert.unreachable('no error') as never,
    (error: Error) => error,
  );

const test = suite('tracking client');

test('asks again where the server is in trouble, and gives its answer', async () => {
  let answer = {};
  const requests = await ask([[503, ''], [200, '{"a":1}']], async (client) => {
    answer = await client.post('runs/create', {});
  }); // prettier-ignore
  assert.equal(answer, { a: 1 });
  assert.equal(requests, ['POST /api/2.0/mlflow/runs/create', 'POST /api/2.0/mlflow/runs/create']);
});

test('takes no for an answer, with the code and the sentence of MLflow', async () => {
  const no = '{"error_code":"INVALID_PARAMETER_VALUE","message":"too long"}';
  const requests = await ask([[400, no]], async (client) => {
    const error = await errorOf(client.post('runs/log-batch', {}));
    assert.instance(error, Refusal);
    assert.is((error as Refusal).code, 'INVALID_PARAMETER_VALUE');
    assert.match(error.message, 'too long');
  });
  assert.is(requests.length, 1);
});

test('names the status where no MLflow answers', async () => {
  await ask([[404, '<html>']], async (client) => {
    const error = await errorOf(client.get('runs/get', { run_id: 'x' }));
    assert.is((error as Refusal).code, 'HTTP 404');
  });
});

test('gives up with Unreachable where nobody listens', async () => {
  const error = await errorOf(createTrackingClient('http://127.0.0.1:9').get('runs/get', {}));
  assert.instance(error, Unreachable);
  assert.match(error.message, 'http://127.0.0.1:9 gave no answer: ');
});

test('escapes what a path of artifacts has, but for its slashes', async () => {
  const requests = await ask([[200, '{}']], (client) =>
    client.putArtifact('1/run/plots/a b#1.html', { text: 'x' }),
  );
  assert.equal(requests, ['PUT /api/2.0/mlflow-artifacts/artifacts/1/run/plots/a%20b%231.html']);
});

test.run();
