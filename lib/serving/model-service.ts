/**
 * The model server: rows in, predictions out, for any bundle.
 *
 * Every answer names the model that made it (`x-model-hash`), so that an answer, its line of log and the file of the
 * model can be brought together afterwards.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodeBody } from '../services/body-text.ts';
import { requestError } from '../services/error-replies.ts';
import { addFacts } from '../services/service.ts';
import type { Service } from '../services/service.ts';
import { createDriftMonitor } from './drift-monitor.ts';
import type { DriftMonitor } from './drift-monitor.ts';
import { hideFaults, isSampled, keepInput } from './kept-input.ts';
import { openModelSlot } from './model-slot.ts';
import type { ModelSlot } from './model-slot.ts';
import { describeModel, describeSchema, invocationSchema } from './model-description.ts';
import { createPredictionMetrics } from './prediction-metrics.ts';
import type { PredictionMetrics } from './prediction-metrics.ts';
import { InvalidRowsError, scoreInvocation, toOutcome } from './score-invocation.ts';
import type { Outcome, SentInvocation } from './score-invocation.ts';
import type { ServeParams } from './serve-params.ts';
import type { ServedModel, ServingMachine } from './served-model.ts';

const MODEL_HEADER = 'x-model-hash';

export interface ModelServiceOptions {
  /** File of the bundle. */
  readonly file: string;
  readonly params: ServeParams;
  readonly machine: ServingMachine;
  readonly version: string;
}

/** What the routes of a model server work with. */
interface Parts {
  readonly slot: ModelSlot;
  readonly metrics: PredictionMetrics;
  readonly drift: DriftMonitor;
  readonly params: ServeParams;
}

export function createModelService({
  file,
  params,
  machine,
  version,
}: ModelServiceOptions): Service {
  let parts: Parts | null = null;
  return {
    name: 'serve',
    title: 'timberline model server',
    description: 'Predictions of one model for the rows that it is sent',
    version,
    params,
    async routes(app, { registry }) {
      const { log } = app;
      const drift = createDriftMonitor(registry, log, params.drift);
      const slot = await openModelSlot(file, machine, {
        log,
        onSwap(model) {
          if (model === null) return parts!.metrics.refuse();
          parts!.metrics.serve(model);
          drift.serve(model);
        },
      });
      const model = slot.current();
      const metrics = createPredictionMetrics(registry, params.objective.share);
      parts = { slot, metrics, drift, params };
      metrics.serve(model);
      drift.serve(model);
      drift.watch(params.drift.intervalSeconds);
      if (params.reloadSeconds !== null) slot.watch(params.reloadSeconds);
      await addRoutes(app, parts);
    },
    about: () => ({ model: describeModel(parts!.slot.current()) }),
    async stop() {
      parts?.slot.close();
      await parts?.drift.close();
    },
  };
}

async function addRoutes(app: FastifyInstance, parts: Parts): Promise<void> {
  const { slot, metrics, params } = parts;
  app.get(
    '/schema',
    { schema: { tags: ['model'], summary: 'Columns of the rows, and what comes back' } },
    async () => describeSchema(slot.current()),
  );
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // read by the handler, so that the log can keep a body that is no JSON either
    scope.addContentTypeParser(['application/json', 'text/csv'], { parseAs: 'buffer' }, async ({ headers }: FastifyRequest, body: Buffer) => decodeBody(body, headers)); // prettier-ignore
    scope.setValidatorCompiler(() => () => true);
    scope.addHook('onResponse', async (_, { statusCode, elapsedTime }) => {
      const isSlow = elapsedTime > params.objective.latencyMs;
      metrics.countOutcome(statusCode >= 500 ? 'failed' : isSlow ? 'slow' : 'good');
    });
    scope.post(
      '/invocations',
      { schema: invocationSchema(slot.current().bundle) },
      async (request, reply) => await slot.use((model) => answer(parts, model, request, reply)),
    );
  });
}

async function answer(
  { metrics, drift, params }: Parts,
  model: ServedModel,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const sent = sentBy(request);
  reply.header(MODEL_HEADER, model.hash);
  addFacts(request, { model: model.hash });
  try {
    const scored = await scoreInvocation(model, sent, params.maxRows);
    const { rows, method, predictions } = scored;
    metrics.observe(model, scored);
    drift.add(model, rows);
    addFacts(request, { rows: rows.nRows, predict_method: method });
    if (isSampled(request.id, params.input.sampleShare)) {
      keep(request, sent, model, params, { status: 200, predictions });
    }
    return { predictions };
  } catch (error) {
    if (error instanceof InvalidRowsError) {
      metrics.countFaults(model, error.counts);
      addFacts(request, { faults: firstCounts(error.counts) });
    }
    keep(request, sent, model, params, toOutcome(error));
    throw error;
  }
}

function sentBy({ headers, body, query }: FastifyRequest): SentInvocation {
  if (typeof body !== 'string') throw requestError(400, 'the request must have a body');
  const isCsv = headers['content-type']?.startsWith('text/csv') === true;
  return {
    type: isCsv ? 'text/csv' : 'application/json',
    body,
    query: query as SentInvocation['query'],
  };
}

function keep(
  request: FastifyRequest,
  sent: SentInvocation,
  { bundle }: ServedModel,
  { input }: ServeParams,
  outcome: Outcome,
): void {
  const columns = bundle.input.map(({ name }) => name);
  const kept = keepInput(sent, { ...input, columns });
  addFacts(request, {
    ...(kept === null ? { input_left_out_bytes: Buffer.byteLength(sent.body) } : { input: kept }),
    outcome: hideFaults(outcome, input.redact),
  });
}

const MAX_FIELDS = 20;

/** A line of log does not grow with what is sent. */
function firstCounts(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].slice(0, MAX_FIELDS).map(([name, n]) => [name.slice(0, 100), n])); // prettier-ignore
}
