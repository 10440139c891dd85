/** A model in MLflow's flavor `lightgbm`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PINS, writeModelFolder } from './model-folder.ts';
import type { ModelInput } from './model-folder.ts';

const DATA = 'model.lgb';

/**
 * Writes a model folder; `mlflow.pyfunc.load_model(folder).predict(table)` gives an array of shape (n).
 *
 * @param text - LightGBM's model text: of a booster, or of a forest by toLightgbmText.
 */
export function writeLightgbmModel(folder: string, text: string, input: ModelInput): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, DATA), text);
  writeModelFolder(folder, {
    ...input,
    flavors: {
      lightgbm: {
        ...{ code: null, data: DATA, lgb_version: PINS.lightgbm },
        model_class: 'lightgbm.basic.Booster',
      },
    },
    ...{ loader: 'mlflow.lightgbm', data: DATA, outputs: null },
    needs: ['mlflow', 'lightgbm', 'numpy', 'pandas', 'scikit-learn', 'scipy'],
  });
}
