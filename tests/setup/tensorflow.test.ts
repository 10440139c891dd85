import {
  cpSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyTree, root } from './copied-tree.ts';

const test = suite('the TensorFlow binding');

interface Step {
  isDone(): boolean;
  make(): Promise<void>;
}

const library = join(root, '.native', 'tensorflow');

if (existsSync(library)) {
  test('is compiled again when it was cut short, and linked again when its link is gone', async () => {
    const { path, remove } = copyTree();
    try {
      for (const folder of ['.native/work', 'node_modules/@tensorflow/tfjs-node']) {
        mkdirSync(path(folder), { recursive: true });
      }
      symlinkSync(library, path('.native/tensorflow'));
      for (const part of ['tfjs-node/package.json', 'tfjs-node/binding']) {
        const copied = ['node_modules', '@tensorflow', ...part.split('/')];
        cpSync(join(root, ...copied), path(...copied), { recursive: true });
      }
      symlinkSync(
        join(root, 'node_modules', 'node-api-headers'),
        path('node_modules/node-api-headers'),
      );
      const module: unknown = await import(pathToFileURL(path('setup/tensorflow.mjs')).href);
      const { tensorflowBinding: step } = module as { tensorflowBinding: Step };
      const binding = path('.native/binding/tfjs_binding.node');
      const link = path('node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');

      assert.not(step.isDone());
      await step.make();
      assert.ok(step.isDone());
      const { size } = statSync(binding);

      truncateSync(binding, size / 2);
      assert.not(step.isDone());
      await step.make();
      assert.ok(step.isDone());
      assert.is(statSync(binding).size, size);

      rmSync(link);
      assert.not(step.isDone());
      await step.make();
      assert.ok(step.isDone());
      assert.is(statSync(link).size, size);
    } finally {
      remove();
    }
  });
}

test.run();
