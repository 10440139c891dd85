/**
 * tune: search the parameters of a stage that are best by one of its metrics, with Optuna.
 *
 * Each trial runs the real stage as a process of its own, in a folder that goes with it. The study lives in
 * its storage and outlives the run: a killed one is gone on with, and more machines may join.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, optionalInput, output } from '../lib/cli/stage.ts';
import { TUNE_SCHEMA } from '../lib/tuning/tune-params.ts';

export const tune = defineStage({
  name: 'tune',
  summary: 'Search the best parameters of a stage with Optuna',
  paths: {
    in: optionalInput('What the tuned stage reads with --in (default: where it has it)'),
    raw: optionalInput('What the tuned stage reads with --raw (default: where it has it)'),
    preprocessing: optionalInput('What it reads with --preprocessing (default: where it has it)'),
    best: output('models/tuned.yaml', 'Best parameters, to be laid over by params compose'),
    trials: output('reports/plots/tune.csv', 'Every trial with its parameters'),
    page: output('reports/tune.html', 'Page with history and importances'),
    metrics: output('reports/metrics/tune.json', 'Best value, importances, number of trials'),
  },
  params: TUNE_SCHEMA,
  example:
    "--set tune.n_trials=10 --set 'tune.space={train.mlp.learning_rate: {type: float, low: 0.0005, high: 0.02, log: true}}'",
  async run({ paths, params, base, rng, log, progress, clock, paramsFile, version }) {
    const { openTunedStage } = await import('../lib/cli/tuned-stage.ts');
    const { hashFiles } = await import('../lib/data/hash-files.ts');
    const { findStudyProgram } = await import('../lib/data/study-program.ts');
    const { writeTuning } = await import('../lib/data/tuning-files.ts');
    const { listGridPoints } = await import('../lib/tuning/grid.ts');
    const { readSearchSpace } = await import('../lib/tuning/search-space.ts');
    const { withStudy } = await import('../lib/tuning/study.ts');
    const { describeStudy, identifyStudy, summarizeStudy } =
      await import('../lib/tuning/summary.ts');
    const { tune: search } = await import('../lib/tuning/tune.ts');

    const { in: table, raw, preprocessing } = paths;
    const inputs = { in: table, raw, preprocessing };
    const stage = await openTunedStage(params.stage, { ...params, base, paramsFile, inputs });
    const space = readSearchSpace(params.space, stage.definition);
    const grid = params.sampler === 'grid' ? listGridPoints(space, rng('grid')) : null;
    const nTrials = Math.min(params.nTrials, grid?.length ?? Infinity);
    const hashes = await hashFiles(Object.values(stage.inputs));
    const { name, identity } = identifyStudy(params, {
      ...{ space, version, hashes },
      fixed: stage.fixed,
    });
    const options = { ...params, name, identity, grid, space, seed: base.seed };
    log.info(`study ${name} in ${params.storage}`);
    const tuning = await withStudy(findStudyProgram(), options, async (study) => {
      const context = { log, startProgress: progress, clock };
      await search(study, stage.run, { ...params, nTrials }, context);
      return await summarizeStudy(study, { ...params, space });
    });
    const about = describeStudy(name, base.seed, params);
    const metrics = await writeTuning(paths, tuning, about);
    const { index, value } = tuning.best;
    return { message: `${params.metric} ${value} in trial ${index}`, ...metrics };
  },
});

if (import.meta.main) await main(tune);
