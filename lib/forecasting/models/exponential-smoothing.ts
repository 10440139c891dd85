/**
 * Exponential smoothing in state space form: level, trend and season, each followed by its share of the last
 * error.
 *
 * | symbol | what | recursion |
 * |---|---|---|
 * | q | level and trend before step t | l + φ b |
 * | ŷ | forecast of step t | q + s, or q s |
 * | d | error of the level | y - s - q, or y / s - q |
 * | l | level | q + α d |
 * | b | trend | φ b + β d |
 * | s | season, for step t + m | s + γ (y - q - s), or s + γ (y / q - s) |
 *
 * Additive and multiplicative errors follow the same states; they differ in the likelihood alone.
 *
 * @see Hyndman and Khandakar (2008), Journal of Statistical Software 27(3), doi:10.18637/jss.v027.i03
 */

export interface EtsForm {
  readonly error: 'additive' | 'multiplicative';
  readonly trend: 'none' | 'additive' | 'damped';
  readonly season: 'none' | 'additive' | 'multiplicative';
}

/** What a form is filled with; no trend is b = β = 0, no season a season of one step, s = γ = 0. */
export interface EtsValues {
  alpha: number;
  beta: number;
  gamma: number;
  /** 1: not damped. */
  phi: number;
  level: number;
  trend: number;
  /** Shape (seasonLength): of the first step first. */
  readonly season: Float64Array;
}

/** States before each step. */
export interface EtsStates {
  /** Shape (n + 1). */
  readonly level: Float64Array;
  /** Shape (n + 1). */
  readonly trend: Float64Array;
  /** Shape (n + seasonLength). */
  readonly season: Float64Array;
}

/** @param states - As long as y asks; written. */
export function smooth(
  y: Float64Array,
  { season }: EtsForm,
  values: EtsValues,
  states: EtsStates,
): void {
  const { alpha, beta, gamma, phi } = values;
  const { level, trend, season: s } = states;
  const m = values.season.length;
  const isMultiplicative = season === 'multiplicative';
  level[0] = values.level;
  trend[0] = values.trend;
  s.set(values.season);
  for (let t = 0; t < y.length; t++) {
    const q = level[t] + phi * trend[t];
    const d = isMultiplicative ? y[t] / s[t] - q : y[t] - s[t] - q;
    level[t + 1] = q + alpha * d;
    trend[t + 1] = phi * trend[t] + beta * d;
    s[t + m] = s[t] + gamma * (isMultiplicative ? y[t] / q - s[t] : y[t] - q - s[t]);
  }
}

/**
 * Minus the logarithm of the likelihood, but for a constant, the variance at its best: n/2 log Σe², and Σ log |ŷ|
 * more where errors are relative to ŷ.
 *
 * @param floor - Added to Σe², so that a perfect fit has a likelihood.
 * @param states - Of {@link smooth}.
 * @param gradient - Derivatives by the values; written.
 * @returns NaN where a multiplicative form leaves the numbers above 0.
 */
export function negativeLogLikelihood(
  y: Float64Array,
  form: EtsForm,
  values: EtsValues,
  states: EtsStates,
  floor: number,
  gradient: EtsValues,
): number {
  const { level, trend, season: s } = states;
  const { alpha, beta, gamma, phi } = values;
  const m = values.season.length;
  const n = y.length;
  const isRelative = form.error === 'multiplicative';
  const isMultiplicative = form.season === 'multiplicative';
  let [squares, logs] = [floor, 0];
  for (let t = 0; t < n; t++) {
    const q = level[t] + phi * trend[t];
    const forecast = isMultiplicative ? q * s[t] : q + s[t];
    if ((isRelative && !(forecast > 0)) || (isMultiplicative && !(q > 0 && s[t] > 0))) return NaN;
    const e = isRelative ? y[t] / forecast - 1 : y[t] - forecast;
    squares += e * e;
    if (isRelative) logs += Math.log(forecast);
  }

  // backwards: what each state weighs in all steps after it
  Object.assign(gradient, { alpha: 0, beta: 0, gamma: 0, phi: 0 });
  const ofSeason = new Float64Array(n + m);
  let [ofLevel, ofTrend] = [0, 0];
  for (let t = n - 1; t >= 0; t--) {
    const q = level[t] + phi * trend[t];
    const forecast = isMultiplicative ? q * s[t] : q + s[t];
    const d = isMultiplicative ? y[t] / s[t] - q : y[t] - s[t] - q;
    const ofForecast = isRelative
      ? 1 / forecast - ((n / squares) * (y[t] / forecast - 1) * y[t]) / forecast ** 2
      : (-n / squares) * (y[t] - forecast);
    const ofD = alpha * ofLevel + beta * ofTrend;
    const next = ofSeason[t + m];
    gradient.alpha += ofLevel * d;
    gradient.beta += ofTrend * d;
    let ofQ = ofLevel - ofD;
    if (isMultiplicative) {
      gradient.gamma += next * (y[t] / q - s[t]);
      ofQ += ofForecast * s[t] - (next * gamma * y[t]) / q ** 2;
      ofSeason[t] = ofForecast * q - (ofD * y[t]) / s[t] ** 2 + next * (1 - gamma);
    } else {
      gradient.gamma += next * (y[t] - q - s[t]);
      ofQ += ofForecast - next * gamma;
      ofSeason[t] = ofForecast - ofD + next * (1 - gamma);
    }
    gradient.phi += (ofQ + ofTrend) * trend[t];
    ofTrend = phi * (ofTrend + ofQ);
    ofLevel = ofQ;
  }
  gradient.level = ofLevel;
  gradient.trend = ofTrend;
  gradient.season.set(ofSeason.subarray(0, m));
  return (n / 2) * Math.log(squares) + logs;
}

/** Steps after the history, without errors to come. */
export function forecastSmoothed(
  { season }: EtsForm,
  { phi }: EtsValues,
  states: EtsStates,
  h: number,
): Float64Array {
  const n = states.level.length - 1;
  const m = states.season.length - n;
  let level = states.level[n];
  let trend = states.trend[n];
  return Float64Array.from({ length: h }, (_, k) => {
    trend *= phi;
    level += trend;
    const factor = states.season[n + (k % m)];
    return season === 'multiplicative' ? level * factor : level + factor;
  });
}
