import { kill, pid } from 'node:process';

/** Names what this run leaves on disk, so that a later one knows whether its owner still lives. */
export const ownPid = pid;

export function isAlive(other: number): boolean {
  try {
    kill(other, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
