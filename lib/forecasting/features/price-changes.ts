/** Price changes: of a price that customers know ahead, the change into this step and that into the next. */
import { fillColumn } from './feature.ts';
import type { Feature } from './feature.ts';

/**
 * `<column>_change`: price(t) / price(t - 1) - 1; `<column>_next_change`: price(t + 1) / price(t) - 1.
 *
 * A price before the first step is taken to be the first one, one after the last known to be the last: no change.
 *
 * @param column - Of the kind `future`.
 */
export function priceChanges(column: string): Feature {
  return {
    names: [`${column}_change`, `${column}_next_change`],
    sees: 'known ahead',
    reach: 1,
    fill({ y, exogenous }, from, [change, nextChange], at) {
      const price = exogenous.get(column)!;
      const into = (t: number): number =>
        t === 0 || t >= price.length ? 0 : price[t] / price[t - 1] - 1;
      fillColumn(y.length, from, change, at, into);
      fillColumn(y.length, from, nextChange, at, (t) => into(t + 1));
    },
  };
}
