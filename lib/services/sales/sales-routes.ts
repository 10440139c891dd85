/** The addresses of sales. */
import { checkRows } from '../../ingestion/rows.ts';
import { createAnswerCache } from '../answers.ts';
import { requestError } from '../error-replies.ts';
import { addFacts } from '../service.ts';
import { measureSales } from './sales-metrics.ts';
import { findMonthlySales, findRawSales, findUnknownVegetables, MONTHLY_QUERY, PAGE_QUERY, RAW_QUERY } from './sales-queries.ts'; // prettier-ignore
import { ANSWERS, POSTED_ROWS } from './sales-schemas.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { SalesStore } from '../../ingestion/sales-store.ts';
import type { MonthlyQuery, RawQuery, SalesNames } from './sales-queries.ts';

export interface SalesOptions extends SalesNames {
  /** Rows that one post may have. */
  readonly maxRows: number;
}

export function addSalesRoutes(
  app: FastifyInstance,
  registry: Registry,
  store: SalesStore,
  options: SalesOptions,
): void {
  const metrics = measureSales(registry, store);
  const cache = createAnswerCache(() => store.revision());
  const tags = ['sales'];

  const post = async (request: FastifyRequest): Promise<object> => {
    const list = request.body;
    if (!Array.isArray(list)) throw requestError(400, 'the body must be a list of rows');
    if (list.length > options.maxRows) {
      throw requestError(413, `a list must have at most ${options.maxRows} rows; got ${list.length}`); // prettier-ignore
    }
    const checked = checkRows(list, options.weeks);
    const counts = await store.post(checked.rows).catch(refuse);
    cache.dropOld();
    metrics.countPost(checked, counts);
    const { refused, extra, nRefusedRows } = checked;
    addFacts(request, { n_rows: list.length, n_new: counts.nNew, n_changed: counts.nChanged, n_refused: nRefusedRows }); // prettier-ignore
    return {
      n_rows: list.length,
      n_new: counts.nNew,
      n_changed: counts.nChanged,
      n_unchanged: counts.nUnchanged,
      n_refused: nRefusedRows,
      refused,
      extra,
    };
  };
  app.post(
    '/post_sales',
    {
      schema: { tags, summary: 'Take rows in, each of them that can be', body: POSTED_ROWS, response: ANSWERS.posted }, // prettier-ignore
      validatorCompiler: () => () => true,
    },
    post,
  );
  app.get<{ Querystring: RawQuery }>(
    '/get_raw_sales',
    { schema: { tags, summary: 'Bronze: what was received', querystring: RAW_QUERY, response: ANSWERS.raw } }, // prettier-ignore
    (request, reply) =>
      cache.send(request, reply, () => findRawSales(store, options, request.query)),
  );
  app.get<{ Querystring: MonthlyQuery }>(
    '/get_monthly_sales',
    { schema: { tags, summary: 'Gold: sales by month and vegetable', querystring: MONTHLY_QUERY, response: ANSWERS.monthly } }, // prettier-ignore
    (request, reply) =>
      cache.send(request, reply, () => findMonthlySales(store, options, request.query)),
  );
  app.get<{ Querystring: { limit?: number; offset?: number } }>(
    '/unknown_vegetables',
    { schema: { tags, summary: 'Names of which no vegetable could be told', querystring: PAGE_QUERY, response: ANSWERS.unknown } }, // prettier-ignore
    (request, reply) =>
      cache.send(request, reply, () => findUnknownVegetables(store, request.query)),
  );
  const clear = async (_: FastifyRequest, reply: FastifyReply): Promise<object> => {
    await store.clear().catch(refuse);
    cache.dropOld();
    return reply.header('cache-control', 'no-store').send({ status: 'initialized' });
  };
  for (const url of ['/init_database', '/init_db']) {
    const schema = { tags, summary: 'Make or empty the tables', response: ANSWERS.initialized };
    // a HEAD, which asks for nothing, must not empty anything
    app.get(url, { schema, exposeHeadRoute: false }, clear);
    app.post(url, { schema }, clear);
  }
}

function refuse(cause: unknown): never {
  throw requestError(503, 'it could not be stored, and none of it was; send it again', undefined, cause); // prettier-ignore
}
