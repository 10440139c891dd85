/** The engines by their names. */
import type { Engine } from './engine.ts';

/** `app_csv`: CSV files in a folder. `app_sql`: a file of SQLite. `postgresql`: a server. */
export const ENGINES = ['app_csv', 'app_sql', 'postgresql'] as const;
export type EngineName = (typeof ENGINES)[number];

/** @param location - A folder, a file or a URL `postgresql://user@host:5432/database`. */
export async function openEngine(name: EngineName, location: string): Promise<Engine> {
  switch (name) {
    case 'app_csv':
      return (await import('./csv.ts')).openCsvEngine(location);
    case 'app_sql':
      return (await import('./sqlite.ts')).openSqliteEngine(location);
    case 'postgresql':
      return (await import('./postgres.ts')).openPostgresEngine(location);
  }
}
