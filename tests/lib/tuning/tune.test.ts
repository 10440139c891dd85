/** Against Optuna itself; trials are functions, so that a study takes a second. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findStudyProgram } from '../../../lib/data/study-program.ts';
import { createRng } from '../../../lib/rng.ts';
import { listGridPoints } from '../../../lib/tuning/grid.ts';
import { withStudy } from '../../../lib/tuning/study.ts';
import type { RunTrial } from '../../../lib/tuning/tune.ts';
import { complaintOf } from '../../support/complaint.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';
import {
  OPTIONS,
  SPACE,
  STUDY,
  ending,
  inStudy,
  runTrials,
  score,
  scored,
} from '../../support/tuning.ts';

const test = suite('lib/tuning/tune');

const N_TRIALS = OPTIONS.nTrials;
/** Optuna's own names of what ended how. */
const states = (trials: readonly { state: string }[]): string[] => trials.map(({ state }) => state);

test('draws inside the space, the same for the same seed, in one run, in two, after kills, and upside down', async () => {
  await inTemporaryFolder(async (folder) => {
    const whole = await inStudy(folder, { name: 'whole' }, (study) => runTrials(study, scored));
    assert.equal(
      whole.map(({ index }) => index),
      Array.from({ length: N_TRIALS }, (_, i) => i),
    );
    for (const { params, value } of whole) {
      assert.is(value, score(params));
      const rate = params['s.rate'] as number;
      assert.ok(rate >= 0.001 && rate <= 1, `rate ${rate}`);
      assert.ok([0, 0.1, 0.2, 0.3, 0.4, 0.5].includes(params['s.share'] as number));
      const isList = Array.isArray(params['s.kind']);
      assert.is(Object.hasOwn(params, 's.n'), isList, 'n is drawn where kind is a list');
      if (isList) assert.ok([1, 3, 5, 7, 9].includes(params['s.n'] as number));
    }
    assert.ok(new Set(whole.map(({ params }) => params['s.rate'])).size === N_TRIALS);

    const parted = await inStudy(folder, { name: 'parted' }, async (study) => {
      // every third attempt is killed, and the first process ends after five trials
      let nAttempts = 0;
      const killed: RunTrial = (attempt, onReport) => {
        nAttempts++;
        return (nAttempts % 3 === 0 ? ending(() => ({ kind: 'killed' })) : scored)(
          attempt,
          onReport,
        );
      };
      return await runTrials(study, killed, { nTrials: 5 });
    });
    assert.equal(parted, whole.slice(0, 5));
    const rest = await inStudy(folder, { name: 'parted' }, (study) => runTrials(study, scored));
    assert.equal(rest, whole);

    const negative = ending((params) => ({ kind: 'value', value: -score(params) }));
    const [down, other] = await Promise.all([
      inStudy(folder, { name: 'down', direction: 'minimize' }, (study) =>
        runTrials(study, negative, { direction: 'minimize' }),
      ),
      inStudy(folder, { name: 'other', seed: 8 }, (study) =>
        runTrials(study, scored, { nTrials: 1 }),
      ),
    ]);
    const drawn = (trials: typeof whole) => trials.map(({ params }) => params);
    assert.equal(drawn(down), drawn(whole), 'minimizes -f as it maximizes f');
    assert.not.equal(other[0].params, whole[0].params);
    const best = (trials: typeof whole): number => Math.max(...trials.map(({ value }) => value!));
    assert.ok(best(whole) > best(whole.slice(0, 4)), 'learns from the trials drawn evenly');
  });
});

test('prunes by what trials report, keeps the last value, and hears nothing more', async () => {
  await inTemporaryFolder(async (folder) => {
    const killed: number[] = [];
    const run: RunTrial = ({ index, params }, onReport) => {
      // the later, the worse; every trial reports to its end before it is told to stop
      for (let step = 1; step <= 4; step++) onReport(step, step - index);
      return {
        ending: Promise.resolve({ kind: 'value', value: score(params) }),
        kill: () => void killed.push(index),
      };
    };
    const pruner = { pruner: 'median', nStartupTrials: 2, nWarmupSteps: 2 };
    const said: string[] = [];
    const trials = await inStudy(folder, pruner, (study) =>
      runTrials(study, run, { ...pruner, nTrials: 5 }, said),
    );
    assert.equal(states(trials), ['COMPLETE', 'COMPLETE', 'PRUNED', 'PRUNED', 'PRUNED']);
    assert.equal(killed, [2, 3, 4]);
    assert.equal(
      trials.map(({ n_steps }) => n_steps),
      [4, 4, 2, 2, 2],
    );
    assert.is(trials[4].value, 2 - 4);
    assert.ok(said.includes('trial 4: pruned at score -2'));
  });
});

test('prunes the same after kills: what a killed attempt reported counts for nothing', async () => {
  const runStudy = async (pruner: string, isKilled: (nAttempts: number) => boolean) =>
    await inTemporaryFolder(async (folder) => {
      let nAttempts = 0;
      const run: RunTrial = ({ params }, onReport) => {
        nAttempts++;
        const value = score(params);
        const isEnd = isKilled(nAttempts);
        // so good that none beside it would go on
        if (isEnd) onReport(1, 10);
        else for (let step = 1; step <= 9; step++) onReport(step, value - 1 / step);
        const ended = isEnd ? ({ kind: 'killed' } as const) : null;
        return { ending: Promise.resolve(ended ?? { kind: 'value', value }), kill: () => {} };
      };
      const changes = { pruner, sampler: 'random' };
      return await inStudy(folder, changes, (study) => runTrials(study, run, changes));
    });
  for (const pruner of ['successive_halving', 'hyperband']) {
    const [whole, killed] = await Promise.all([
      runStudy(pruner, () => false),
      runStudy(pruner, (nAttempts) => nAttempts % 3 === 1),
    ]);
    assert.ok(states(whole).includes('PRUNED') && states(whole).includes('COMPLETE'));
    assert.equal(killed, whole, pruner);
  }
});

test('keeps why trials failed, goes on, and gives up when they fail in a row', async () => {
  await inTemporaryFolder(async (folder) => {
    await inStudy(folder, {}, async (study) => {
      let n = 0;
      const failure = { kind: 'failed', code: 'E_DATA', message: 'loss must be finite' } as const;
      const mixed = ending((params) => {
        n++;
        if (n === 1) return failure;
        return { kind: 'value', value: n === 2 ? NaN : score(params) };
      });
      const trials = await runTrials(study, mixed, { nTrials: 3 });
      assert.equal(states(trials), ['FAIL', 'FAIL', 'COMPLETE']);
      assert.equal(
        trials.map((trial) => trial.failure),
        ['loss must be finite', 'score must be a number; got NaN', null],
      );
      const failing = ending(() => failure);
      assert.is(
        await complaintOf(() => runTrials(study, failing, { nTrials: 10 })),
        'E_DATA: s must end well in some trial; got 3 trials in a row that failed, the last with loss must be finite',
      );
      assert.is((await study.trials()).length, 6);
      // what the machine lacks is no trial's fault
      const full = ending(() => ({ kind: 'failed', code: 'E_ENVIRONMENT', message: 'disk full' }));
      assert.is(
        await complaintOf(() => runTrials(study, full, { nTrials: 7 })),
        'E_ENVIRONMENT: disk full',
      );
      assert.is((await study.trials()).length, 6);
      const killing = ending(() => ({ kind: 'killed' }));
      await runTrials(study, killing, { nTrials: 7 });
      assert.is((await study.trials())[6].failure, 'killed 3 times');
    });
    assert.is(
      await complaintOf(() => inStudy(folder, { identity: { of: 'others' } }, async () => {})),
      'E_PARAMS: tune.study study must be a study of the same trials; got one of another of',
    );
  });
});

test('shares a study between processes and workers without losing or doubling a trial', async () => {
  await inTemporaryFolder(async (folder) => {
    const run: RunTrial = (attempt, onReport) => {
      if (attempt.attempt === 1 && attempt.index % 5 === 1) {
        return ending(() => ({ kind: 'killed' }))(attempt, onReport);
      }
      return scored(attempt, onReport);
    };
    const nTrials = 16;
    const results = await Promise.all(
      [1, 2].map(() =>
        inStudy(folder, {}, (study) => runTrials(study, run, { nTrials, workers: 2 })),
      ),
    );
    for (const trials of results) {
      assert.equal(
        trials.map(({ index }) => index),
        Array.from({ length: nTrials }, (_, i) => i),
      );
      assert.ok(
        trials.every(({ state, params, value }) => state === 'COMPLETE' && value === score(params)),
      );
    }
    assert.equal(results[0], results[1]);
  });
});

test('goes through the points of a grid, in their order', async () => {
  await inTemporaryFolder(async (folder) => {
    const space = SPACE.slice(1);
    const grid = listGridPoints(space, createRng(1, 'tests', 'grid'));
    assert.is(grid.length, 36);
    const trials = await inStudy(folder, { sampler: 'grid', space, grid }, (study) =>
      runTrials(study, scored, { nTrials: 5 }),
    );
    assert.equal(
      trials.map(({ params }) => params),
      grid.slice(0, 5),
    );
  });
});

test('says what is missing or wrong with the storage and Python', async () => {
  await inTemporaryFolder(async (folder) => {
    const open = (storage: string, place = findStudyProgram()) =>
      complaintOf(() => withStudy(place, { ...STUDY, storage }, async () => {}));
    const [module, server, python] = await Promise.all([
      open('oracle+nothing://localhost/studies'),
      open('sqlite:////proc/nowhere/studies.db'),
      open(`sqlite:///${folder}/a.db`, { ...findStudyProgram(), python: `${folder}/python` }),
    ]);
    assert.match(module, /^E_ENVIRONMENT: tune must find the Python module; got /);
    assert.match(
      server,
      /^E_ENVIRONMENT: tune\.storage must be a database that can be read and written; got /,
    );
    assert.is(python, `E_ENVIRONMENT: tune must find Optuna; got no ${folder}/python`);
  });
});

test.run();
