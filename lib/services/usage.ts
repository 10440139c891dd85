/** Processor and memory of this process, looked at once a second, since every line of the log tells them. */
import process from 'node:process';

export interface Usage {
  /** Megabytes of memory, the resident set. */
  readonly rss_mb: number;
  /** Of one core: 150 is one and a half. */
  readonly cpu_percent: number;
}

const INTERVAL_MS = 1000;

/** `stop` ends the looking. */
export function watchUsage(): { readonly current: () => Usage; readonly stop: () => void } {
  let { user, system } = process.cpuUsage();
  let time = performance.now();
  let usage: Usage = { rss_mb: residentMegabytes(), cpu_percent: 0 };
  const timer = setInterval(() => {
    const now = performance.now();
    const cpu = process.cpuUsage();
    const spent = (cpu.user - user + cpu.system - system) / 1000;
    usage = {
      rss_mb: residentMegabytes(),
      cpu_percent: Math.round((1000 * spent) / (now - time)) / 10,
    };
    [user, system, time] = [cpu.user, cpu.system, now];
  }, INTERVAL_MS).unref();
  return { current: () => usage, stop: () => clearInterval(timer) };
}

function residentMegabytes(): number {
  return Math.round(process.memoryUsage.rss() / 104_857.6) / 10;
}
