/** The part of an evaluation page that shows how a model was trained, step by step. */
import type { ModelHistoryRow } from '../models/model.ts';
import { accuracyChart, lossChart } from './evaluation-charts.ts';
import { formatScore } from './format.ts';
import type { Html } from './html.ts';
import { figure, figures, type Section } from './page.ts';

/** No section where no step is known. */
export async function trainingSections(history: readonly ModelHistoryRow[]): Promise<Section[]> {
  const byModel = [...Map.groupBy(history, ({ model }) => model)];
  const charts = await Promise.all(
    byModel.map(async ([model, rows]) => await trainingOf(model, rows)),
  );
  const content = charts.filter(({ length }) => length > 0).map(figures);
  return content.length === 0 ? [] : [{ heading: 'How it was trained', content }];
}

async function trainingOf(model: string, rows: readonly ModelHistoryRow[]): Promise<Html[]> {
  const last = rows.at(-1)!;
  const charts: Html[] = [];
  const isOnTrain = rows.some(({ loss }) => loss !== null);
  const isOnValid = rows.some(({ validLoss }) => validLoss !== null);
  if (isOnTrain || isOnValid) {
    const ends = [
      ...(isOnTrain ? [`${formatScore(last.loss)} on train`] : []),
      ...(isOnValid ? [`${formatScore(last.validLoss)} on valid`] : []),
    ];
    const note = isOnTrain ? ' That of train is measured while the model still changes.' : '';
    charts.push(
      figure({
        caption: `${model}: loss${isOnTrain ? '' : ' on valid'} by step.${note}`,
        description: `Loss by step; at the end ${ends.join(' and ')}.`,
        svg: await lossChart(rows),
      }),
    );
  }
  if (rows.some(({ validAccuracy }) => validAccuracy !== null)) {
    charts.push(
      figure({
        caption: `${model}: accuracy on the valid split by step.`,
        description: `Accuracy on valid by step; ${formatScore(last.validAccuracy)} at the end.`,
        svg: await accuracyChart(rows),
      }),
    );
  }
  return charts;
}
