/**
 * A model as a folder that MLflow loads: its description, its environment, an example of its input.
 *
 * What only a server knows (model id, run) is not in it: see send-model.ts. The same model gives the same bytes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** What a model needs, of requirements-mlflow.txt; a test holds them equal. */
export const PINS = {
  mlflow: '3.17.2',
  lightgbm: '4.7.0',
  numpy: '2.4.6',
  pandas: '3.1.1',
  'scikit-learn': '1.9.1',
  scipy: '1.17.1',
} as const;
/** Of the environment that `mlflow models serve` makes; the pins are those for it. */
export const PYTHON = '3.11';

export interface ModelInput {
  readonly columns: readonly string[];
  /** Rows that show what comes in, at least one; shape (n, columns). */
  readonly example: readonly (readonly number[])[];
}

interface ModelFolder extends ModelInput {
  /** Flavors beside python_function, as MLmodel has them. */
  readonly flavors: Readonly<Record<string, object>>;
  /** Python module whose `_load_pyfunc` gets `data`, a path within the folder. */
  readonly loader: string;
  readonly data: string;
  /** Folder of Python modules within the folder; left out: none. */
  readonly code?: string;
  /** Names of the columns that come out; null: one array without a name. */
  readonly outputs: readonly string[] | null;
  readonly needs: readonly (keyof typeof PINS)[];
}

/** Writes everything but `data` and `code`. */
export function writeModelFolder(folder: string, model: ModelFolder): void {
  const { columns, example, flavors, loader, data, code, outputs, needs } = model;
  const requirements = needs.map((name) => `${name}==${PINS[name]}`);
  const values = { columns, data: example };
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  mkdirSync(folder, { recursive: true });
  write('requirements.txt', `${requirements.join('\n')}\n`);
  write('python_env.yaml', stringify({ python: PYTHON, build_dependencies: ['pip', 'setuptools', 'wheel'], dependencies: ['-r requirements.txt'] })); // prettier-ignore
  write('conda.yaml', stringify({ name: 'mlflow-env', channels: ['conda-forge'], dependencies: [`python=${PYTHON}`, 'pip', { pip: requirements }] })); // prettier-ignore
  write('input_example.json', JSON.stringify(values));
  write('serving_input_example.json', JSON.stringify({ dataframe_split: values }));
  const description = {
    flavors: {
      ...flavors,
      python_function: {
        ...(code === undefined ? {} : { code }),
        data,
        env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' },
        loader_module: loader,
        python_version: PYTHON,
      },
    },
    mlflow_version: PINS.mlflow,
    saved_input_example_info: {
      artifact_path: 'input_example.json',
      pandas_orient: 'split',
      serving_input_path: 'serving_input_example.json',
      type: 'dataframe',
    },
    signature: {
      inputs: JSON.stringify(columns.map(toColumn)),
      outputs: JSON.stringify(outputs === null ? [UNNAMED] : outputs.map(toColumn)),
      params: null,
    },
  };
  write('MLmodel', stringify(description, { lineWidth: 0 }));
}

const UNNAMED = { type: 'tensor', 'tensor-spec': { dtype: 'float64', shape: [-1] } };

function toColumn(name: string): object {
  return { type: 'double', name, required: true };
}
