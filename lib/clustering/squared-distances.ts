/** The kernel of sample-rows.ts: squared-distances.wat, assembled by wabt; a test assembles it again. */

/** What of WebAssembly is used; Node has it, TypeScript's types of Node do not. */
declare const WebAssembly: {
  Memory: new (pages: { initial: number; maximum: number; shared: true }) => SharedMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** A memory of WebAssembly that goes to worker threads without a copy. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

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
  readonly floats: number;
  readonly eight: number;
  readonly nearest: number;
  readonly gaps: number;
}
export interface Kernel {
  /** Brings the first `nRows` rows of the batch into the cache. */
  touch(nRows: number): void;
  /** Distances of the first `nRows` rows of the batch to the points of the first `nBlocks` blocks. */
  squaredDistances(nRows: number, nBlocks: number): void;
  /** The nearest of these points, in floats; takes `nRows` rounded up to a multiple of eight. */
  nearestPoints(nRows: number, nBlocks: number): void;
}

const PAGE_BYTES = 65536;
/** One page less than there are addresses, so that no end of an array is address 0. */
export const MAX_MEMORY_BYTES = 65535 * PAGE_BYTES;

export function createMemory(nBytes: number): SharedMemory {
  const nPages = Math.ceil(nBytes / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: nPages, maximum: nPages, shared: true });
}

export function loadKernel(memory: SharedMemory, addresses: KernelAddresses): Kernel {
  const module = new WebAssembly.Module(Buffer.from(SQUARED_DISTANCES, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { rows: { memory, ...addresses } });
  return exports as unknown as Kernel;
}

export const SQUARED_DISTANCES =
  'AGFzbQEAAAABCwJgAX8Bf2ACf38AAs8BDQRyb3dzBm1lbW9yeQIDAYCABARyb3dzBWRlbnNlA38ABHJvd3MKZGVuc2VCeXRlcwN/AARyb3dzB2VudHJpZXMDfwAEcm93cwZzdGFydHMDfwAEcm93cwViYXRjaAN/AARyb3dzBmJsb2NrcwN/AARyb3dzCmJsb2NrQnl0ZXMDfwAEcm93cwlkaXN0YW5jZXMDfwAEcm93cwZmbG9hdHMDfwAEcm93cwVlaWdodAN/AARyb3dzB25lYXJlc3QDfwAEcm93cwRnYXBzA38AAwcGAAAAAAEBBywDBXRvdWNoAAMQc3F1YXJlZERpc3RhbmNlcwAEDW5lYXJlc3RQb2ludHMABQr7DAYKACMAIAAjAWxqCwoAIwMgAEECdGoLCgAjAiAAQQN0agtlAQV/IwQhASABIABBAnRqIQIDQCAFIAEoAgAQASgCABACKAIAaiEFIAEoAgAQACEDIAMjAWohBANAIAUgAygCAGohBSADQcAAaiEDIAMgBEkNAAsgAUEEaiEBIAEgAkkNAAsgBQv3AwILfwd7IwQhAiACIABBAnRqIQMjBSABIwZsaiEEIwchBgNAIAIoAgAhDCAMEAAhByAHIwFqIQggDBABIQwgDCgCABACIQkgDCgCBBACIQojBSEFA0D9DAAAAAAAAAAAAAAAAAAAAAAhEP0MAAAAAAAAAAAAAAAAAAAAACER/QwAAAAAAAAAAAAAAAAAAAAAIRL9DAAAAAAAAAAAAAAAAAAAAAAhEyAHIQsgBSEMAkADQCALIAhPDQEgDEEgaiEMIAsqAgC7/RQhDSANIAz9AAQA/fEBIQ8gECAPIA/98gH98AEhECANIAz9AAQQ/fEBIQ8gESAPIA/98gH98AEhESALQQRqIQsMAAsLIAkhCwJAA0AgCyAKTw0BIAUgCygCAEEFdGohDCALKgIEu/0UIQ0gDP0ABCAhDiASIA0gDSAOIA798AH98QH98gH98AEhEiAM/QAEMCEOIBMgDSANIA4gDv3wAf3xAf3yAf3wASETIAtBCGohCwwACwsgBiAQ/QwAAAAAAAAAAAAAAAAAAAAAIAX9AAQAIBL98AH99QH98AH9CwQAIAYgEf0MAAAAAAAAAAAAAAAAAAAAACAF/QAEECAT/fAB/fUB/fAB/QsEECAGQSBqIQYgBSMGaiEFIAUgBEkNAAsgAkEEaiECIAIgA0kNAAsL+AcCEX8SeyMEIQIgAiAAQQJ0aiEDIwggASMGQQF2bGohBSMKIQYjCyEHIwkjAUEDdGohCgNAIAIoAgAQACELIAIoAgQQACEMIAIoAggQACENIAIoAgwQACEOIAIoAhAQACEPIAIoAhQQACEQIAIoAhgQACERIAIoAhwQACESIwkhCEEAIQkCQANAIAggCk8NASALIAlq/VwCACETIAwgCWogE/1WAgABIRMgDSAJaiAT/VYCAAIhEyAOIAlqIBP9VgIAAyETIAggE/0LBAAgDyAJav1cAgAhEyAQIAlqIBP9VgIAASETIBEgCWogE/1WAgACIRMgEiAJaiAT/VYCAAMhEyAIIBP9CwQQIAhBIGohCCAJQQRqIQkMAAsL/QwAAIB/AACAfwAAgH8AAIB/IR8gHyEgIB8hIiAfISP9DAAAAAAAAAAAAAAAAAAAAAAhFiAWISEgFiEkIwghBANAIAT9CQIAIRcgBP0JAgQhGCAE/QkCCCEZIAT9CQIMIRogFyEbIBghHCAZIR0gGiEeIwkhCCAEQRBqIQkDQCAI/QAEACETIAj9AAQQIRQgCf0JAgAhFSAXIBMgFf3mAf3lASEXIBsgFCAV/eYB/eUBIRsgCf0JAgQhFSAYIBMgFf3mAf3lASEYIBwgFCAV/eYB/eUBIRwgCf0JAgghFSAZIBMgFf3mAf3lASEZIB0gFCAV/eYB/eUBIR0gCf0JAgwhFSAaIBMgFf3mAf3lASEaIB4gFCAV/eYB/eUBIR4gCEEgaiEIIAlBEGohCSAIIApJDQALIBYgISAXIB/9Q/1SISEgICAfIBf96wH96gEhICAfIBf96gEhHyAWICQgGyAi/UP9UiEkICMgIiAb/esB/eoBISMgIiAb/eoBISIgFkEB/RH9rgEhFiAWICEgGCAf/UP9UiEhICAgHyAY/esB/eoBISAgHyAY/eoBIR8gFiAkIBwgIv1D/VIhJCAjICIgHP3rAf3qASEjICIgHP3qASEiIBZBAf0R/a4BIRYgFiAhIBkgH/1D/VIhISAgIB8gGf3rAf3qASEgIB8gGf3qASEfIBYgJCAdICL9Q/1SISQgIyAiIB396wH96gEhIyAiIB396gEhIiAWQQH9Ef2uASEWIBYgISAaIB/9Q/1SISEgICAfIBr96wH96gEhICAfIBr96gEhHyAWICQgHiAi/UP9UiEkICMgIiAe/esB/eoBISMgIiAe/eoBISIgFkEB/RH9rgEhFiAJIQQgBCAFSQ0ACyAGICH9CwQAIAYgJP0LBBAgByAgIB/95QH9CwQAIAcgIyAi/eUB/QsEECAGQSBqIQYgB0EgaiEHIAJBIGohAiACIANJDQALCw==';
