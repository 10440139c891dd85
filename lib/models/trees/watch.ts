/** Accuracy and log loss on valid as trees come in. */
import { createPredictions, decideLabels } from '../../metrics/predictions.ts';
import { logLossOfRow } from '../../metrics/probabilistic.ts';
import type { HistoryRow, LabelledRows, Machine } from '../model.ts';
import { toEnsemble } from './forest.ts';
import type { Forest } from './forest.ts';
import { addTrees, toMeans } from './predict.ts';

export interface Watch {
  readonly history: readonly HistoryRow[];
  /** Adds the leaves of further trees and measures their mean. */
  add(trees: Forest): Promise<{ readonly history: HistoryRow; readonly note: string }>;
}

export function createWatch(
  { features, labels, nSamples }: LabelledRows,
  nClasses: number,
  machine: Machine,
): Watch {
  const history: HistoryRow[] = [];
  const sums = new Float64Array(nSamples * nClasses);
  let nTrees = 0;
  return {
    history,
    async add(trees) {
      nTrees += trees.nTrees;
      await addTrees(toEnsemble(trees), features, sums, { ...machine, threads: 1 });
      const { accuracy, loss } = measure(toMeans(sums, nTrees));
      const row = {
        ...{ step: nTrees, loss: null, learningRate: null },
        ...{ validLoss: loss, validAccuracy: accuracy },
      };
      history.push(row);
      return { history: row, note: accuracy === null ? '' : `accuracy ${accuracy.toFixed(4)}` };
    },
  };

  function measure(yProba: Float32Array): { accuracy: number | null; loss: number | null } {
    if (nSamples === 0) return { accuracy: null, loss: null };
    const predictions = createPredictions(labels, yProba, { nClasses });
    const yPred = decideLabels(yProba, nClasses, null);
    let nRight = 0;
    let loss = 0;
    for (let i = 0; i < nSamples; i++) {
      if (yPred[i] === labels[i]) nRight++;
      loss += logLossOfRow(predictions, i);
    }
    return { accuracy: nRight / nSamples, loss: loss / nSamples };
  }
}
