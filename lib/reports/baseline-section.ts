/** The part of the evaluation page that sets the model beside simpler ones. */
import type { Evaluation } from '../metrics/evaluate.ts';
import { formatPercent, formatScore } from './format.ts';
import { paragraph, table } from './page.ts';
import type { Section } from './page.ts';

/** No section where there are no baselines. */
export function baselineSections({ baselines, metrics }: Evaluation): Section[] {
  if (baselines.length === 0) return [];
  const { accuracy, macro_f1: macroF1, log_loss: logLoss } = metrics;
  const [best] = baselines;
  const wrong = 1 - (accuracy ?? 0);
  const spared = 1 - wrong / (1 - best.accuracy);
  const gain =
    best.accuracy < 1 && spared > 0
      ? `The model spares ${formatPercent(spared)} of the mistakes of the best of them, ${best.name}.`
      : `The model makes no fewer mistakes than the best of them, ${best.name}.`;
  const rows = [{ name: 'the model', accuracy, macroF1, logLoss }, ...baselines];
  return [
    {
      heading: 'What simpler models reach',
      content: [
        paragraph(gain),
        table({
          caption: 'All on the same rows. The probabilities of a good model have a low log loss.',
          columns: [
            { label: 'Model' },
            { label: 'Accuracy', isNumeric: true },
            { label: 'Macro F1', isNumeric: true },
            { label: 'Log loss', isNumeric: true },
          ],
          rows: rows.map(({ name, ...scores }) => [
            name,
            formatScore(scores.accuracy),
            formatScore(scores.macroF1),
            formatScore(scores.logLoss),
          ]),
        }),
      ],
    },
  ];
}
