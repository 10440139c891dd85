/**
 * The part of the pickle format (protocol 2) in which torch.save describes dicts, lists, texts, integers
 * and tensors. Nothing is executed: the functions that rebuild a tensor are known by their names, every
 * other name is refused, and so is every instruction that is not listed here.
 *
 * @see https://docs.python.org/3/library/pickletools.html
 */
import type { Refuse } from './bytes.ts';

/** A tensor whose numbers stand in an entry of the archive. */
export interface StoredTensor {
  readonly kind: 'tensor';
  /** `FloatStorage`, `LongStorage` … */
  readonly storage: string;
  /** Name of the entry, below data/. */
  readonly key: string;
  /** Numbers in the entry. */
  readonly nStored: number;
  /** Of the first number in the entry. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}
interface Storage extends Pick<StoredTensor, 'storage' | 'key' | 'nStored'> {
  readonly kind: 'storage';
}
interface Global {
  readonly kind: 'global';
  readonly name: string;
}
export type PickleValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly PickleValue[]
  | ReadonlyMap<PickleValue, PickleValue>
  | StoredTensor
  | Storage
  | Global;

const REBUILD_TENSOR = 'torch._utils _rebuild_tensor_v2';
const ORDERED_DICT = 'collections OrderedDict';
const STORAGE = /^torch (\w+Storage)$/;

/** Describes a dict of texts, integers, lists of these, and tensors. */
export function formatPickle(
  entries: Readonly<Record<string, StoredTensor | readonly (string | number)[]>>,
): Buffer {
  const parts = [
    Buffer.from([0x80, 2]),
    code('}('),
    ...Object.entries(entries).flatMap(([key, value]) => [
      formatAtom(key),
      'kind' in value ? formatTensor(value) : formatList(value),
    ]),
    code('u.'),
  ];
  return Buffer.concat(parts);
}

/**
 * Reads a description.
 *
 * @returns Lists and tuples as arrays, dicts as maps, integers beyond 2^53 as bigint.
 * @param refuse - Throws; gets what was found instead of a description of plain data.
 */
export function parsePickle(bytes: Buffer, refuse: Refuse): PickleValue {
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  let at = 0;

  const take = (nBytes: number): number => {
    if (at + nBytes > bytes.length) refuse('a pickle that breaks off');
    at += nBytes;
    return at - nBytes;
  };
  const takeLine = (): string => {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) refuse('a pickle that breaks off');
    return bytes.toString('utf8', take(end + 1 - at), end);
  };
  const pop = (): PickleValue => {
    if (stack.length <= (marks.at(-1) ?? 0)) refuse('a pickle that takes what it never put');
    return stack.pop() as PickleValue;
  };
  const popMany = (n: number): PickleValue[] => Array.from({ length: n }, pop).reverse();
  const popToMark = (): PickleValue[] => {
    const mark = marks.pop();
    if (mark === undefined) refuse('a pickle that takes what it never put');
    return stack.splice(mark);
  };
  const top = <T>(is: (value: PickleValue | undefined) => value is T & PickleValue): T => {
    const value = stack.at(-1);
    if (!is(value)) refuse('a pickle that fills no list or dict');
    return value;
  };
  const setItems = (items: PickleValue[]): void => {
    const dict = top(isDict);
    if (items.length % 2 !== 0) refuse('a pickle with a key without a value');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  };
  const remember = (id: number): void => {
    memo.set(id, stack[stack.length - 1]);
  };
  const recall = (id: number): void => {
    const value = memo.get(id);
    if (value === undefined) refuse('a pickle that recalls what it never kept');
    stack.push(value);
  };

  const instructions: Readonly<Record<string, () => void>> = {
    N: () => stack.push(null),
    '\x88': () => stack.push(true),
    '\x89': () => stack.push(false),
    K: () => stack.push(bytes.readUInt8(take(1))),
    M: () => stack.push(bytes.readUInt16LE(take(2))),
    J: () => stack.push(bytes.readInt32LE(take(4))),
    '\x8a': () => {
      const nBytes = bytes.readUInt8(take(1));
      stack.push(readLong(bytes.subarray(take(nBytes), at)));
    },
    X: () => {
      const nBytes = bytes.readUInt32LE(take(4));
      stack.push(bytes.toString('utf8', take(nBytes), at));
    },
    c: () => stack.push({ kind: 'global', name: `${takeLine()} ${takeLine()}` }),
    '}': () => stack.push(new Map()),
    ']': () => stack.push([]),
    ')': () => stack.push([]),
    '(': () => marks.push(stack.length),
    t: () => stack.push(popToMark()),
    '\x85': () => stack.push(popMany(1)),
    '\x86': () => stack.push(popMany(2)),
    '\x87': () => stack.push(popMany(3)),
    a: () => {
      const item = pop();
      top(isList).push(item);
    },
    e: () => {
      const items = popToMark();
      top(isList).push(...items);
    },
    s: () => setItems(popMany(2)),
    u: () => setItems(popToMark()),
    Q: () => stack.push(toStorage(pop(), refuse)),
    R: () => {
      const [callee, args] = popMany(2);
      stack.push(call(callee, args, refuse));
    },
    q: () => remember(bytes.readUInt8(take(1))),
    r: () => remember(bytes.readUInt32LE(take(4))),
    h: () => recall(bytes.readUInt8(take(1))),
    j: () => recall(bytes.readUInt32LE(take(4))),
  };

  if (bytes.readUInt8(take(1)) !== 0x80 || bytes.readUInt8(take(1)) !== 2) {
    refuse('a pickle of another protocol than 2');
  }
  for (;;) {
    const opcode = String.fromCharCode(bytes[take(1)]);
    if (opcode === '.') return pop();
    const instruction = instructions[opcode];
    if (instruction === undefined) {
      refuse(
        `a pickle with the instruction ${JSON.stringify(opcode)}, which tensors, integers and texts do not need`,
      );
    }
    instruction();
  }
}

/** The one thing that torch stores outside the pickle: ('storage', type, key, device, count). */
function toStorage(id: PickleValue, refuse: Refuse): Storage {
  const [tag, type, key, , nStored] = isList(id) ? id : [];
  const storage = isGlobal(type) ? STORAGE.exec(type.name)?.[1] : undefined;
  if (tag !== 'storage' || storage === undefined || typeof key !== 'string' || !isCount(nStored)) {
    return refuse('a pickle with a storage that torch does not know');
  }
  return { kind: 'storage', storage, key, nStored };
}

function call(callee: PickleValue, args: PickleValue, refuse: Refuse): PickleValue {
  const name = isGlobal(callee) ? callee.name : String(callee);
  if (name === ORDERED_DICT && isList(args) && args.length === 0) return new Map();
  if (name !== REBUILD_TENSOR) refuse(`a pickle that calls ${name}`);
  const [storage, offset, shape, strides] = isList(args) ? args : [];
  const isSound =
    isStorage(storage) &&
    isCount(offset) &&
    isCounts(shape) &&
    isCounts(strides) &&
    shape.length === strides.length;
  if (!isSound) return refuse('a pickle with a tensor that is none');
  return { ...storage, kind: 'tensor', offset, shape, strides };
}

function formatTensor({ storage, key, nStored, offset, shape, strides }: StoredTensor): Buffer {
  const tuple = (numbers: readonly number[]): Buffer[] => [
    code('('),
    ...numbers.map(formatAtom),
    code('t'),
  ];
  return Buffer.concat([
    formatGlobal(REBUILD_TENSOR),
    code('(('),
    formatAtom('storage'),
    formatGlobal(`torch ${storage}`),
    ...[key, 'cpu', nStored].map(formatAtom),
    code('tQ'),
    formatAtom(offset),
    ...tuple(shape),
    ...tuple(strides),
    code('\x89'),
    formatGlobal(ORDERED_DICT),
    code(')RtR'),
  ]);
}

function formatList(items: readonly (string | number)[]): Buffer {
  return Buffer.concat([code(']('), ...items.map(formatAtom), code('e')]);
}

function formatAtom(value: string | number): Buffer {
  if (typeof value === 'number') return formatInteger(value);
  const text = Buffer.from(value);
  const head = Buffer.from('X\0\0\0\0');
  head.writeUInt32LE(text.length, 1);
  return Buffer.concat([head, text]);
}

function formatInteger(value: number): Buffer {
  if (value === (value | 0)) {
    const int32 = Buffer.from('J\0\0\0\0');
    int32.writeInt32LE(value, 1);
    return int32;
  }
  const long = Buffer.alloc(10);
  long.set([0x8a, 8]);
  long.writeBigInt64LE(BigInt(value), 2);
  return long;
}

function formatGlobal(name: string): Buffer {
  return code(`c${name.replace(' ', '\n')}\n`);
}

function code(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Two's complement, little-endian, of any length. */
function readLong(bytes: Buffer): number | bigint {
  const hex = Buffer.from(bytes).reverse().toString('hex');
  const value = BigInt.asIntN(bytes.length * 8, BigInt(`0x0${hex}`));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function isList(value: PickleValue | undefined): value is PickleValue[] {
  return Array.isArray(value);
}
function isDict(value: PickleValue | undefined): value is Map<PickleValue, PickleValue> {
  return value instanceof Map;
}
function isGlobal(value: PickleValue | undefined): value is Global {
  return isTagged(value) && value.kind === 'global';
}
function isStorage(value: PickleValue | undefined): value is Storage {
  return isTagged(value) && value.kind === 'storage';
}
function isTagged(value: PickleValue | undefined): value is StoredTensor | Storage | Global {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
function isCount(value: PickleValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
function isCounts(value: PickleValue | undefined): value is number[] {
  return isList(value) && value.every(isCount);
}
