import { didYouMean } from '../suggest.ts';
import { isRecord, number, shaped } from '../params/schema.ts';
import { GATE_METRICS } from './gates.ts';
import type { EvaluationMetric } from './evaluate.ts';

/** Parameters of the stage `evaluate`. */
export const EVALUATE_SCHEMA = {
  confidence_level: number({
    default: 0.95,
    above: 0,
    below: 1,
    doc: 'Level of the interval that accuracy is given with.',
  }),
  gates: shaped<Readonly<Partial<Record<EvaluationMetric, number>>>>(
    {
      default: {},
      doc: 'Least value of each metric, the greatest where lower is better; a model beyond one fails with exit 5.',
      range: `a map from metrics (${GATE_METRICS.join(', ')}) to numbers`,
      jsonSchema: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(GATE_METRICS.map((name) => [name, { type: 'number' }])),
      },
    },
    assertGateMap,
  ),
};

function assertGateMap(value: unknown): void {
  if (!isRecord(value)) throw new Error('a map from metrics to numbers');
  for (const [name, limit] of Object.entries(value)) {
    if (!GATE_METRICS.includes(name as EvaluationMetric)) {
      throw new Error(
        `a map from metrics to numbers; ${name} is not a metric${didYouMean(name, GATE_METRICS)}`,
      );
    }
    if (!Number.isFinite(limit))
      throw new Error(`a map from metrics to numbers; the limit of ${name} is none`);
  }
}
