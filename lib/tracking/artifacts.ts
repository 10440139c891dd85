/** Artifacts of runs and models, written through the server's own proxy. */
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import type { TrackingClient } from './client.ts';
import { listFiles } from './journal.ts';

/**
 * Writes a file, or every file of a folder, over what is there.
 *
 * @param uri - What it is called at the server, `mlflow-artifacts:/…`.
 * @throws StageError E_ENVIRONMENT when the server stores artifacts elsewhere than behind its proxy.
 */
export async function putArtifacts(
  client: TrackingClient,
  source: string,
  uri: string,
): Promise<void> {
  const path = toProxyPath(client, uri);
  const put = async (file: string): Promise<void> => {
    const name = file.replaceAll('\\', '/');
    await client.putArtifact(name === '' ? path : `${path}/${name}`, { file: join(source, file) });
  };
  const files = listFiles(source);
  for (let i = 0; i < files.length; i += AT_ONCE) {
    await Promise.all(files.slice(i, i + AT_ONCE).map(put));
  }
}

/** Files that are on their way together. */
const AT_ONCE = 8;

/** `1/<run>/artifacts/a.csv` of `mlflow-artifacts:/1/<run>/artifacts/a.csv`, with or without a host in it. */
export function toProxyPath({ uri: server }: TrackingClient, uri: string): string {
  const match = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.+)$/.exec(uri);
  if (match !== null) return match[1];
  throw new StageError(
    'E_ENVIRONMENT',
    `${server} must serve artifacts itself (mlflow-artifacts:/…); got ${uri}`,
    { hint: 'start it with --serve-artifacts, as npm run mlflow does, and use a new experiment' },
  );
}
