/**
 * `timberline doctor`: what is there, what is missing, what needs it, how to get it.
 *
 * Plain JavaScript without packages, so that it runs before set-up and on Node 20. The native parts
 * are loaded for real, each in a process of its own: one that crashes is reported, not fatal.
 */
import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { run } from './child.mjs';
import { EXIT_ENVIRONMENT } from './errors.mjs';
import { treesKernel } from './kernels.mjs';
import { LIGHTGBM_VERSION } from './lightgbm.mjs';
import { npmPackages } from './npm-packages.mjs';
import { dvc, inRoot, lightgbm, node, venvPython } from './places.mjs';
import { findPython, pythonPackages } from './python-packages.mjs';
import { findCompiler } from './tensorflow.mjs';

// A clone has the pipelines; an installed package has the stages alone, and needs no DVC.
const isClone = existsSync(inRoot('package-lock.json'));
const SET_UP = isClone ? '`npm run setup`' : '`npx timberline setup`';
const GIB = 2 ** 30;
const ROOM_GIB = 1;

/** Runs JavaScript that prints one line, with tfjs-node's missing functions in place. */
const script = (text) =>
  run(node(), [
    '-e',
    `const util = require('node:util');
     util.isNullOrUndefined ??= (value) => value == null;
     util.isArray ??= Array.isArray;
     process.env.TF_CPP_MIN_LOG_LEVEL = '3';
     ${text}`,
  ]).then((output) => output.trim().split('\n').at(-1));

const multiply = `
  const product = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[0, 1], [1, 0]]));
  if (String(product.dataSync()) !== '2,1,4,3') throw new Error('wrong product');`;

const nativeTensorFlow = () =>
  script(`const tf = require('@tensorflow/tfjs-node');
    ${multiply}
    console.log(tf.backend().binding.TF_Version);`);

const wasm = () =>
  script(`const tf = require('@tensorflow/tfjs-core');
    const { version_wasm } = require('@tensorflow/tfjs-backend-wasm');
    tf.setBackend('wasm').then(() => {
      ${multiply}
      console.log(version_wasm);
    });`);

/** Loads LightGBM and makes it count its threads. */
const boosting = () =>
  script(`const library = require('koffi').load(${JSON.stringify(lightgbm)});
    const threads = [0];
    library.func('int LGBM_GetMaxThreads(_Out_ int *out)')(threads);
    console.log('${LIGHTGBM_VERSION}');`);

/** Lets a tree that is one leaf add its value to one row. */
const treeKernel = () =>
  script(`const library = require('koffi').load(${JSON.stringify(treesKernel.library)});
    const predict = library.func('${treesKernel.probe}');
    const sums = new Float64Array(1);
    const leaf = Int32Array.of(~0);
    const none = new Int32Array(1);
    predict(none, 0, leaf, 1, Float64Array.of(4), 1, 1, none, none, new Float32Array(1), 1, 1, sums, 1);
    if (sums[0] !== 4) throw new Error('wrong sum');
    console.log('compiled');`);

const duckdb = () => script(`console.log(require('@duckdb/node-api').version());`);

const versionOf = async (program, ...args) => {
  const output = await run(program, args);
  return output.match(/\d+(\.\d+)+/)?.[0] ?? output.trim();
};

/** Parts in the order in which one needs the other. `look` gives the version or throws. */
const PARTS = [
  {
    part: 'Node (running)',
    neededFor: 'set-up',
    howTo: 'install Node 20 or newer',
    look: async () => process.versions.node,
  },
  {
    part: 'npm packages',
    neededFor: 'everything',
    howTo: SET_UP,
    async look() {
      if (!npmPackages.isDone()) throw new Error('node_modules is not as package-lock.json says');
      return 'as locked';
    },
  },
  {
    part: 'Node 24',
    neededFor: 'stages, tests',
    howTo: SET_UP,
    look: () => versionOf(node(), '--version'),
    isGood: (version) => Number(version.split('.')[0]) >= 24,
  },
  {
    part: 'Python 3.10+',
    neededFor: 'DVC, native parts',
    howTo: '`apt-get install python3 python3-venv`',
    isOptional: !isClone,
    look: async () => versionOf(await findPython(), '--version'),
  },
  {
    part: '.venv',
    neededFor: 'DVC',
    howTo: SET_UP,
    isForPipelines: true,
    async look() {
      if (!pythonPackages.isDone()) throw new Error('not as requirements.txt says');
      return versionOf(venvPython, '--version');
    },
  },
  {
    part: 'DVC',
    neededFor: 'pipelines',
    howTo: SET_UP,
    isForPipelines: true,
    look: () => versionOf(dvc, '--version'),
  },
  {
    part: 'git',
    neededFor: 'comparing, experiments',
    howTo: '`apt-get install git`',
    isOptional: true,
    look: () => versionOf('git', '--version'),
  },
  {
    part: 'C++ compiler',
    neededFor: 'building the TensorFlow binding, the trees kernel',
    howTo: '`apt-get install g++`',
    isOptional: true,
    look: () => versionOf(findCompiler() ?? 'g++', '-dumpfullversion'),
  },
  {
    part: 'TensorFlow native',
    neededFor: 'training at full speed',
    howTo: `a C++ compiler, then ${SET_UP}`,
    isOptional: true,
    look: nativeTensorFlow,
  },
  {
    part: 'TensorFlow WASM',
    neededFor: 'training without a compiler, about 10x slower',
    howTo: SET_UP,
    look: wasm,
  },
  {
    part: 'LightGBM library',
    neededFor: 'gradient boosting',
    howTo: `\`apt-get install libgomp1\`, then ${SET_UP}`,
    look: boosting,
  },
  {
    part: 'trees kernel',
    neededFor: 'forests at full speed',
    howTo: `a C++ compiler, then ${SET_UP}`,
    isOptional: true,
    look: treeKernel,
  },
  { part: 'DuckDB', neededFor: 'tables', howTo: SET_UP, look: duckdb },
  {
    part: 'free disk',
    neededFor: 'data and models',
    howTo: `free ${ROOM_GIB} GiB`,
    async look() {
      const { bavail, bsize } = statfsSync(inRoot());
      return `${((bavail * bsize) / GIB).toFixed(1)} GiB`;
    },
    isGood: (room) => parseFloat(room) >= ROOM_GIB,
  },
  {
    part: 'cores, memory',
    neededFor: 'speed',
    howTo: '',
    look: async () => `${availableParallelism()}, ${(totalmem() / GIB).toFixed(1)} GiB`,
  },
];

async function examine({ part, neededFor, howTo, look, isGood = () => true, isOptional = false }) {
  const facts = { part, needed: !isOptional, neededFor };
  try {
    const version = await look();
    if (isGood(version)) return { ...facts, state: 'found', version };
    return { ...facts, state: 'missing', version, howTo };
  } catch ({ message, output }) {
    const reason = output?.match(/^\w*Error: .*$/m)?.[0] ?? message;
    return { ...facts, state: 'missing', version: '', howTo, reason };
  }
}

function table(rows) {
  const columns = [
    ['part', ({ part }) => part],
    ['state', ({ state, needed }) => (state === 'missing' && !needed ? 'absent' : state)],
    ['version', ({ version }) => version],
    ['needed for', ({ neededFor }) => neededFor],
    ['how to get it', ({ howTo = '' }) => howTo],
  ].map(([title, cell]) => [title, ...rows.map(cell)]);
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)));
  return columns[0].map((_, row) =>
    columns
      .map((cells, column) => cells[row].padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

const parts = await Promise.all(
  PARTS.filter(({ isForPipelines }) => isClone || !isForPipelines).map(examine),
);
const missing = parts.filter(({ state, needed }) => needed && state === 'missing');
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ ok: missing.length === 0, parts }, null, 2));
} else {
  for (const line of table(parts)) console.log(line);
  for (const { part, reason } of parts) if (reason) console.log(`\n${part}: ${reason}`);
  if (missing.length) console.log(`\nMissing: ${missing.map(({ part }) => part).join(', ')}`);
}
if (missing.length) process.exitCode = EXIT_ENVIRONMENT;
