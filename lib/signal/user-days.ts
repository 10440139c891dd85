/** How often a user sees more than one ad on a day (UTC). */
export interface UserDays {
  /** Of train. */
  readonly nUserDays: number;
  readonly nWithSecondAd: number;
  /** Rows of train and test by the count of ads seen before, ascending. */
  readonly byCount: readonly {
    readonly adsSeen: number;
    readonly nRows: number;
    readonly clickRate: number;
  }[];
}
