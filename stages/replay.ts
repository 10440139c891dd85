/**
 * replay: run a request of the model server again, from its log, and say whether the answer is the same.
 *
 * Reads the log that `serve` writes and a bundle, the one that answered or another; writes nothing.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input } from '../lib/cli/stage.ts';
import { SERVE_SCHEMA } from '../lib/serving/serve-params.ts';

export const replay = defineStage({
  name: 'replay',
  summary: 'Run a request of the model server again, from its log',
  standalone: true,
  operands: { name: 'id', doc: 'the request, as x-request-id of its answer names it' },
  paths: {
    log: input('logs/serve.log', 'Log of the model server'),
    model: input('models/model.safetensors', 'Bundle to ask'),
  },
  params: {},
  shared: { serve: SERVE_SCHEMA },
  example: '5bfff397-a1f5-8n --log logs/serve.log',
  async run({ operands, paths, shared, base, log }) {
    const { replayRequest } = await import('../lib/serving/replay-request.ts');
    const { maxRows } = shared.serve;
    const machine = { ...base, warn: log.warn };
    return { ...(await replayRequest(operands, paths, { maxRows, machine })) };
  },
});

if (import.meta.main) await main(replay);
