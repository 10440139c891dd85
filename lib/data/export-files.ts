/** A model in the file formats of other programs. */
import { statSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { StageError } from '../errors.ts';
import type { Bundle } from '../models/bundle.ts';
import { lightgbmText } from '../models/lightgbm/state.ts';
import { fromNetwork, toNetwork } from '../models/mlp/state.ts';
import { toOnnxGraph } from '../models/onnx/bundle-graph.ts';
import { measureDifference, measureTableDifference } from '../models/onnx/check.ts';
import { formatModel } from '../models/onnx/model-proto.ts';
import type { Machine } from '../models/model.ts';
import { assertMlp } from '../models/shrinking/require-mlp.ts';
import type { Relation } from '../sql.ts';
import { writeSafetensors } from '../tensors/safetensors.ts';
import type { FileDatabase } from './database.ts';

interface Exported {
  readonly n_bytes: number;
  /** Of a probability; null: the file is what the bundle holds, and computes nothing. */
  readonly max_difference: number | null;
}

interface Options extends Machine {
  /** Of timberline. */
  readonly version: string;
  /** Raw rows to compare on, besides the golden ones; null: none. */
  readonly rows: { readonly database: FileDatabase; readonly relation: Relation } | null;
}

type Write = (path: string, bundle: Bundle, options: Options) => Promise<number | null>;

/** How the file of each ending is written. */
const FORMATS: Readonly<Record<string, Write>> = {
  '.onnx': async (path, bundle, { version, rows, ...machine }) => {
    const { target, model } = bundle;
    const facts = { target, model: model.name, versions: JSON.stringify(bundle.versions) };
    const bytes = formatModel(toOnnxGraph(bundle), { name: 'timberline', version }, facts);
    writeFileSync(path, bytes);
    const golden = await measureDifference(bytes, bundle, machine.threads);
    if (rows === null) return golden;
    const { database, relation } = rows;
    const table = await measureTableDifference(bytes, bundle, database, relation, machine);
    return Math.max(golden, table);
  },
  '.txt': async (path, { model }) => {
    if (model.name !== 'lightgbm') {
      throw new StageError(
        'E_DATA',
        `the model must be lightgbm to be exported as its text; got ${model.name}`,
        { hint: 'export it as .onnx' },
      );
    }
    writeFileSync(path, lightgbmText(model));
    return null;
  },
  '.safetensors': async (path, { model, classes }) => {
    assertMlp(model, 'exported as safetensors', 'a model of trees can be exported as .onnx');
    const { facts, tensors } = fromNetwork(toNetwork(model), String(model.facts.backend));
    const network = JSON.stringify({ ...facts, columns: model.columns, classes });
    writeSafetensors(path, tensors, { network });
    return null;
  },
};

/**
 * Writes the model of a bundle in the format that the ending of `path` names.
 *
 * @throws StageError E_USAGE for another ending, E_DATA for a model that has no such form.
 */
export async function exportModel(
  path: string,
  bundle: Bundle,
  options: Options,
): Promise<Exported> {
  const write = FORMATS[extname(path)];
  if (write === undefined) {
    throw new StageError(
      'E_USAGE',
      `--out must end in ${Object.keys(FORMATS).join(' or ')}; got ${basename(path)}`,
      { hint: 'the ending names the format' },
    );
  }
  const difference = await write(path, bundle, options);
  return { n_bytes: statSync(path).size, max_difference: difference };
}
