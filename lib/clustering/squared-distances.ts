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
  /** Not an address: how many there are. */
  readonly nEntries: number;
  readonly starts: number;
  readonly labels: number;
  readonly batch: number;
  readonly blocks: number;
  readonly blockBytes: number;
  readonly distances: number;
  readonly floats: number;
  readonly eight: number;
  readonly first: number;
  readonly nearest: number;
  readonly open: number;
  readonly sums: number;
  readonly sumBytes: number;
}
export interface Kernel {
  /** Brings the first `nRows` rows of the batch into the cache. */
  touch(nRows: number): void;
  /**
   * Writes to `open` the places of the rows whose label is not the nearest point, ascending; the batch holds `nRows`
   * rows from `start` on, rounded up to a multiple of four.
   *
   * @returns How many.
   */
  findChanged(start: number, nRows: number): number;
  /** Fills the batch with `nRows` rows from `start` on, rounded up to a multiple of four. */
  fillBatch(start: number, nRows: number): void;
  /** Adds the row, times `sign`, to the sums at the place, and what these lose to what they lost. */
  addRow(row: number, place: number, sign: number): void;
  /** Distances of the first `nRows` rows of the batch to the points of the first `nBlocks` blocks. */
  squaredDistances(nRows: number, nBlocks: number): void;
  /** Distances of the first `nRows` rows of the batch to the points that are said to be nearest, one each. */
  distancesToNearest(nRows: number): void;
  /**
   * The nearest of these points, in floats; takes `nRows` rounded up to a multiple of eight.
   *
   * @returns How many rows are open: the next point has no more than `error` more.
   */
  nearestPoints(nRows: number, nBlocks: number, error: number): number;
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
  'AGFzbQEAAAABLQhgAX8Bf2ACf38AYAJ/fwF/YAF/AGADf398AGACf3wAYAN/f38AYAN/f30BfwKbAhIEcm93cwZtZW1vcnkCAwGAgAQEcm93cwVkZW5zZQN/AARyb3dzCmRlbnNlQnl0ZXMDfwAEcm93cwdlbnRyaWVzA38ABHJvd3MIbkVudHJpZXMDfwAEcm93cwZzdGFydHMDfwAEcm93cwZsYWJlbHMDfwAEcm93cwViYXRjaAN/AARyb3dzBmJsb2NrcwN/AARyb3dzCmJsb2NrQnl0ZXMDfwAEcm93cwlkaXN0YW5jZXMDfwAEcm93cwZmbG9hdHMDfwAEcm93cwVlaWdodAN/AARyb3dzBWZpcnN0A38ABHJvd3MHbmVhcmVzdAN/AARyb3dzBG9wZW4DfwAEcm93cwRzdW1zA38ABHJvd3MIc3VtQnl0ZXMDfwADDg0AAAAAAQECAwQFAQYHB2QHBXRvdWNoAAMJZmlsbEJhdGNoAAQQc3F1YXJlZERpc3RhbmNlcwAFC2ZpbmRDaGFuZ2VkAAYSZGlzdGFuY2VzVG9OZWFyZXN0AAcGYWRkUm93AAgNbmVhcmVzdFBvaW50cwAMCp8aDQoAIwAgACMBbGoLCgAjBCAAQQJ0agsKACMCIABBA3RqC2UBBX8jBiEBIAEgAEECdGohAgNAIAUgASgCABABKAIAEAIoAgBqIQUgASgCABAAIQMgAyMBaiEEA0AgBSADKAIAaiEFIANBwABqIQMgAyAESQ0ACyABQQRqIQEgASACSQ0ACyAFC1MCAn8BeyMGIQIgAiABQQJ0aiEDIAD9Ef0MAAAAAAEAAAACAAAAAwAAAP2uASEEA0AgAiAE/QsEACAEQQT9Ef2uASEEIAJBEGohAiACIANJDQALC/cDAgt/B3sjBiECIAIgAEECdGohAyMHIAEjCGxqIQQjCSEGA0AgAigCACEMIAwQACEHIAcjAWohCCAMEAEhDCAMKAIAEAIhCSAMKAIEEAIhCiMHIQUDQP0MAAAAAAAAAAAAAAAAAAAAACEQ/QwAAAAAAAAAAAAAAAAAAAAAIRH9DAAAAAAAAAAAAAAAAAAAAAAhEv0MAAAAAAAAAAAAAAAAAAAAACETIAchCyAFIQwCQANAIAsgCE8NASAMQSBqIQwgCyoCALv9FCENIA0gDP0ABAD98QEhDyAQIA8gD/3yAf3wASEQIA0gDP0ABBD98QEhDyARIA8gD/3yAf3wASERIAtBBGohCwwACwsgCSELAkADQCALIApPDQEgBSALKAIAQQV0aiEMIAsqAgS7/RQhDSAM/QAEICEOIBIgDSANIA4gDv3wAf3xAf3yAf3wASESIAz9AAQwIQ4gEyANIA0gDiAO/fAB/fEB/fIB/fABIRMgC0EIaiELDAALCyAGIBD9DAAAAAAAAAAAAAAAAAAAAAAgBf0ABAAgEv3wAf31Af3wAf0LBAAgBiAR/QwAAAAAAAAAAAAAAAAAAAAAIAX9AAQQIBP98AH99QH98AH9CwQQIAZBIGohBiAFIwhqIQUgBSAESQ0ACyACQQRqIQIgAiADSQ0ACwuCAQEFfyMNIQIgAiABQQJ0aiEDIw4hBCMFIABBAnRqIQUDQCAC/QAEACAF/QAEAP04/aQBIQYCQANAIAZFDQEgBCACIw1rQQJ2IAZoajYCACAEQQRqIQQgBiAGQQFrcSEGDAALCyACQRBqIQIgBUEQaiEFIAIgA0kNAAsgBCMOa0ECdgupAgIIfwN8IwYhASABIABBAnRqIQIjCSEDA0AgASgCACEEIw0gASMGa2ooAgAhBSMHIAVBAnYjCGxqIAVBA3FBA3RqIQVEAAAAAAAAAAAhCSAFIQggBBAAIQYgBiMBaiEHAkADQCAGIAdPDQEgBioCALsgCCsDIKEhCyAJIAsgC6KgIQkgBkEEaiEGIAhBIGohCAwACwtEAAAAAAAAAAAhCiAEEAEhCCAIKAIAEAIhBiAIKAIEEAIhBwJAA0AgBiAHTw0BIAUgBigCAEEFdGohCCAGKgIEuyELIAogCyALIAgrAyAgCCsDIKChoqAhCiAGQQhqIQYMAAsLIAMgCUQAAAAAAAAAACAFKwMAIAqgpaA5AwAgA0EIaiEDIAFBBGohASABIAJJDQALC4wCAgV/BHsjDyABIxBBAXRsaiEFIAUjEGohBiAAEAAhAyADIwFBeHFqIQQCQANAIAMgBE8NASAD/V0DAP1fIAL9FP3yASEIIAX9AAQAIQkgCSAI/fABIQogCiAJ/fEBIQsgBSAK/QsEACAGIAb9AAQAIAkgCiAL/fEB/fEBIAggC/3xAf3wAf3wAf0LBAAgA0EIaiEDIAVBEGohBSAGQRBqIQYMAAsLIwFBBHEEQCAFIAIgAyoCALuiEAkLIw8gASMQQQF0bGohBSAAEAEhByAHKAIAEAIhAyAHKAIEEAIhBAJAA0AgAyAETw0BIAUgAygCAEEDdGogAiADKgIEu6IQCSADQQhqIQMMAAsLC0ICA3wBfyAAKwMAIQIgAiABoCEDIAMgAqEhBCAAIAM5AwAgACMQaiEFIAUgBSsDACACIAMgBKGhIAEgBKGgoDkDAAvUAgIFfwh7IAAoAgAQACEDIAAoAgQQACEEIAAoAggQACEFIAAoAgwQACEGAkADQCACIwFPDQEgAyACav0ABAAhByAEIAJq/QAEACEIIAUgAmr9AAQAIQkgBiACav0ABAAhCiAHIAj9DQABAgMQERITBAUGBxQVFhchCyAHIAj9DQgJCgsYGRobDA0ODxwdHh8hDCAJIAr9DQABAgMQERITBAUGBxQVFhchDSAJIAr9DQgJCgsYGRobDA0ODxwdHh8hDiALIA39DQABAgMEBQYHEBESExQVFhchByALIA39DQgJCgsMDQ4PGBkaGxwdHh8hCCAMIA79DQABAgMEBQYHEBESExQVFhchCSAMIA79DQgJCgsMDQ4PGBkaGxwdHh8hCiABIAf9CwQAIAEgCP0LBCAgASAJ/QsEQCABIAr9CwRgIAFBgAFqIQEgAkEQaiECDAALCwuwAQIIfwF7IwwhAyADQYABaiEEA0AgACgCABABIQcgBygCABACIQkgBygCBBACIQojCiEGIAMhBQNAIAb9AAQAIQsgCSEIAkADQCAIIApPDQEgBiAIKAIAQQR0aiEHIAj9CQIEIAf9AAQQIAv9hgIhCyAIQQhqIQgMAAsLIAUgC/0LBAAgBUGAAWohBSAGIAJqIQYgBiABSQ0ACyAAQQRqIQAgA0EQaiEDIAMgBEkNAAsLwAoCDH8XeyMGIQMgAyAAQQJ0aiEEIwhBAXYhByMKIAEgB2xqIQYjDSEIIw4hCSAC/RMhEyMLIwFBA3RqIQ4DQCADIwsQCiADQRBqIwtBEGoQCiMDBEAgAyAGIAcQCwv9DAAAgH8AAIB/AACAfwAAgH8hICAgISEgICEjICAhJP0MAAAAAAAAAAAAAAAAAAAAACESIBIhIiASISUjCiEFIwwhCwNAIwMEQCAL/QAEACEUIAv9AAQQIRUgC/0ABCAhFiAL/QAEMCEXIAv9AARAIRggC/0ABFAhGSAL/QAEYCEaIAv9AARwIRsgFCAV/Q0AAQIDEBESEwQFBgcUFRYXIRwgFCAV/Q0ICQoLGBkaGwwNDg8cHR4fIR0gFiAX/Q0AAQIDEBESEwQFBgcUFRYXIR4gFiAX/Q0ICQoLGBkaGwwNDg8cHR4fIR8gHCAe/Q0AAQIDBAUGBxAREhMUFRYXIRQgHCAe/Q0ICQoLDA0ODxgZGhscHR4fIRUgHSAf/Q0AAQIDBAUGBxAREhMUFRYXIRYgHSAf/Q0ICQoLDA0ODxgZGhscHR4fIRcgGCAZ/Q0AAQIDEBESEwQFBgcUFRYXIRwgGCAZ/Q0ICQoLGBkaGwwNDg8cHR4fIR0gGiAb/Q0AAQIDEBESEwQFBgcUFRYXIR4gGiAb/Q0ICQoLGBkaGwwNDg8cHR4fIR8gHCAe/Q0AAQIDBAUGBxAREhMUFRYXIRggHCAe/Q0ICQoLDA0ODxgZGhscHR4fIRkgHSAf/Q0AAQIDBAUGBxAREhMUFRYXIRogHSAf/Q0ICQoLDA0ODxgZGhscHR4fIRsgC0GAAWohCwUgBf0JAgAhFCAF/QkCBCEVIAX9CQIIIRYgBf0JAgwhFyAUIRggFSEZIBYhGiAXIRsLIAVBEGohDCMLIQ0CQANAIA0gDk8NASAN/QAEACEPIA39AAQQIRAgDP0JAgAhESAPIBEgFP2GAiEUIBAgESAY/YYCIRggDP0JAgQhESAPIBEgFf2GAiEVIBAgESAZ/YYCIRkgDP0JAgghESAPIBEgFv2GAiEWIBAgESAa/YYCIRogDP0JAgwhESAPIBEgF/2GAiEXIBAgESAb/YYCIRsgDUEgaiENIAxBEGohDAwACwsgEiAiIBQgIP1D/YsCISIgISAgIBT96wH96gEhISAgIBT96gEhICASICUgGCAj/UP9iwIhJSAkICMgGP3rAf3qASEkICMgGP3qASEjIBJBAf0R/a4BIRIgEiAiIBUgIP1D/YsCISIgISAgIBX96wH96gEhISAgIBX96gEhICASICUgGSAj/UP9iwIhJSAkICMgGf3rAf3qASEkICMgGf3qASEjIBJBAf0R/a4BIRIgEiAiIBYgIP1D/YsCISIgISAgIBb96wH96gEhISAgIBb96gEhICASICUgGiAj/UP9iwIhJSAkICMgGv3rAf3qASEkICMgGv3qASEjIBJBAf0R/a4BIRIgEiAiIBcgIP1D/YsCISIgISAgIBf96wH96gEhISAgIBf96gEhICASICUgGyAj/UP9iwIhJSAkICMgG/3rAf3qASEkICMgG/3qASEjIBJBAf0R/a4BIRIgBSAHaiEFIAUgBkkNAAsgCCAi/QsEACAIICX9CwQQQf8BICEgIP3lASAT/UT9pAEgJCAj/eUBIBP9RP2kAUEEdHJzIQoCQANAIApFDQEgCSADIwZrQQJ2IApoajYCACAJQQRqIQkgCiAKQQFrcSEKDAALCyAIQSBqIQggA0EgaiEDIAMgBEkNAAsgCSMOa0ECdgs=';
