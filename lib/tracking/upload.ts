/** Uploads the queue: runs that no server received, or not to their end. */
import { StageError } from '../errors.ts';
import { Postponed, Refusal, createTrackingClient } from './client.ts';
import { claim, endKilled, listRunFolders, readEvents, release, removeRun } from './journal.ts';
import { sendRun } from './send.ts';

export interface Upload {
  readonly nSent: number;
  /** Runs that a process still works on, or that are nested in such a run. */
  readonly nWaiting: number;
  /** What the server said to the runs that it did not take. */
  readonly refusals: readonly { readonly folder: string; readonly message: string }[];
}

/**
 * Sends every run of the queue, in the order in which they began; a run whose process died without ending it ends
 * as KILLED. May be killed and repeated at any moment.
 *
 * @throws Unreachable when the server does not answer; the runs before are sent.
 */
export async function uploadQueue(queue: string, uri: string): Promise<Upload> {
  const client = createTrackingClient(uri);
  let [nSent, nWaiting] = [0, 0];
  const refusals: { folder: string; message: string }[] = [];
  for (const folder of listRunFolders(queue)) {
    if (!claim(folder)) {
      nWaiting++;
      continue;
    }
    try {
      endKilled(folder);
      // a process that was killed before its first event leaves nothing to send
      if (readEvents(folder).length > 0) await sendRun(client, folder);
      removeRun(folder);
      nSent++;
    } catch (error) {
      release(folder);
      if (error instanceof Postponed) nWaiting++;
      else if (error instanceof Refusal || error instanceof StageError) {
        refusals.push({ folder, message: error.message });
      } else throw error;
    }
  }
  return { nSent, nWaiting, refusals };
}
