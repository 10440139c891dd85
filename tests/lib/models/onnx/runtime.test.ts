import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StageError } from '../../../../lib/errors.ts';
import { loadRuntime } from '../../../../lib/models/onnx/runtime.ts';

const test = suite('onnxruntime');

test('is what set-up brought, and says how to get it where there is none', () => {
  assert.type(loadRuntime().InferenceSession.create, 'function');
  assert.throws(
    () => loadRuntime(['no-runtime', '/nowhere/no-runtime']),
    (error: StageError) =>
      error.code === 'E_ENVIRONMENT' &&
      error.message === 'export needs onnxruntime, which checks what it writes; got none' &&
      /npm run setup -- --onnx/.test(error.hint ?? ''),
  );
});

test.run();
