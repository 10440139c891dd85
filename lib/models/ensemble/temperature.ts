/**
 * Calibration by a temperature: p becomes p^(1/T), of sum 1 again. The most probable class stays (Guo et
 * al. 2017, arXiv:1706.04599).
 */

const FLOOR = 1e-12;
const LOWEST = 0.05;
const HIGHEST = 20;
const N_STEPS = 60;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature with the lowest log loss, within 0.05 to 20, by golden-section search on its logarithm.
 *
 * @param probabilities - Row-major, shape (nSamples, nClasses).
 * @param labels - Shape (nSamples).
 */
export function findTemperature(
  probabilities: Float64Array,
  labels: Int32Array,
  nClasses: number,
): number {
  const loss = (logarithm: number): number =>
    meanLoss(probabilities, labels, nClasses, Math.exp(logarithm));
  let [low, high] = [Math.log(LOWEST), Math.log(HIGHEST)];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [leftLoss, rightLoss] = [loss(left), loss(right)];
  for (let step = 0; step < N_STEPS && high - low > 1e-6; step++) {
    if (leftLoss <= rightLoss) {
      [high, right, rightLoss] = [right, left, leftLoss];
      left = high - GOLDEN * (high - low);
      leftLoss = loss(left);
    } else {
      [low, left, leftLoss] = [left, right, rightLoss];
      right = low + GOLDEN * (high - low);
      rightLoss = loss(right);
    }
  }
  return Math.exp((low + high) / 2);
}

/** Probabilities at a temperature, shape as given. */
export function applyTemperature(
  probabilities: Float64Array,
  nClasses: number,
  temperature: number,
): Float32Array {
  const calibrated = new Float32Array(probabilities.length);
  const powers = new Float64Array(nClasses);
  for (let start = 0; start < probabilities.length; start += nClasses) {
    let sum = 0;
    for (let c = 0; c < nClasses; c++) {
      powers[c] = probabilities[start + c] ** (1 / temperature);
      sum += powers[c];
    }
    for (let c = 0; c < nClasses; c++) calibrated[start + c] = powers[c] / sum;
  }
  return calibrated;
}

function meanLoss(
  probabilities: Float64Array,
  labels: Int32Array,
  nClasses: number,
  temperature: number,
): number {
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    let sum = 0;
    for (let c = 0; c < nClasses; c++) sum += probabilities[i * nClasses + c] ** (1 / temperature);
    const own = Math.max(probabilities[i * nClasses + labels[i]], FLOOR) ** (1 / temperature);
    loss -= Math.log(own / sum);
  }
  return loss / labels.length;
}
