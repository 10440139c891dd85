/** Progress of long work, as those who do the work see it; lib/cli shows it. */
export interface Progress {
  /** Sets what is done so far; `note` (loss, accuracy …) stands behind the bar. */
  update(done: number, note?: string): void;
  end(): void;
}

/** Begins to show work of `total` units. */
export type StartProgress = (label: string, total: number, unit: string) => Progress;

/** Progress that nobody sees. */
export const showNoProgress: StartProgress = () => ({ update: () => {}, end: () => {} });
