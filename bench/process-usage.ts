/** Processor and memory of a process and its children, out of /proc, while something else loads it. */
import { readFileSync } from 'node:fs';

export interface ProcessUsage {
  /** Of one core, over the time that was watched: 150 is one and a half. */
  readonly cpuPercent: number;
  /** Resident memory at the beginning and at the end. */
  readonly firstMb: number;
  readonly lastMb: number;
}

/** Ticks of the processor's clock, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export function watchProcesses(pid: number): { stop(): ProcessUsage } {
  const start = performance.now();
  const [firstSeconds, firstMb] = [cpuSeconds(pid), residentMb(pid)];
  return {
    stop() {
      const elapsed = (performance.now() - start) / 1000;
      const cpuPercent = (100 * (cpuSeconds(pid) - firstSeconds)) / elapsed;
      return { cpuPercent, firstMb, lastMb: residentMb(pid) };
    },
  };
}

function cpuSeconds(pid: number): number {
  const ticks = family(pid).map((id) => {
    // the name of a program may hold spaces
    const fields = read(id, 'stat').split(') ').at(-1)!.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, n) => sum + n, 0) / TICKS_PER_SECOND;
}

export function residentMb(pid: number): number {
  const kilobytes = family(pid).map((id) => Number(/VmRSS:\s+(\d+)/.exec(read(id, 'status'))?.[1]));
  return kilobytes.reduce((sum, n) => sum + n, 0) / 1024;
}

function family(pid: number): number[] {
  const children = read(pid, `task/${pid}/children`).trim();
  const ids = children === '' ? [] : children.split(' ').map(Number);
  return [pid, ...ids.flatMap(family)];
}

function read(pid: number, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8');
}
