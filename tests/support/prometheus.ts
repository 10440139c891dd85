/** A real Prometheus for the time of a test (Debian's package `prometheus`), and the queries of Grafana's dashboards. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const PROGRAM = '/usr/bin/prometheus';

export interface Prometheus {
  /** What a query gives now: labels and value of each series. */
  query(expression: string): Promise<{ labels: Record<string, string>; value: number }[]>;
  /** Resolves when every target was scraped as often as that. */
  whenScraped(times: number): Promise<void>;
  stop(): Promise<void>;
}

const SCRAPE_INTERVAL = '200ms';
/** What Grafana puts in the place of its variable: four intervals at least. */
const RATE_INTERVAL = '10s';

/** Starts one that scrapes the services at `urls`, as one job; what it keeps is in `folder`. */
export async function startPrometheus(
  urls: readonly string[],
  folder: string,
  job = 'timberline',
): Promise<Prometheus> {
  const targets = urls.map((url) => new URL(url).host);
  const config = {
    global: { scrape_interval: SCRAPE_INTERVAL },
    scrape_configs: [{ job_name: job, static_configs: [{ targets }] }],
  };
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, JSON.stringify(config));
  const options = { 'config.file': file, 'storage.tsdb.path': join(folder, 'data'), 'web.listen-address': '127.0.0.1:0' }; // prettier-ignore
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(PROGRAM, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => void child.on('close', () => resolve()));
  let address: string | null = null;
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    address = /Listening on" address=([\d.:]+)/.exec(line)?.[1] ?? null;
    if (address !== null) break;
  }
  if (address === null) throw new Error(`prometheus ended:\n${said.join('\n')}`);
  child.stderr.resume();
  const ask = async <T>(path: string, parameters: Record<string, string>): Promise<T> => {
    const response = await fetch(`http://${address}/api/v1/${path}?${new URLSearchParams(parameters)}`); // prettier-ignore
    const { data, error } = (await response.json()) as { data: T; error?: string };
    if (error !== undefined) throw new Error(`${JSON.stringify(parameters)}: ${error}`);
    return data;
  };
  const query = async (expression: string) => {
    const { result } = await ask<{ result: unknown }>('query', { query: expression });
    return (result as { metric: Record<string, string>; value: [number, string] }[]).map(
      ({ metric, value }) => ({ labels: metric, value: Number(value[1]) }),
    );
  };
  return {
    query,
    async whenScraped(times) {
      for (;;) {
        const found = await query('count_over_time(up[1h])').catch(() => []);
        if (found.length === targets.length && found.every(({ value }) => value >= times)) return;
        await new Promise((wake) => setTimeout(wake, 100));
      }
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

/** The queries of a dashboard, as Grafana sends them, each with the title of its panel. */
export function readQueries(dashboard: string): { panel: string; expression: string }[] {
  const { panels } = JSON.parse(readFileSync(dashboard, 'utf8')) as { panels: Panel[] };
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({
      panel: title,
      expression: expr.replaceAll('$__rate_interval', RATE_INTERVAL),
    })),
  );
}
