/** What every benchmark prints: the machine, then its rows; `--json` gives one document. */
import { cpus, release, totalmem } from 'node:os';

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The facts without which a time says nothing; `more` adds versions of peers, sizes, number of runs. */
export function describeMachine(
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const [cpu] = cpus();
  return {
    cpu: cpu.model,
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    ...more,
  };
}

export function printResults(
  title: string,
  machine: Readonly<Record<string, unknown>>,
  rows: readonly Readonly<Record<string, unknown>>[],
): void {
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ title, machine, rows })}\n`);
    return;
  }
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${String(value)}`);
  process.stdout.write(`${title}\n${facts.join(', ')}\n\n`);
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => names.map((name) => format(row[name])));
  const widths = names.map((name, i) =>
    Math.max(name.length, ...cells.map((row) => row[i].length)),
  );
  for (const row of [names, ...cells]) {
    const line = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
    );
    process.stdout.write(`${line.join('  ')}\n`);
  }
}

function format(value: unknown): string {
  if (typeof value !== 'number') return String(value);
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toPrecision(3);
}
