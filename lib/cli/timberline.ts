/** The command `timberline`: lists the stages from their declarations, and runs one. */
import { StageError, ERROR_CODES } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { ignoreClosedPipes } from './closed-pipes.ts';
import { main } from './main.ts';
import { listStageNames, loadStage } from './registry.ts';

const [name, ...rest] = process.argv.slice(2);
const names = listStageNames();
ignoreClosedPipes();

if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
  const stages = await Promise.all(names.map(loadStage));
  const width = Math.max(...names.map((stage) => stage.length));
  const line = (stage: string, text: string): string => `  ${stage.padEnd(width)}  ${text}`;
  process.stdout.write(
    [
      'Usage: timberline <stage> [options]',
      '',
      'Stages:',
      ...stages.map(({ name: stage, summary }) => line(stage, summary)),
      '',
      'Others:',
      line('doctor', 'show what is installed, what is missing, and how to get it'),
      line('params', 'compose parameters out of the groups of conf/'),
      '',
      'timberline <stage> --help shows the flags, parameters and an example of one stage.',
      '',
    ].join('\n'),
  );
} else if (names.includes(name)) {
  await main(await loadStage(name), rest);
} else if (name === 'params') {
  const { runParams } = await import('./params.ts');
  process.exitCode = await runParams(rest);
} else {
  const error = new StageError(
    'E_USAGE',
    `${name} is not a stage${didYouMean(name, [...names, 'doctor', 'params'])}`,
  );
  process.stderr.write(
    `error ${error.code}: ${error.message}\nhint: timberline --help lists the stages\n`,
  );
  process.exitCode = ERROR_CODES[error.code].exit;
}
