import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  PRECISIONS,
  findPackingProblem,
  packWeights,
  precisionOf,
  unpackWeights,
} from '../../../../lib/models/mlp/packed-weights.ts';
import type { Tensor } from '../../../../lib/tensors/safetensors.ts';

const SPECS = [
  { name: 'l/kernel', shape: [3, 2] },
  { name: 'l/bias', shape: [2] },
];
const WEIGHTS = {
  'l/kernel': Float32Array.of(1.27, -0.5, 0.635, 0.25, -0.004, 0.001),
  'l/bias': Float32Array.of(0.1, -7),
};
const list = ({ data }: Tensor): number[] => Array.from(data as ArrayLike<number>);
const sizeOf = (tensors: Readonly<Record<string, Tensor>>): number =>
  Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);

const test = suite('packed weights');

test('are codes of the step of each output, 127 steps to its largest weight', () => {
  const tensors = packWeights(SPECS, WEIGHTS, 'int8');
  const [first, second] = [Math.fround(1.27) / 127, 0.5 / 127].map(Math.fround);
  assert.equal(list(tensors['l/kernel/step']), [first, second]);
  // -0.004 / 0.01 is nearer to 0 than to -1 of a step; .25 is 63.5 steps, and rounds up
  assert.equal(list(tensors['l/kernel']), [127, -127, 64, 64]);
  assert.equal(list(tensors['l/kernel/kept']), [0b1111]);
  assert.is(tensors['l/kernel'].dtype, 'I8');
  assert.equal(tensors['l/bias'], { dtype: 'F32', shape: [2], data: WEIGHTS['l/bias'] });
  assert.equal(
    [...unpackWeights(SPECS, tensors)['l/kernel']],
    [127 * first, -127 * second, 64 * first, 64 * second, 0, 0].map(Math.fround),
  );
  assert.is(sizeOf(tensors), 4 + 1 + 2 * 4 + 2 * 4, 'codes, places, two steps, two biases');
});

test('are the nearest halves', () => {
  const tensors = packWeights(SPECS, WEIGHTS, 'float16');
  assert.equal(list(tensors['l/kernel']), [...WEIGHTS['l/kernel']].map(Math.f16round));
  assert.is(sizeOf(tensors), 6 * 2 + 2 * 4);
  assert.equal([...unpackWeights(SPECS, tensors)['l/kernel']], list(tensors['l/kernel']));
});

test('are stored without their zeros, with a bit for each place, where that is smaller', () => {
  const specs = [{ name: 'l/kernel', shape: [2, 5] }];
  const kernel = Float32Array.of(0, 0, 3, 0, 0, 0, 0, 0, 0, -4);
  const tensors = packWeights(specs, { 'l/kernel': kernel }, 'float32');
  assert.equal(tensors, {
    'l/kernel': { dtype: 'F32', shape: [2], data: Float32Array.of(3, -4) },
    // places 2 and 9, lowest bit first
    'l/kernel/kept': { dtype: 'U8', shape: [2], data: Uint8Array.of(0b100, 0b10) },
  });
  assert.equal([...unpackWeights(specs, tensors)['l/kernel']], [...kernel]);
  const few = Float32Array.of(1, 2, 3, 4, 0, 6, 7, 8, 9, 10);
  assert.equal(Object.keys(packWeights(specs, { 'l/kernel': few }, 'int8')), [
    'l/kernel',
    'l/kernel/step',
  ]);
});

test('come back as they were from float32, and within half a step or half a unit from the others', () => {
  const weight = fc.oneof(
    { weight: 3, arbitrary: fc.float({ min: -100, max: 100, noNaN: true }) },
    { weight: 2, arbitrary: fc.constant(0) },
  );
  const network = fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }))
    .chain(([n, m]) =>
      fc.tuple(fc.constant([n, m]), fc.array(weight, { minLength: n * m, maxLength: n * m })),
    );
  fc.assert(
    fc.property(network, fc.constantFrom(...PRECISIONS), ([shape, values], precision) => {
      const specs = [{ name: 'l/kernel', shape }];
      const kernel = Float32Array.from(values);
      const tensors = packWeights(specs, { 'l/kernel': kernel }, precision);
      assert.is(findPackingProblem(specs, tensors), null);
      assert.is(precisionOf(specs, tensors), precision);
      const found = unpackWeights(specs, tensors)['l/kernel'];
      for (const [i, value] of kernel.entries()) {
        const column = kernel.filter((_, k) => k % shape[1] === i % shape[1]);
        const step = Math.max(...column.map(Math.abs)) / 127;
        const bounds = {
          float32: 0,
          float16: Math.abs(value) / 2 ** 11 + 2 ** -25,
          int8: step / 2 + 1e-40, // below, steps are no normal numbers any more
        };
        assert.ok(Math.abs(found[i] - value) <= bounds[precision] * (1 + 1e-5), `${value}`);
        if (value === 0) assert.is(Math.abs(found[i]), 0);
      }
      if (precision !== 'int8') {
        assert.equal(packWeights(specs, { 'l/kernel': found }, precision), tensors, 'packed again');
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('are refused where they do not fit together', () => {
  const whole = packWeights(SPECS, WEIGHTS, 'int8');
  const zeros = packWeights(SPECS, { ...WEIGHTS, 'l/kernel': new Float32Array(6) }, 'float32');
  const problems = [
    { ...whole, extra: whole['l/bias'] },
    { 'l/bias': whole['l/bias'] },
    { ...whole, 'l/kernel': { dtype: 'I32', shape: [3, 2], data: new Int32Array(6) } },
    { ...whole, 'l/kernel': { dtype: 'F16', shape: [3, 2], data: new Float16Array(6) } },
    { ...whole, 'l/kernel/step': { dtype: 'F32', shape: [3], data: new Float32Array(3) } },
    { 'l/kernel': whole['l/kernel'], 'l/bias': whole['l/bias'] },
    { ...whole, 'l/bias': { dtype: 'F16', shape: [2], data: new Float16Array(2) } },
    { ...zeros, 'l/kernel/kept': { dtype: 'U8', shape: [1], data: Uint8Array.of(0b101) } },
    { ...zeros, 'l/kernel/kept': { dtype: 'U8', shape: [2], data: new Uint8Array(2) } },
  ].map((tensors) => findPackingProblem(SPECS, tensors as Record<string, Tensor>));
  assert.equal(problems, [
    'unknown weights extra',
    'no weights l/kernel',
    'the weights l/kernel as I32 (3, 2)',
    'the weights l/kernel as F16 (3, 2) and steps that do not fit',
    'the steps of l/kernel as F32 (3)',
    'the weights l/kernel as I8 (4) and steps that do not fit',
    'the weights l/bias as F16 (2)',
    '2 kept weights of l/kernel, and the weights l/kernel as F32 (0)',
    'the kept weights of l/kernel as U8 (2)',
  ]);
});

test('of more than a half can hold are refused as float16, with their name, and taken as int8', () => {
  const large = { ...WEIGHTS, 'l/kernel': WEIGHTS['l/kernel'].map((weight) => weight * 1e5) };
  assert.throws(
    () => packWeights(SPECS, large, 'float16'),
    /^every weight must be within 65504 to be a float16; got others in l\/kernel$/,
  );
  assert.ok(packWeights(SPECS, large, 'int8'));
});

test.run();
