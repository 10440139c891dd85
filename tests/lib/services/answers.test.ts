import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createAnswerCache } from '../../../lib/services/answers.ts';
import { SERVICE_DEFAULTS, withService } from '../../support/service.ts';
import type { Service } from '../../../lib/services/service.ts';

const test = suite('answers that are kept');

const ROWS = Array.from({ length: 4 }, (_, i) => ({ text: `${i}`.repeat(1000) }));
const QUERY = {
  type: 'object',
  properties: { limit: { type: 'integer' }, offset: { type: 'integer', default: 0 } },
} as const;

/** Calls `use` with a service of four rows of 1 kB, the number of times that they were looked for, and a change. */
async function withAnswers(
  maxBytes: number,
  use: (ask: (query: string) => Promise<number>, change: () => void) => Promise<void>,
): Promise<void> {
  let [nFound, revision] = [0, 0];
  const cache = createAnswerCache(() => revision, maxBytes);
  const service: Service = {
    ...{
      name: 'rows',
      title: 'Rows',
      description: 'Rows.',
      version: '0',
      params: SERVICE_DEFAULTS,
    },
    routes(app) {
      app.get<{ Querystring: { limit?: number; offset: number } }>(
        '/rows',
        { schema: { querystring: QUERY } },
        (request, reply) =>
          cache.send(request, reply, () => {
            nFound++;
            const { offset, limit = Infinity } = request.query;
            return { columns: ['text'], rows: ROWS.slice(offset, offset + limit), nTotal: 4 };
          }),
      );
    },
  };
  await withService(service, async ({ app }) => {
    const ask = async (query: string): Promise<number> => {
      const { searchParams } = new URL(`http://a/rows${query}`);
      const offset = Number(searchParams.get('offset') ?? 0);
      const expected = ROWS.slice(offset, offset + Number(searchParams.get('limit') ?? 4));
      assert.equal((await app.inject(`/rows${query}`)).json(), expected, query);
      return nFound;
    };
    await use(ask, () => void revision++);
  });
}

test('are one for all limits that leave nothing out, and others for those that do', async () => {
  await withAnswers(1e6, async (ask) => {
    const counts = [];
    for (const query of ['?limit=99', '', '?limit=5', '?limit=4', '?offset=0&limit=1000']) {
      counts.push(await ask(query));
    }
    assert.equal(counts, [1, 1, 1, 1, 1]);
    assert.is(await ask('?limit=3'), 2);
    assert.is(await ask('?limit=3'), 2);
    assert.is(await ask('?offset=1&limit=3'), 3);
    assert.is(await ask('?offset=1'), 4);
    assert.is(await ask('?offset=1&limit=9'), 4);
  });
});

test('are few enough bytes together, and a longer one is not kept', async () => {
  await withAnswers(6000, async (ask) => {
    assert.is(await ask('?limit=1'), 1);
    assert.is(await ask('?limit=1&offset=1'), 2);
    assert.is(await ask('?limit=1'), 2);
    assert.is(await ask('?limit=2'), 3);
    assert.is(await ask('?limit=1'), 4);
    assert.is(await ask('?limit=2'), 4);
  });
  await withAnswers(2000, async (ask) => {
    assert.equal([await ask(''), await ask('')], [1, 2]);
  });
});

test('are made anew after a change', async () => {
  await withAnswers(1e6, async (ask, change) => {
    assert.is(await ask(''), 1);
    change();
    assert.equal([await ask(''), await ask('')], [2, 2]);
  });
});

test.run();
