/** A bar on a terminal, a plain line now and then elsewhere; on stderr. */
import type { Progress } from '../progress.ts';

const BAR_WIDTH = 24;
const TERMINAL_INTERVAL_SECONDS = 0.1;
const PLAIN_INTERVAL_SECONDS = 10;

export function createProgress(
  label: string,
  total: number,
  unit: string,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  const start = performance.now();
  const interval = 1000 * (stream.isTTY ? TERMINAL_INTERVAL_SECONDS : PLAIN_INTERVAL_SECONDS);
  let lastShown = start;
  let current = '';

  const show = (done: number, note: string, seconds: number): void => {
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const rate = done / Math.max(seconds, 1e-9);
    const left = share > 0 && share < 1 ? `, ${formatSeconds(seconds / share - seconds)} left` : '';
    const facts = `${percent(share)} ${formatCount(rate)} ${unit}/s${left}${note && `, ${note}`}`;
    if (stream.isTTY) {
      const filled = Math.round(share * BAR_WIDTH);
      current = `${label} [${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}] ${facts}`;
      stream.write(`\r\x1b[2K${current.slice(0, (stream.columns ?? 100) - 1)}`);
    } else {
      stream.write(`${label}: ${facts}\n`);
    }
  };

  return {
    update(done, note = '') {
      const now = performance.now();
      if (now - lastShown < interval) return;
      lastShown = now;
      show(done, note, (now - start) / 1000);
    },
    end() {
      if (stream.isTTY && current) stream.write('\r\x1b[2K');
    },
  };
}

/** "8 s", "1 min 05 s", "2 h 03 min". */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** "371,847", and "9.6" below ten. */
export function formatCount(value: number): string {
  return value < 10 && !Number.isInteger(value)
    ? value.toFixed(1)
    : Math.round(value).toLocaleString('en-US');
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5);
}
