/** Whole files into memory that worker threads share, and blocks of bytes to their places in a file. */
import { closeSync, existsSync, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { StageError } from '../errors.ts';

/** Bytes of a file in memory that worker threads see too. */
export type SharedBytes = Uint8Array<SharedArrayBuffer>;

/** Throws; gets what was found instead of what must be there. */
export type Refuse = (got: string) => never;

// read(2) and write(2) move less than 2^31 bytes at once
const MAX_BYTES_AT_ONCE = 2 ** 30;

/**
 * Reads a whole file.
 *
 * @throws StageError E_DATA when `path` is missing, a folder or empty.
 */
export function readShared(path: string): SharedBytes {
  if (!existsSync(path)) {
    throw new StageError('E_DATA', `${path} must exist; got no such file`, {
      hint: 'name the file with its flag, or run the stage that writes it (npx dvc repro)',
    });
  }
  if (statSync(path).isDirectory()) {
    throw new StageError('E_DATA', `${path} must be a file of tensors; got a folder`, {
      hint: 'name one file of it',
    });
  }
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size === 0) {
      throw new StageError('E_DATA', `${path} must be a file of tensors; got an empty file`, {
        hint: 'run the stage that writes it again',
      });
    }
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    for (let at = 0; at < size;) {
      const n = readSync(descriptor, bytes, at, Math.min(size - at, MAX_BYTES_AT_ONCE), at);
      if (n === 0) throw new StageError('E_DATA', `${path} must not change while it is read`);
      at += n;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** The bytes of an array, not copied. */
export function asBytes({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Writes all bytes of `data` at `position` of an open file. */
export function writeAt(descriptor: number, data: NodeJS.TypedArray, position: number): void {
  const bytes = asBytes(data);
  for (let at = 0; at < bytes.length;) {
    const length = Math.min(bytes.length - at, MAX_BYTES_AT_ONCE);
    at += writeSync(descriptor, bytes, at, length, position + at);
  }
}
