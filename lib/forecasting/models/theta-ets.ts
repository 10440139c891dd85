/** theta-ets: the mean of theta and ets, which err in different places. */
import { defineEnsemble } from './ensemble.ts';
import { ets } from './ets.ts';
import { theta } from './theta.ts';

export const thetaEts = defineEnsemble({
  name: 'theta-ets',
  summary: 'The mean of theta and ets',
  members: [theta, ets],
  combine: 'mean',
});
