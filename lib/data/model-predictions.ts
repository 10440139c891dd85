/** Tables of predictions with the true class, as `evaluate` writes them, read side by side. */
import { StageError, listExamples } from '../errors.ts';
import type { ModelPredictions } from '../metrics/compare.ts';
import { createPredictions } from '../metrics/predictions.ts';
import { assertColumns, countRows, identifier, literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { openTable } from './tables.ts';

export interface PredictionFile {
  /** What people call the model. */
  readonly name: string;
  readonly file: string;
}

export interface ComparedModels {
  readonly classes: readonly string[];
  readonly models: readonly ModelPredictions[];
  /** View of each model, in the order of the models, with the columns of its file. */
  readonly relations: readonly Relation[];
  /** Column by which rows were matched; null: by their place. */
  readonly id: string | null;
}

const PREFIX = 'probability_';

/**
 * Reads the predictions of several models for the same rows.
 *
 * @param id - Column that identifies a row; where no file has it, rows are matched by their place.
 * @throws StageError E_DATA when a file is no table of predictions, or when the files differ in their rows,
 *   their true classes or their set of classes.
 */
export async function readComparedModels(
  database: FileDatabase,
  files: readonly PredictionFile[],
  id: string,
): Promise<ComparedModels> {
  const relations: Relation[] = [];
  for (const [i, { name, file }] of files.entries()) {
    const relation = await openTable(database, file, `model${i}`);
    relations.push({ ...relation, source: name === file ? file : `the predictions of ${name}` });
  }
  for (const relation of relations) assertPredictions(relation);
  const [first, ...others] = relations;
  const classes = classesOf(first);
  for (const other of others) assertSameClasses(first, other, classes);
  const hasId = relations.map(({ columns }) => columns.some(({ name }) => name === id));
  if (hasId.includes(true) && hasId.includes(false)) {
    assertColumns(relations[hasId.indexOf(false)], [id]);
  }
  const key = hasId[0] ? id : null;
  for (const relation of relations) await assertSameRows(database, first, relation, key);
  const models: ModelPredictions[] = [];
  for (const [i, relation] of relations.entries()) {
    models.push({ name: files[i].name, predictions: await read(database, relation, classes, key) });
  }
  models.forEach(({ predictions }, i) => {
    const { yTrue } = models[0].predictions;
    const nOther = predictions.yTrue.filter((label, row) => label !== yTrue[row]).length;
    if (nOther === 0) return;
    throw new StageError(
      'E_DATA',
      `${relations[i].source} must have the true classes of ${first.source}; got others in ${nOther} rows`,
      { hint: 'compare models that were tested on the same table' },
    );
  });
  return { classes, models, relations, id: key };
}

function assertPredictions(relation: Relation): void {
  assertColumns(relation, ['actual', 'prediction']);
  if (classesOf(relation).length >= 2) return;
  const isNumeric = relation.columns.some(
    ({ name, kind }) => name === 'prediction' && kind === 'number',
  );
  if (isNumeric && classesOf(relation).length === 0) {
    throw new StageError(
      'E_DATA',
      `${relation.source} must hold predictions of classes; got numbers that were predicted`,
      { hint: 'numbers are compared by the metrics that evaluate writes (npx dvc metrics diff)' },
    );
  }
  throw new StageError(
    'E_DATA',
    `${relation.source} must have a column ${PREFIX}<class> for each class; got ${classesOf(relation).length}`,
    { hint: 'evaluate writes such tables with --predictions' },
  );
}

function classesOf({ columns }: Relation): string[] {
  return columns.flatMap(({ name }) =>
    name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [],
  );
}

function assertSameClasses(first: Relation, other: Relation, classes: readonly string[]): void {
  const own = classesOf(other);
  const wrong = [
    ...classes.filter((name) => !own.includes(name)).map((name) => `none for ${name}`),
    ...own.filter((name) => !classes.includes(name)).map((name) => `one for ${name}`),
  ];
  if (wrong.length === 0) return;
  throw new StageError(
    'E_DATA',
    `${other.source} must have the probabilities of ${first.source}; got ${listExamples(wrong)}`,
    { hint: 'compare models of the same classes' },
  );
}

async function assertSameRows(
  database: FileDatabase,
  first: Relation,
  other: Relation,
  id: string | null,
): Promise<void> {
  const hint = 'compare models that were tested on the same table: one seed, one split';
  const [n, own] = [await countRows(database, first), await countRows(database, other)];
  if (id === null) {
    if (n === own) return;
    throw new StageError(
      'E_DATA',
      `${other.source} must have the ${n} rows of ${first.source}; got ${own}`,
      { hint },
    );
  }
  const key = identifier(id);
  const nDistinct = await countRows(database, {
    sql: `(SELECT DISTINCT ${key} FROM ${other.sql} WHERE ${key} IS NOT NULL)`,
  });
  if (nDistinct !== own) {
    throw new StageError(
      'E_DATA',
      `${other.source} must have each ${id} once; got ${own - nDistinct} rows without one of their own`,
    );
  }
  const text = `${key}::VARCHAR`;
  const nShared = await countRows(database, {
    sql: `(SELECT ${text} AS id FROM ${first.sql}) JOIN (SELECT ${text} AS id FROM ${other.sql}) USING (id)`,
  });
  if (nShared === n && nShared === own) return;
  throw new StageError(
    'E_DATA',
    `${other.source} must have the rows of ${first.source}; got ${n - nShared} that are missing and ${own - nShared} of its own`,
    { hint },
  );
}

async function read(
  database: FileDatabase,
  relation: Relation,
  classes: readonly string[],
  id: string | null,
): Promise<ModelPredictions['predictions']> {
  const nClasses = classes.length;
  const list = classes.map(literal).join(', ');
  const label = (column: string): string =>
    `coalesce(list_position([${list}], ${column}::VARCHAR), 0)::INTEGER - 1`;
  const columns = [
    label('actual'),
    label('prediction'),
    ...classes.map((name) => `coalesce(${identifier(PREFIX + name)}, 'nan')::FLOAT`),
  ];
  const order = id === null ? '' : ` ORDER BY ${identifier(id)}::VARCHAR`;
  const nSamples = await countRows(database, relation);
  const [yTrue, yPred] = [new Int32Array(nSamples), new Int32Array(nSamples)];
  const yProba = new Float32Array(nSamples * nClasses);
  let end = 0;
  for await (const chunk of database.stream(
    `SELECT ${columns.join(', ')} FROM ${relation.sql}${order}`,
  )) {
    // the vectors' own accessors make an object of each number
    const items = columns.map(
      (_, c) => (chunk.getColumnVector(c) as unknown as { items: Float32Array }).items,
    );
    for (let row = 0; row < chunk.rowCount; row++) {
      yTrue[end + row] = items[0][row];
      yPred[end + row] = items[1][row];
      for (let c = 0; c < nClasses; c++) yProba[(end + row) * nClasses + c] = items[2 + c][row];
    }
    end += chunk.rowCount;
  }
  const nUnknown = yTrue.filter((value, row) => value < 0 || yPred[row] < 0).length;
  const nNone = yProba.filter((proba) => !(proba >= 0 && proba <= 1)).length;
  const problems = [
    ...(nUnknown > 0 ? [`${nUnknown} rows with another class, or none`] : []),
    ...(nNone > 0 ? [`${nNone} probabilities outside of [0, 1]`] : []),
  ];
  if (problems.length > 0) {
    throw new StageError(
      'E_DATA',
      `${relation.source} must hold classes and probabilities; got ${problems.join(' and ')}`,
      { hint: 'evaluate writes such tables with --predictions' },
    );
  }
  return createPredictions(yTrue, yProba, { nClasses, yPred });
}
