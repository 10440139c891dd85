import { didYouMean } from '../suggest.ts';
import { isRecord, list, number, shaped, text } from '../params/schema.ts';
import { GATE_METRICS } from './gates.ts';
import type { GateMetric, Gates } from './gates.ts';
import { SLICES } from './slice-params.ts';

const SENTENCE = text({ default: 'A sentence.', doc: '' });

/** Parameters of the stage `evaluate`. */
export const EVALUATE_SCHEMA = {
  confidence_level: number({
    default: 0.95,
    above: 0,
    below: 1,
    doc: 'Level of the intervals that accuracy, or errors of numbers, are given with, of all rows and of slices.',
  }),
  gates: shaped<Gates>(
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
  slices: SLICES,
  card: {
    intended_uses: list(SENTENCE, {
      default: [],
      doc: 'What the model is for, in sentences; for the model card.',
    }),
    limitations: list(SENTENCE, {
      default: [],
      doc: 'What it is not for, and what the numbers do not say; for the model card.',
    }),
    ethical_considerations: list(SENTENCE, {
      default: [],
      doc: 'Whom its mistakes may harm, and what was done about it; for the model card.',
    }),
  },
};

function assertGateMap(value: unknown): void {
  if (!isRecord(value)) throw new Error('a map from metrics to numbers');
  for (const [name, limit] of Object.entries(value)) {
    if (!GATE_METRICS.includes(name as GateMetric)) {
      throw new Error(
        `a map from metrics to numbers; ${name} is not a metric${didYouMean(name, GATE_METRICS)}`,
      );
    }
    if (!Number.isFinite(limit))
      throw new Error(`a map from metrics to numbers; the limit of ${name} is none`);
  }
}
