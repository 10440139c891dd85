/** data/catalogue.yaml: data sets by name, with columns, licences and the places they come from. */
import { expandNames } from '../column-names.ts';
import { StageError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { isRecord } from '../params/schema.ts';
import { is, isText, listOf, mapOf, readYaml, record } from './yaml-file.ts';
import type { Check, YamlFile } from './yaml-file.ts';

const KINDS = ['numeric', 'binary', 'categorical', 'text', 'time'] as const;
const ROLES = ['feature', 'target', 'id'] as const;

export interface CatalogueColumn {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly role: (typeof ROLES)[number];
  readonly unit?: string;
  readonly about?: string;
  /** Group of columns of which exactly one is 1 in every row. */
  readonly one_hot?: string;
  /** Names of the values of a categorical column. */
  readonly classes?: Readonly<Record<string, string>>;
}

/** A file that a server or a package of the Python registry holds. */
export type Source = {
  /** Path inside the archive, which may be compressed itself. */
  readonly member?: string;
  /** False where the line of column names must be put in front; true when left out. */
  readonly header?: boolean;
} & ({ readonly url: string } | { readonly package: string; readonly member: string });

/** What is known of every data set. */
interface Facts {
  readonly name: string;
  readonly title: string;
  readonly about?: string;
  readonly home?: string;
  readonly licence: string;
  /** What the licence asks to be kept beside the data. */
  readonly notice?: string;
  readonly citation: string;
  readonly doi?: string;
  /** Paths below a mirror folder. */
  readonly mirror: readonly string[];
}

/** A data set of one table. */
export interface FileSet extends Facts {
  readonly file: { readonly bytes: number; readonly rows: number; readonly sha256: string };
  /** One entry per column, in the order of the file. */
  readonly columns: readonly CatalogueColumn[];
  readonly sources: readonly Source[];
}

/** A data set of several files, which stand side by side in one folder. */
export interface FolderSet extends Facts {
  readonly folder: { readonly files: number; readonly bytes: number; readonly sha256: string };
  /** What the files hold, by their names or patterns of them. */
  readonly tables: Readonly<Record<string, string>>;
}

export type DataSet = FileSet | FolderSet;

export function isFolderSet(dataSet: DataSet): dataSet is FolderSet {
  return 'folder' in dataSet;
}

const isCount = is(
  'an integer above 0',
  (value) => Number.isSafeInteger(value) && Number(value) > 0,
);
const isChoice = (choices: readonly string[]) =>
  is(`one of ${choices.join(', ')}`, (value) => choices.includes(value as string));
const isColumn = record(
  {
    name: is(
      'a name without comma, quote or line break, its range upwards',
      (value) =>
        typeof value === 'string' && /^[^,"\r\n]+$/.test(value) && expandNames(value).length > 0,
    ),
    kind: isChoice(KINDS),
    role: isChoice(ROLES),
  },
  { unit: isText, about: isText, one_hot: isText, classes: mapOf(isText) },
);
const isSource = record(
  {},
  {
    url: is('an http or https address', (value) => /^https?:\/\/./.test(String(value))),
    package: is('name==version', (value) => /^[\w.-]+==[\w.]+$/.test(String(value))),
    member: isText,
    header: is('true or false', (value) => typeof value === 'boolean'),
  },
);
const isChecksum = is('64 hexadecimal digits', (value) => /^[0-9a-f]{64}$/.test(String(value)));
const REQUIRED_FACTS = { title: isText, licence: isText, citation: isText };
const OPTIONAL_FACTS = {
  about: isText,
  home: isText,
  notice: isText,
  doi: isText,
  mirror: listOf(isText),
};
const isFileSet = record(
  {
    ...REQUIRED_FACTS,
    file: record({ bytes: isCount, rows: isCount, sha256: isChecksum }),
    columns: listOf(isColumn),
  },
  { ...OPTIONAL_FACTS, sources: listOf(isSource) },
);
const isFolderEntry = record(
  {
    ...REQUIRED_FACTS,
    folder: record({ files: isCount, bytes: isCount, sha256: isChecksum }),
    tables: mapOf(isText),
  },
  OPTIONAL_FACTS,
);
const isDataSet: Check = (value, keys, report) => {
  const isFolder = isRecord(value) && Object.hasOwn(value, 'folder');
  (isFolder ? isFolderEntry : isFileSet)(value, keys, report);
};
const HINT = 'the comment at the top of data/catalogue.yaml tells what an entry holds';

type Entry =
  | (Omit<FileSet, 'name' | 'mirror' | 'sources'> & Partial<FileSet>)
  | (Omit<FolderSet, 'name' | 'mirror'> & Partial<FolderSet>);

/**
 * The entry `name` of a catalogue, its ranges of columns expanded.
 *
 * @throws StageError E_DATA when the file is missing or an entry of it breaks the format, with the line of
 *   every problem; E_PARAMS when it has no such entry.
 */
export function readDataSet(file: string, name: string): DataSet {
  const yaml = readYaml(file, mapOf(isDataSet), HINT);
  const entries = yaml.values as Readonly<Record<string, Entry>>;
  assertConsistent(yaml, entries);
  if (!Object.hasOwn(entries, name)) {
    const known = Object.keys(entries);
    throw new StageError(
      'E_PARAMS',
      `fetch.dataset must be in ${file}; got ${name}${didYouMean(name, known)}`,
      { hint: `it has ${known.join(', ')}` },
    );
  }
  const entry = entries[name];
  if ('folder' in entry) return { ...entry, name, mirror: entry.mirror ?? [] };
  const { mirror = [], sources = [], columns, ...facts } = entry;
  const expanded = columns.flatMap((column) =>
    expandNames(column.name).map((columnName) => ({ ...column, name: columnName })),
  );
  return { name, ...facts, columns: expanded, mirror, sources };
}

/** What stands beside the data: all that the catalogue says of it, and where else it can be had. */
export function describeDataSet(dataSet: DataSet): object {
  const { mirror: _mirror, ...facts } = dataSet;
  return isFolderSet(dataSet) ? facts : { ...facts, one_hot: oneHotGroups(dataSet) };
}

/** "581012 rows x 55 columns" or "6 files". */
export function sizeOf(dataSet: DataSet): string {
  return isFolderSet(dataSet)
    ? `${dataSet.folder.files} files`
    : `${dataSet.file.rows} rows x ${dataSet.columns.length} columns`;
}

/** Names of the columns of each one-hot group. */
function oneHotGroups({ columns }: Pick<FileSet, 'columns'>): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const { name, one_hot: group } of columns) {
    if (group !== undefined) (groups[group] ??= []).push(name);
  }
  return groups;
}

function assertConsistent(yaml: YamlFile, entries: Readonly<Record<string, Entry>>): void {
  yaml.examine((report) => {
    for (const [name, entry] of Object.entries(entries)) {
      const { mirror = [] } = entry;
      if ('folder' in entry) {
        if (mirror.length === 0) report([name], 'must have a mirror');
        continue;
      }
      const { columns, sources = [] } = entry;
      const names = columns.flatMap((column) => expandNames(column.name));
      const twice = names.filter((column, i) => names.indexOf(column) !== i);
      if (twice.length > 0) report([name, 'columns'], `must be distinct; got ${twice[0]} twice`);
      if (mirror.length + sources.length === 0) report([name], 'must have a mirror or sources');
      sources.forEach((source, i) => {
        const isPackage = 'package' in source;
        if (isPackage === 'url' in source) {
          report([name, 'sources', i], 'must have either url or package');
        } else if (isPackage && source.member === undefined) {
          report([name, 'sources', i], 'must have the key member, the path inside the package');
        }
      });
    }
  });
}
