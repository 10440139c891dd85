/** A budget spent over requests in the order of time: at full value, paced as they come, and with hindsight. */
import { wins } from './auction.ts';

/** Requests in the order of time; each array has one number for each. */
export interface Requests {
  /** What a win is worth: value of a click × probability. */
  readonly values: Float64Array;
  /** Of a click. */
  readonly probabilities: Float64Array;
  /** The highest of the others. */
  readonly competingBids: Float64Array;
}

export interface Replay {
  readonly spend: number;
  readonly nWins: number;
  /** Sum of the probabilities of the requests won. */
  readonly expectedClicks: number;
  /** Spend up to and with each request. */
  readonly spendAt: Float64Array;
  /** What the value of each request was multiplied with for the bid, in [0, 1]. */
  readonly multipliers: Float64Array;
}

/** Whether multiplier × value is above the price; as a ratio, so that rounding keeps the order of the ratios. */
function isWorth(value: number, price: number, multiplier: number): boolean {
  return price / value < multiplier;
}

/** Bids a share of the value, and never more than what is left of the budget. */
function replay(
  { values, probabilities, competingBids }: Requests,
  budget: number,
  multiplierOf: (i: number) => number,
  observe: (price: number) => void = () => {},
): Replay {
  const spendAt = new Float64Array(values.length);
  const multipliers = new Float64Array(values.length);
  let [spend, nWins, expectedClicks] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    multipliers[i] = multiplierOf(i);
    const price = competingBids[i];
    // the sum as it will be, so that rounding cannot spend more than there is
    const isWon = isWorth(values[i], price, multipliers[i]) && spend + price <= budget;
    if (isWon) {
      spend += price;
      nWins++;
      expectedClicks += probabilities[i];
    }
    spendAt[i] = spend;
    observe(isWon ? price : 0);
  }
  return { spend, nWins, expectedClicks, spendAt, multipliers };
}

/** Bids full values until a price is above what is left of the budget, and nothing after that. */
export function replayUnpaced(requests: Requests, budget: number): Replay {
  const { values, competingBids } = requests;
  let total = 0;
  let end = 0;
  for (; end < values.length; end++) {
    const price = wins(values[end], competingBids[end]) ? competingBids[end] : 0;
    if (total + price > budget) break;
    total += price;
  }
  return replay(requests, budget, (i) => (i < end ? 1 : 0));
}

/**
 * Adaptive pacing: bids value / (1 + mu), where mu rises when more than an even share of the budget was paid for a
 * request, and falls when less was. It knows how many requests come, and nothing else of those to come.
 *
 * @param step - How much mu changes for a request that cost an even share more or less than one; above 0.
 * @see Balseiro, S. & Gur, Y. (2019), Learning in repeated auctions with budgets, doi:10.1287/mnsc.2018.3174
 */
export function replayPaced(requests: Requests, budget: number, step: number): Replay {
  const evenShare = budget / requests.values.length;
  let mu = 0;
  return replay(
    requests,
    budget,
    () => 1 / (1 + mu),
    (price) => {
      // without a budget nothing can be paid, and mu stays what it is
      if (evenShare > 0) mu = Math.max(0, mu + step * (price / evenShare - 1));
    },
  );
}

/**
 * The largest multiplier whose wins the budget pays for, known only when all is over: requests are won in the order
 * of price over value, and those of the same ratio all or none. No other multiple of the values whose wins the budget
 * pays for spends more; a larger one may, that is stopped by the budget.
 */
export function replayHindsight(requests: Requests, budget: number): Replay {
  const { values, competingBids } = requests;
  const ratios = Float64Array.from(values, (value, i) =>
    value > competingBids[i] ? competingBids[i] / value : Infinity,
  );
  const order = [...ratios.keys()]
    .filter((i) => ratios[i] < Infinity)
    .sort((a, b) => ratios[a] - ratios[b] || a - b);
  let [total, nWon] = [0, 0];
  while (nWon < order.length && total + competingBids[order[nWon]] <= budget) {
    total += competingBids[order[nWon++]];
  }
  const isAll = nWon === order.length;
  // a tie is lost: the ratio of the first that is too dear wins those below it
  return replay(requests, budget, () => (isAll ? 1 : ratios[order[nWon]]));
}
