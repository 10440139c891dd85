/**
 * export: write a model in the file format of other programs, and check that it predicts the same.
 *
 * Reads a bundle; writes .onnx (preprocessing and model in one graph) or .safetensors (the weights), as the
 * ending of --out says. A graph that differs from the bundle on its golden rows fails.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { EXPORT_SCHEMA } from '../lib/models/shrinking/export-params.ts';

const exportStage = defineStage({
  name: 'export',
  summary: 'Write a model as ONNX, LightGBM text or safetensors',
  paths: {
    model: input('models/model.safetensors', 'Bundle to export'),
    out: output('models/model.onnx', 'File in the format of its ending: .onnx, .txt, .safetensors'),
    metrics: output('reports/metrics/export.json', 'Size, and largest difference from the bundle'),
  },
  params: EXPORT_SCHEMA,
  example: '--model models/model.safetensors --out models/model.onnx',
  async run({ paths, params, base, version }) {
    const { readBundle } = await import('../lib/models/bundle.ts');
    const { exportModel } = await import('../lib/data/export-files.ts');
    const { writeMetrics } = await import('../lib/data/json-files.ts');
    const { assertWithin } = await import('../lib/models/shrinking/assert-within.ts');
    const bundle = readBundle(paths.model);
    const exported = await exportModel(paths.out, bundle, { version, threads: base.threads });
    const metrics = writeMetrics(paths.metrics, { ...exported });
    const { max_difference: difference } = exported;
    if (difference !== null) {
      assertWithin('the graph', difference, params.tolerance, 'export.tolerance');
    }
    const checked = difference === null ? '' : `, golden rows within ${metrics.max_difference}`;
    return { message: `${metrics.n_bytes} bytes${checked}`, ...metrics };
  },
});

export { exportStage as export };

if (import.meta.main) await main(exportStage);
