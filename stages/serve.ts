/**
 * serve: answer requests to score rows with a model, until it is told to stop.
 *
 * Reads a bundle, and again when its file changes: the new one takes over once its golden rows are right, and no
 * request is lost. Writes a log that `replay` reads.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input } from '../lib/cli/stage.ts';
import { SERVE_SCHEMA } from '../lib/serving/serve-params.ts';

export const serve = defineStage({
  name: 'serve',
  summary: 'Serve a model: rows in, predictions out, over HTTP',
  standalone: true,
  service: true,
  paths: {
    model: input('models/model.safetensors', 'Bundle that train wrote'),
  },
  params: SERVE_SCHEMA,
  example: '--model models/model.safetensors --port 8080',
  async run({ paths, params, base, version, signal, log }) {
    const { createModelService } = await import('../lib/serving/model-service.ts');
    const { startService } = await import('../lib/services/start-service.ts');
    const machine = { ...base, warn: log.warn };
    const service = createModelService({ file: paths.model, params, machine, version });
    return await startService(service, { signal, tell: log.info });
  },
});

if (import.meta.main) await main(serve);
