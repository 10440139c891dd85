import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toStageError } from '../../../lib/cli/system-errors.ts';
import { StageError } from '../../../lib/errors.ts';

const system = (code: string, path?: string): Error =>
  Object.assign(new Error(code), { code, path });

const test = suite('toStageError');

test('passes a StageError through', () => {
  const error = new StageError('E_DATA', 'x');
  assert.is(toStageError(error, {}), error);
});

test('makes a missing input E_DATA, and names its flag', () => {
  const error = toStageError(system('ENOENT', 'a.csv'), { in: 'a.csv' });
  assert.is(error?.code, 'E_DATA');
  assert.is(error?.message, 'a.csv must exist; got no such file');
  assert.match(error?.hint ?? '', '--in');
});

test('makes a full disk and a missing permission E_ENVIRONMENT', () => {
  assert.is(
    toStageError(system('ENOSPC'), {})?.message,
    'an output must be writable; got the disk is full',
  );
  assert.is(toStageError(system('EROFS', 'x/y'), {})?.code, 'E_ENVIRONMENT');
  assert.is(
    toStageError(system('EACCES', 'x/y'), {})?.message,
    'x/y must be writable; got permission denied',
  );
});

test('knows a full disk by what DuckDB says of it', () => {
  const error = toStageError(
    new Error('IO Error: Could not write file "x": No space left on device'),
    {},
  );
  assert.is(error?.code, 'E_ENVIRONMENT');
  assert.is(error?.message, 'x must be writable; got the disk is full');
});

test('knows a file that must not be written by what DuckDB says of it', () => {
  for (const [reason, got] of [
    ['Permission denied', 'permission denied'],
    ['Read-only file system', 'the file system is read-only'],
  ]) {
    const error = toStageError(new Error(`IO Error: Cannot open file "x/y.csv": ${reason}`), {});
    assert.is(error?.code, 'E_ENVIRONMENT');
    assert.is(error?.message, `x/y.csv must be writable; got ${got}`);
  }
});

test('leaves a bug a bug', () => {
  assert.is(toStageError(new TypeError('x is not a function'), {}), null);
  assert.is(toStageError('text', {}), null);
});

test.run();
