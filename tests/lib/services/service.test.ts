import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { requestError } from '../../../lib/services/error-replies.ts';
import { addFacts } from '../../../lib/services/service.ts';
import { SERVICE_DEFAULTS, sendRaw, withService } from '../../support/service.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';
import type { FastifyInstance } from 'fastify';
import type { Service } from '../../../lib/services/service.ts';
import type { ServiceParams } from '../../../lib/services/service-params.ts';

const test = suite('a service');

/** Answers /echo with what it was sent, /bug with a bug, /full with a refusal. */
function echo(params: Partial<ServiceParams> = {}): Service {
  return {
    name: 'echo',
    title: 'Echo',
    description: 'Answers with what it was sent.',
    version: '1.2.3',
    params: { ...SERVICE_DEFAULTS, ...params },
    routes(app) {
      app.post('/echo', async (request) => {
        addFacts(request, { input: request.body });
        return { body: request.body };
      });
      app.get('/bug', async () => {
        throw new TypeError('secret of the inside');
      });
      app.get('/full', async () => {
        throw requestError(422, 'it must be less', [{ index: 3, reason: 'too much' }]);
      });
    },
    isReady: () => false,
    about: () => ({ model: 'abc' }),
  };
}

const post = (
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
): Promise<Response> =>
  fetch(`${url}/echo`, { method: 'POST', body, headers: { 'content-type': type } });

test('answers with the id it was given, and makes one up for what could do harm', async () => {
  await withService(echo(), async ({ app, requests }) => {
    const ask = async (id?: string): Promise<string> => {
      const headers = id === undefined ? {} : { 'x-request-id': id };
      const { headers: back } = await app.inject({ url: '/version', headers });
      return String(back['x-request-id']);
    };
    assert.is(await ask('order-17_b'), 'order-17_b');
    const ids = [await ask(), await ask('../../etc/passwd'), await ask('a b'), await ask('x'.repeat(65))]; // prettier-ignore
    for (const id of ids) assert.match(id, /^[\w-]{1,64}$/);
    assert.is(new Set(ids).size, 4);
    assert.equal(
      requests().map(({ request_id, refused_request_id }) => [request_id, refused_request_id]),
      [['order-17_b', undefined], [ids[0], undefined], ...ids.slice(1).map((id) => [id, true])],
    );
  });
});

test('refuses a header with a line break inside, and says so in the log', async () => {
  await withService(echo(), async ({ port, lines }) => {
    const answer = await sendRaw(
      port,
      'GET /version HTTP/1.1\r\nhost: a\r\nx-request-id: a\rset-cookie: b=c\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.not.match(answer, 'set-cookie');
    assert.is(lines.at(-1)!.msg, 'refused');
    assert.is(lines.at(-1)!.status, 400);
  });
});

test('writes one line for each request: method, address, route, status, time, memory, facts', async () => {
  await withService(echo(), async ({ url, requests }) => {
    await post(url, '{"a":1}');
    const [line] = requests();
    assert.is(requests().length, 1);
    assert.equal(
      [line.msg, line.method, line.url, line.route, line.status, line.input],
      ['request', 'POST', '/echo', '/echo', 200, { a: 1 }],
    );
    for (const key of ['response_time_ms', 'rss_mb', 'cpu_percent']) {
      assert.type(line[key], 'number', key);
    }
  });
});

test('hides what the log must not tell', async () => {
  const log = { ...SERVICE_DEFAULTS.log, redact: ['input.email'] };
  await withService(echo({ log }), async ({ url, requests }) => {
    await post(url, '{"email":"a@b.c","age":3}');
    assert.equal(requests()[0].input, { email: '[Redacted]', age: 3 });
  });
});

test('answers a bug with 500 that shows nothing of the inside, which the log does', async () => {
  await withService(echo(), async ({ url, lines }) => {
    const response = await fetch(`${url}/bug`);
    const text = await response.text();
    assert.is(response.status, 500);
    assert.not.match(text, 'secret');
    assert.equal(JSON.parse(text), {
      statusCode: 500,
      error: 'Internal Server Error',
      message: 'the service failed; its log says why',
      request_id: response.headers.get('x-request-id'),
    });
    assert.match(
      String((lines.find(({ msg }) => msg === 'failed')!.err as { stack: string }).stack),
      'secret of the inside',
    );
    assert.is((await fetch(`${url}/health`)).status, 200);
  });
});

test('answers a refusal with its reasons', async () => {
  await withService(echo(), async ({ url }) => {
    const response = await fetch(`${url}/full`);
    const { message, details } = (await response.json()) as Record<string, unknown>;
    assert.equal(
      [response.status, message, details],
      [422, 'it must be less', [{ index: 3, reason: 'too much' }]],
    );
  });
});

test('refuses bodies that are too long, too deep, no JSON or of another type, and stays alive', async () => {
  await withService(echo({ bodyLimit: 1000 }), async ({ url, requests }) => {
    const statuses: number[] = [];
    for (const [body, type] of [
      [`"${'a'.repeat(999)}"`],
      ['['.repeat(33) + ']'.repeat(33)],
      ['{"a": '],
      ['{}', 'application/x-www-form-urlencoded'],
      ['{}', 'text/plain'],
      ['{}', 'no type'],
    ]) {
      statuses.push((await post(url, body, type)).status);
    }
    assert.equal(statuses, [413, 400, 400, 415, 415, 415]);
    assert.equal(requests().map(({ level, status }) => [level, status]), statuses.map((s) => [40, s])); // prettier-ignore
    assert.is((await post(url, '['.repeat(32) + ']'.repeat(32))).status, 200);
  });
});

test('takes UTF-8 alone, with or without a byte order mark, and says so', async () => {
  await withService(echo(), async ({ url }) => {
    const utf8 = new TextEncoder().encode('\uFEFF"Céleri"');
    for (const type of ['', '; charset=utf-8', ';charset="UTF-8"', '; charset=utf8']) {
      const answer = await post(url, utf8, `application/json${type}`);
      assert.equal(await answer.json(), { body: 'Céleri' }, type);
    }
    const latin1 = Uint8Array.from(Buffer.from('"Céleri"', 'latin1'));
    for (const [type, status, message] of [
      ['application/json', 400, 'the body must be UTF-8'],
      [
        'application/json; charset=iso-8859-1',
        415,
        'the charset of the body must be utf-8; got iso-8859-1',
      ],
    ] as const) {
      const answer = await post(url, latin1, type);
      assert.is(answer.status, status);
      assert.is(((await answer.json()) as { message: string }).message, message);
    }
  });
});

test('takes brackets inside of a string for text', async () => {
  await withService(echo(), async ({ url }) => {
    const body = { path: 'c:\\', text: `${'['.repeat(50)} " ${'{'.repeat(50)}` };
    assert.equal(await (await post(url, JSON.stringify(body))).json(), { body });
    const deep = `{"path":"c:\\\\","deep":${'['.repeat(40)}${']'.repeat(40)}}`;
    assert.is((await post(url, deep)).status, 400);
  });
});

test('does not let a body reach into prototypes', async () => {
  await withService(echo(), async ({ url }) => {
    const body = '{"__proto__":{"polluted":1}}';
    assert.is(await (await post(url, body)).text(), `{"body":${body}}`);
    assert.is(({} as { polluted?: number }).polluted, undefined);
  });
});

test('refuses a request that comes in too slowly, and answers others meanwhile', async () => {
  await withService(echo({ requestTimeoutSeconds: 1 }), async ({ url, port, lines }) => {
    const head = 'POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
    const slow = [sendRaw(port, head), sendRaw(port, `${head}content-length: 9\r\n\r\n{"a`)];
    assert.is((await fetch(`${url}/health`)).status, 200);
    for (const answer of await Promise.all(slow)) assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.is(lines.filter(({ msg, status }) => msg === 'refused' && status === 408).length, 2);
  });
});

test('refuses headers that are too long, and what is no HTTP', async () => {
  await withService(echo(), async ({ port }) => {
    const long = `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`;
    assert.match(await sendRaw(port, long), /^HTTP\/1\.1 431 /);
    assert.match(await sendRaw(port, '\x16\x03\x01 hello\r\n\r\n'), /^HTTP\/1\.1 400 /);
  });
});

test('says 404 for what is nowhere, paths out of it too, and 405 with what an address takes', async () => {
  await withService(echo(), async ({ app }) => {
    for (const url of [
      '/nothing',
      '/../../etc/passwd',
      '/docs/static/..%2f..%2fpackage.json',
      '/docs/%2e%2e/%2e%2e/package.json',
    ]) {
      assert.is((await app.inject({ url })).statusCode, 404, url);
    }
    const wrong = await app.inject({ method: 'DELETE', url: '/echo/?a=1' });
    assert.equal([wrong.statusCode, wrong.headers.allow], [405, 'POST']);
  });
});

test('takes addresses with and without a slash at the end', async () => {
  await withService(echo(), async ({ app }) => {
    for (const url of ['/version', '/version/'])
      assert.is((await app.inject({ url })).statusCode, 200);
  });
});

test('tells health, readiness, version and what it says of itself', async () => {
  await withService(echo(), async ({ app }) => {
    const health = (await app.inject({ url: '/health' })).json();
    assert.is(health.status, 'healthy');
    assert.ok(health.memory_usage > 10 && health.memory_usage < 4000);
    assert.is((await app.inject({ url: '/ready' })).statusCode, 503);
    const { service, version, model } = (await app.inject({ url: '/version' })).json();
    assert.equal([service, version, model], ['echo', '1.2.3', 'abc']);
  });
});

test('measures each route, and gives what leads nowhere one name', async () => {
  await withService(echo(), async ({ url }) => {
    await post(url, '{}');
    await fetch(`${url}/a`);
    await fetch(`${url}/b`);
    const text = await (await fetch(`${url}/metrics`)).text();
    const count = 'http_request_duration_seconds_count';
    assert.match(text, `${count}{method="POST",route="/echo",status_code="200"} 1`);
    assert.match(text, `${count}{method="GET",route="unknown",status_code="404"} 2`);
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ]) {
      assert.match(text, new RegExp(`^${name} [\\d.e+-]+$`, 'm'));
    }
  });
});

test('sends headers that keep a browser from making more of an answer', async () => {
  await withService(echo(), async ({ url }) => {
    for (const path of ['/version', '/nothing', '/bug']) {
      const { headers } = await fetch(url + path);
      assert.is(headers.get('x-content-type-options'), 'nosniff', path);
      assert.match(headers.get('content-security-policy')!, "default-src 'none'", path);
    }
    const page = await fetch(`${url}/docs/`);
    assert.match(await page.text(), 'swagger-ui');
    assert.match(page.headers.get('content-security-policy')!, "default-src 'self'");
  });
});

test('asks for the token everywhere but at probes and the page, in a header alone', async () => {
  await inTemporaryFolder(async (folder) => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, '0123456789abcdef\n');
    await withService(echo({ tokenFile }), async ({ app }) => {
      const ask = async (url: string, authorization?: string): Promise<number> =>
        (await app.inject({ url, headers: authorization ? { authorization } : {} })).statusCode;
      for (const url of ['/version', '/metrics', '/nothing', '/version?token=0123456789abcdef']) {
        assert.is(await ask(url), 401, url);
      }
      assert.is(await ask('/version', 'Bearer 0123456789abcdeg'), 401);
      assert.is(await ask('/version', 'Bearer 0123456789abcdef'), 200);
      assert.is(await ask('/version', 'bearer  0123456789abcdef'), 200);
      assert.is(await ask('/version', 'Basic 0123456789abcdef'), 401);
      const { headers } = await app.inject({ url: '/version' });
      assert.is(headers['www-authenticate'], 'Bearer');
      for (const url of ['/health', '/docs/', '/openapi.json']) assert.is(await ask(url), 200, url);
      assert.is(await ask('/ready'), 503);
    });
  });
});

test('does not start without the token it was told of', async () => {
  for (const [params, message] of [
    [
      { tokenEnv: 'TIMBERLINE_NO_SUCH' },
      'the environment variable TIMBERLINE_NO_SUCH must hold a token of at least 16 characters; got nothing',
    ],
    [{ tokenEnv: 'A', tokenFile: 'b' }, 'token_env and token_file must not both be set'],
  ] as const) {
    try {
      await withService(echo(params), async () => assert.unreachable());
    } catch (error) {
      assert.is((error as Error).message, message);
    }
  }
});

test('limits what one address may ask for in a minute, probes aside', async () => {
  await withService(echo({ rateLimit: 2 }), async ({ app }) => {
    const ask = async (url: string): Promise<number> => (await app.inject({ url })).statusCode;
    assert.equal([await ask('/version'), await ask('/version'), await ask('/version')], [200, 200, 429]); // prettier-ignore
    assert.is(await ask('/health'), 200);
  });
});

test('counts wrong tokens and addresses that lead nowhere or cannot be read, and exempts what watches', async () => {
  await inTemporaryFolder(async (folder) => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, '0123456789abcdef');
    for (const url of ['/version', '/nothing', '/%ff']) {
      await withService(echo({ rateLimit: 2, tokenFile }), async ({ app }) => {
        const ask = async (): Promise<number> => (await app.inject({ url })).statusCode;
        assert.equal([await ask(), await ask(), await ask()], [401, 401, 429], url);
        const headers = { authorization: 'Bearer 0123456789abcdef' };
        for (const open of ['/metrics', '/health', '/metrics']) {
          assert.is((await app.inject({ url: open, headers })).statusCode, 200, open);
        }
      });
    }
  });
  await withService(echo({ rateLimit: 1 }), async ({ app }) => {
    const ask = async (url: string): Promise<number> => (await app.inject({ url })).statusCode;
    assert.equal([await ask('/nothing'), await ask('/elsewhere')], [404, 429]);
  });
});

test('answers an address that cannot be read as any other: id, headers, a line of log, a series', async () => {
  await withService(echo(), async ({ url, port, requests }) => {
    for (const [i, path] of ['/%', '/%ff?a=1', '/docs/static/%c3'].entries()) {
      const answer = await sendRaw(port, `GET ${path} HTTP/1.1\r\nhost: a\r\nx-request-id: id-${i}\r\nconnection: close\r\n\r\n`); // prettier-ignore
      assert.match(answer, /^HTTP\/1\.1 400 /, path);
      assert.match(answer, `x-request-id: id-${i}`);
      assert.match(answer, 'x-content-type-options: nosniff');
      assert.match(answer, `"error":"Bad Request","message":"the address must be percent-encoded UTF-8","request_id":"id-${i}"`); // prettier-ignore
      const { request_id, url: logged, status } = requests()[i];
      assert.equal([request_id, logged, status], [`id-${i}`, path, 400]);
    }
    const text = await (await fetch(`${url}/metrics`)).text();
    assert.match(text, 'seconds_count{method="GET",route="unknown",status_code="400"} 3');
  });
});

test('refuses in the same shape what comes while it stops, and finishes what came before', async () => {
  const [begun, released] = [Promise.withResolvers<null>(), Promise.withResolvers<null>()];
  const routes = (app: FastifyInstance): void => {
    app.get('/slow', async () => {
      begun.resolve(null);
      await released.promise;
      return 'finished';
    });
  };
  await withService({ ...echo(), routes }, async ({ app, port }) => {
    const head = (path: string, id: string): string =>
      `GET ${path} HTTP/1.1\r\nhost: a\r\nx-request-id: ${id}\r\n\r\n`;
    const socket = connect(port, '127.0.0.1', () => socket.write(head('/slow', 'first')));
    await begun.promise;
    const stopping = app.close();
    const arrived = new Promise((resolve) => app.server.once('request', resolve));
    socket.write(head('/version', 'second'));
    await arrived;
    released.resolve(null);
    const answers = await text(socket);
    await stopping;
    assert.match(answers, /^HTTP\/1\.1 200 OK[^]*finished/);
    assert.match(answers, 'HTTP/1.1 503 Service Unavailable');
    assert.match(answers, '"message":"the service is stopping","request_id":"second"');
  });
});

test('says which content types an address takes', async () => {
  await withService(echo(), async ({ url }) => {
    const answer = await post(url, '{}', 'text/csv');
    const { message } = (await answer.json()) as { message: string };
    assert.is(message, 'the content type must be application/json; got text/csv');
  });
});

test('takes numbers in an address for numbers, and in a body nothing for what it is not', async () => {
  const body = { type: 'object', properties: { text: { type: 'string' } } } as const;
  const number = { type: 'object', properties: { n: { type: 'integer' } } } as const;
  const routes = (app: FastifyInstance): void => {
    app.post('/both', { schema: { body, querystring: number } }, async (request) => ({ query: request.query, body: request.body })); // prettier-ignore
  };
  await withService({ ...echo(), routes }, async ({ app }) => {
    const ask = async (payload: object, n = '7') =>
      (await app.inject({ method: 'POST', url: `/both?n=${n}`, payload })).json();
    assert.equal(await ask({ text: '7' }), { query: { n: 7 }, body: { text: '7' } });
    assert.is((await ask({ text: 7 })).message, 'text must be string');
    assert.is((await ask({ text: null })).message, 'text must be string');
    assert.is((await ask({}, 'x')).message, 'n must be integer');
  });
});

test('has a page that loads from itself alone, and over plain HTTP', async () => {
  await withService(echo(), async ({ app }) => {
    const { headers } = await app.inject({ url: '/docs/' });
    const policy = String(headers['content-security-policy']);
    assert.match(policy, "default-src 'self'");
    assert.not.match(policy, 'upgrade-insecure-requests');
    assert.not.match(policy, /https:|swagger\.io/);
  });
});

test('describes its routes in OpenAPI', async () => {
  await withService(echo(), async ({ app }) => {
    const { info, paths } = (await app.inject({ url: '/openapi.json' })).json();
    assert.equal([info.title, info.version], ['Echo', '1.2.3']);
    for (const path of ['/echo', '/health', '/ready', '/version', '/metrics'])
      assert.ok(paths[path], path);
    assert.not.ok(paths['/openapi.json']);
  });
});

test.run();
