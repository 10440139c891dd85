/** What is wrong with the rows of a request, one by one. */
export interface Fault {
  /** From 0; null: of all rows. */
  readonly row: number | null;
  readonly field: string;
  /** What must stand there. */
  readonly expected: string;
  readonly got: string;
}

/** So many are told of; a body of wrong rows must not make an answer that is longer than itself. */
const MAX_FAULTS = 1000;
const MAX_SHOWN = 60;

/** Faults as they are found: all are counted, the first are kept. */
export interface FaultList {
  add(row: number | null, field: string, expected: string, got: string): void;
  readonly faults: readonly Fault[];
  nFaults(): number;
  /** Whether further ones are counted alone. */
  isFull(): boolean;
  /** How many each field has. */
  readonly counts: ReadonlyMap<string, number>;
}

export function createFaultList(): FaultList {
  const faults: Fault[] = [];
  const counts = new Map<string, number>();
  let nFaults = 0;
  return {
    add(row, field, expected, got) {
      nFaults++;
      counts.set(field, (counts.get(field) ?? 0) + 1);
      if (faults.length < MAX_FAULTS) faults.push({ row, field: cut(field), expected, got });
    },
    faults,
    counts,
    nFaults: () => nFaults,
    isFull: () => faults.length === MAX_FAULTS,
  };
}

/** A value of JSON, cut where it is long; a number that is too great for a double reads as Infinity. */
export function show(value: unknown): string {
  return cut(typeof value === 'number' ? String(value) : JSON.stringify(value));
}

/** What is sent, as answers and log may repeat it: neither grows with it. */
export function cut(text: string, length = MAX_SHOWN): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
