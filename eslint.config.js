/**
 * The rules that hold the design: which folder may import what, and who may see files, the clock,
 * chance and the process. Style is prettier's; types are TypeScript's.
 */
import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const STAGES = ['stages/**/*.ts', 'pipelines/**/*.ts'];
const FRAME = ['lib/cli/**', 'lib/dvc/**']; // owns argv, streams, clock, exit codes, the workspace
const FILES = [
  'lib/data/**',
  'lib/tensors/**',
  'lib/models/bundle.ts',
  'lib/ingestion/engines/**',
  'lib/tracking/**',
  'lib/services/**',
  'lib/serving/**',
  ...FRAME,
];
const ALGORITHMS = [
  'exploration',
  'preprocessing',
  'models',
  'clustering',
  'metrics',
  'monitoring',
  'forecasting',
  'joining',
  'bidding',
  'clicks',
  'text',
  'sparse',
  'signal',
  'ingestion',
].map((folder) => `lib/${folder}/**/*.ts`);
const NATIVE_OR_FILES = [
  'lib/models/bundle.ts',
  'lib/ingestion/engines/*.ts',
  'lib/models/tensorflow/*.ts',
  'lib/models/lightgbm/library.ts',
  'lib/models/trees/kernel.ts',
];

const NO_STAGES = {
  regex: '/(stages|pipelines)/',
  message: 'lib knows no stage; a stage passes what lib needs.',
};
const NO_FILES = {
  regex: '^(node:)?fs(/|$)',
  message:
    'Files are opened in lib/data, lib/tensors, lib/models/bundle.ts, lib/ingestion/engines, lib/tracking, lib/services, lib/serving and lib/cli only.',
};
const NO_FRAME = {
  regex: '/cli/',
  message: 'Algorithms know nothing of the command line.',
};
const NO_READERS = {
  regex: '/data/(database|tables|sources|fetch|read-|write-)|^@duckdb/|^node:(http|https|net|dns)$',
  message: 'Algorithms get values, never files, tables or the network.',
};
const ONLY_LIB = {
  regex: String.raw`^(?!(\.\./)+lib/)`,
  message: 'A stage imports from lib only; what two stages share belongs there.',
};

const imports = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

const CLOCK_AND_CHANCE = [
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Draw from rng(seed, stage, purpose), so that running twice gives the same bytes.',
  },
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Outputs depend on no clock; lib/cli measures time.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Outputs depend on no clock; parse the date that the data gives.',
  },
  {
    selector: "CallExpression[callee.name='Date']",
    message: 'Outputs depend on no clock.',
  },
];
const STAGE_BODY = [
  ...CLOCK_AND_CHANCE,
  { selector: 'TryStatement', message: 'lib/cli reports errors; a stage lets them through.' },
  {
    selector: String.raw`ImportExpression[source.value!=/^(\.\.\u002F)+lib\u002F/]`,
    message: 'A stage imports from lib only.',
  },
];
const syntax = (restrictions) => ({ 'no-restricted-syntax': ['error', ...restrictions] });

const NO_PROCESS = {
  'no-restricted-globals': [
    'error',
    { name: 'console', message: 'Use the log that lib/cli hands to the stage.' },
    { name: 'process', message: 'lib/cli owns argv, streams, environment and exit codes.' },
  ],
};

const NODE_GLOBALS = Object.fromEntries(
  ['console', 'performance', 'process', 'setTimeout', 'Buffer', 'URL', 'fetch'].map((name) => [
    name,
    false,
  ]),
);

export default defineConfig(
  { ignores: ['node_modules', 'dist', '.venv', '.native', 'data', 'models', 'reports', 'logs'] },
  eslint.configs.recommended,
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: NODE_GLOBALS } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
    },
  },
  {
    files: ['lib/**/*.ts'],
    ignores: FRAME,
    rules: { ...imports(NO_STAGES, NO_FILES), ...syntax(CLOCK_AND_CHANCE), ...NO_PROCESS },
  },
  { files: FILES, rules: imports(NO_STAGES) },
  // when a run began and ended is part of what a tracking server keeps; no output holds it
  { files: ['lib/tracking/**'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ALGORITHMS,
    ignores: NATIVE_OR_FILES,
    rules: imports(NO_STAGES, NO_FILES, NO_FRAME, NO_READERS),
  },
  {
    files: STAGES,
    rules: {
      ...imports(ONLY_LIB),
      ...syntax(STAGE_BODY),
      ...NO_PROCESS,
      'max-lines': ['error', { max: 80, skipBlankLines: true }],
    },
  },
);
