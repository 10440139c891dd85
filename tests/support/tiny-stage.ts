/** A stage that does what its parameter says, for tests of the frame around it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../../lib/cli/stage.ts';
import { StageError } from '../../lib/errors.ts';
import type { ErrorCode } from '../../lib/errors.ts';
import { integer, oneOf } from '../../lib/params/schema.ts';

const MENDABLE = {
  usage: 'E_USAGE',
  data: 'E_DATA',
  validation: 'E_VALIDATION',
  gate: 'E_GATE',
  environment: 'E_ENVIRONMENT',
} as const satisfies Record<string, ErrorCode>;
const OTHERS = ['end', 'folder', 'bug', 'bug-outside', 'wait', 'missing-file', 'full'] as const;

const tiny = defineStage({
  name: 'tiny',
  summary: 'Do as the parameter says',
  paths: {
    in: input('in.txt', 'A text'),
    extra: optionalInput('Another text'),
    out: output('out/copy.txt', 'A copy of the text'),
    facts: output('facts.json', 'What is known of it'),
  },
  params: {
    do: oneOf([...Object.keys(MENDABLE), ...OTHERS], { default: 'end', doc: 'How the run ends.' }),
    n: integer({ default: 1, min: 1, doc: 'How often.' }),
  },
  example: '--in in.txt',
  async run({ paths, params, base, rng, log, signal, checkpoint }) {
    const text = readFileSync(paths.in, 'utf8');
    if (params.do === 'folder') {
      mkdirSync(paths.out);
      for (let i = 0; i < 20; i++) writeFileSync(join(paths.out, `${i}.txt`), text);
    } else {
      writeFileSync(paths.out, text.repeat(params.n));
    }
    writeFileSync(paths.facts, JSON.stringify({ seed: base.seed, draw: rng('a draw').int32() }));
    log.info(`wrote ${text.length} letters`, { letters: text.length });
    const where = paths.out;
    if (params.do in MENDABLE) {
      throw new StageError(
        MENDABLE[params.do as keyof typeof MENDABLE],
        `${where} must be good; got bad`,
        { hint: `look at ${where}` },
      );
    }
    switch (params.do) {
      case 'bug':
        throw new TypeError('text is not a function');
      case 'bug-outside':
        setImmediate(() => {
          throw new TypeError('nobody waits for this');
        });
        return await new Promise(() => setInterval(() => {}, 1000));
      case 'wait':
        mkdirSync(checkpoint, { recursive: true });
        writeFileSync(join(checkpoint, 'state'), 'half-way');
        return await new Promise((_, reject) => {
          const timer = setInterval(() => {}, 1000);
          signal.addEventListener('abort', () => (clearInterval(timer), reject(signal.reason)));
        });
      case 'missing-file':
        readFileSync('no such file');
        break;
      case 'full':
        for (;;) writeFileSync(paths.out, 'x'.repeat(1 << 16), { flag: 'a' });
    }
    return { message: `${text.length} letters`, letters: text.length };
  },
});

await main(tiny);
