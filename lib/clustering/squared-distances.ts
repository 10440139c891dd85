/** The kernel of sample-rows.ts: squared-distances.wat, assembled by wabt; a test assembles it again. */

/** What of WebAssembly is used; Node has it, TypeScript's types of Node do not. */
declare const WebAssembly: {
  Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** Addresses and sizes in bytes of what the kernel reads and writes. */
export interface KernelAddresses {
  readonly dense: number;
  readonly denseBytes: number;
  readonly entries: number;
  readonly starts: number;
  readonly batch: number;
  readonly blocks: number;
  readonly blockBytes: number;
  readonly distances: number;
}
export interface Kernel {
  /** Brings the first `nRows` rows of the batch into the cache. */
  touch(nRows: number): void;
  /** Distances of the first `nRows` rows of the batch to the points of the first `nBlocks` blocks. */
  squaredDistances(nRows: number, nBlocks: number): void;
}

const PAGE_BYTES = 65536;
/** One page less than there are addresses, so that no end of an array is address 0. */
export const MAX_MEMORY_BYTES = 65535 * PAGE_BYTES;

export function loadKernel(
  nBytes: number,
  addresses: KernelAddresses,
): { readonly buffer: ArrayBuffer; readonly kernel: Kernel } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(nBytes / PAGE_BYTES) });
  const module = new WebAssembly.Module(Buffer.from(SQUARED_DISTANCES, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { rows: { memory, ...addresses } });
  return { buffer: memory.buffer, kernel: exports as unknown as Kernel };
}

export const SQUARED_DISTANCES =
  'AGFzbQEAAAABCwJgAX8Bf2ACf38AApIBCQRyb3dzBm1lbW9yeQIAAQRyb3dzBWRlbnNlA38ABHJvd3MKZGVuc2VCeXRlcwN/AARyb3dzB2VudHJpZXMDfwAEcm93cwZzdGFydHMDfwAEcm93cwViYXRjaAN/AARyb3dzBmJsb2NrcwN/AARyb3dzCmJsb2NrQnl0ZXMDfwAEcm93cwlkaXN0YW5jZXMDfwADBgUAAAAAAQccAgV0b3VjaAADEHNxdWFyZWREaXN0YW5jZXMABAqBBQUKACMAIAAjAWxqCwoAIwMgAEECdGoLCgAjAiAAQQN0agtlAQV/IwQhASABIABBAnRqIQIDQCAFIAEoAgAQASgCABACKAIAaiEFIAEoAgAQACEDIAMjAWohBANAIAUgAygCAGohBSADQcAAaiEDIAMgBEkNAAsgAUEEaiEBIAEgAkkNAAsgBQv3AwILfwd7IwQhAiACIABBAnRqIQMjBSABIwZsaiEEIwchBgNAIAIoAgAhDCAMEAAhByAHIwFqIQggDBABIQwgDCgCABACIQkgDCgCBBACIQojBSEFA0D9DAAAAAAAAAAAAAAAAAAAAAAhEP0MAAAAAAAAAAAAAAAAAAAAACER/QwAAAAAAAAAAAAAAAAAAAAAIRL9DAAAAAAAAAAAAAAAAAAAAAAhEyAHIQsgBSEMAkADQCALIAhPDQEgDEEgaiEMIAsqAgC7/RQhDSANIAz9AAQA/fEBIQ8gECAPIA/98gH98AEhECANIAz9AAQQ/fEBIQ8gESAPIA/98gH98AEhESALQQRqIQsMAAsLIAkhCwJAA0AgCyAKTw0BIAUgCygCAEEFdGohDCALKgIEu/0UIQ0gDP0ABCAhDiASIA0gDSAOIA798AH98QH98gH98AEhEiAM/QAEMCEOIBMgDSANIA4gDv3wAf3xAf3yAf3wASETIAtBCGohCwwACwsgBiAQ/QwAAAAAAAAAAAAAAAAAAAAAIAX9AAQAIBL98AH99QH98AH9CwQAIAYgEf0MAAAAAAAAAAAAAAAAAAAAACAF/QAEECAT/fAB/fUB/fAB/QsEECAGQSBqIQYgBSMGaiEFIAUgBEkNAAsgAkEEaiECIAIgA0kNAAsL';
