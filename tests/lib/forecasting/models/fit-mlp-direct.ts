/** Fits mlp-direct on so many threads in a process of its own, and writes the forecast as JSON. */
import { mlpDirect } from '../../../../lib/forecasting/models/mlp-direct.ts';
import { createForecastContext, createPanel } from '../../../support/forecasting.ts';

const context = createForecastContext({ threads: Number(process.argv[2]) });
const fitted = await mlpDirect.fit(createPanel([80, 60, 70, 90]), context);
process.stdout.write(JSON.stringify([...(await fitted.predict(context.h))]));
