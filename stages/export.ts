/**
 * export: write a model in the file format of other programs, and check that it predicts the same.
 *
 * Reads a bundle; writes .onnx (preprocessing and model in one graph) or .safetensors (the weights), as the
 * ending of --out says. A graph that differs from the bundle on its golden rows, or those of --in, fails.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { EXPORT_SCHEMA } from '../lib/models/shrinking/export-params.ts';

const exportStage = defineStage({
  name: 'export',
  summary: 'Write a model as ONNX, LightGBM text or safetensors',
  paths: {
    model: input('models/model.safetensors', 'Bundle to export'),
    in: optionalInput('Raw rows to compare on, besides the golden rows of the bundle'),
    out: output('models/model.onnx', 'File in the format of its ending: .onnx, .txt, .safetensors'),
    metrics: output('reports/metrics/export.json', 'Size, and largest difference from the bundle'),
  },
  params: EXPORT_SCHEMA,
  example: '--model models/model.safetensors --out models/model.onnx',
  async run({ paths, params, base, log, version }) {
    const { isRegression, readBundle } = await import('../lib/models/bundle.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTable } = await import('../lib/data/tables.ts');
    const { exportModel } = await import('../lib/data/export-files.ts');
    const { writeMetrics } = await import('../lib/data/json-files.ts');
    const { assertWithin } = await import('../lib/models/shrinking/assert-within.ts');
    const bundle = readBundle(paths.model);
    const options = { version, threads: base.threads, warn: log.warn };
    const exported = await withDatabase(base, async (database) => {
      const relation = paths.in === null ? null : await openTable(database, paths.in, 'valid');
      const rows = relation === null ? null : { database, relation };
      return await exportModel(paths.out, bundle, { ...options, rows });
    });
    const metrics = writeMetrics(paths.metrics, { ...exported });
    const { max_difference: difference } = exported;
    const outputs = isRegression(bundle) ? 'numbers' : 'probabilities';
    if (difference !== null) {
      assertWithin('the graph', difference, params.tolerance, 'export.tolerance', outputs);
    }
    const checked = difference === null ? '' : `, ${outputs} within ${metrics.max_difference}`;
    return { message: `${metrics.n_bytes} bytes${checked}`, ...metrics };
  },
});

export { exportStage as export };

if (import.meta.main) await main(exportStage);
