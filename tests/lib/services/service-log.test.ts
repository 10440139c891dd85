import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inTemporaryFolder, PROJECT } from '../../support/stage-process.ts';
import { SERVICE_DEFAULTS } from '../../support/service.ts';
import type { ServiceParams } from '../../../lib/services/service-params.ts';

const test = suite('the log of a service');

/** Runs `body`, which has `log`, in a process of its own, since the log owns standard output. */
function run(
  body: string,
  params: Partial<ServiceParams['log']>,
): { stdout: string; stderr: string } {
  const module = join(PROJECT, 'lib/services/service-log.ts');
  const all = JSON.stringify({ ...SERVICE_DEFAULTS.log, ...params });
  const program = `import { openServiceLog } from ${JSON.stringify(module)};
    const { log, close } = openServiceLog('probe', ${all});
    ${body}
    await close();`;
  const args = ['--input-type=module-typescript', '--eval', program];
  return spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
}

test('puts its file aside at its size, keeps so many old ones, and loses no line of the last', async () => {
  await inTemporaryFolder((folder) => {
    const body = `for (let i = 0; i < 30000; i++) log.info({ i }, 'x'.repeat(100));`;
    const { stdout, stderr } = run(body, { folder, maxMegabytes: 1, maxFiles: 2 });
    const numbers = stdout.trimEnd().split('\n').map((line) => JSON.parse(line).i); // prettier-ignore
    assert.equal(
      numbers,
      Array.from({ length: 30_000 }, (_, i) => i),
      stderr,
    );
    assert.equal(readdirSync(folder).toSorted(), ['probe.log', 'probe.log.1', 'probe.log.2']);
    const kept = ['probe.log.2', 'probe.log.1', 'probe.log'].flatMap((name) => {
      assert.ok(statSync(join(folder, name)).size < 1.2 * 2 ** 20, name);
      return readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').filter(Boolean);
    });
    assert.equal(kept, stdout.trimEnd().split('\n').slice(-kept.length));
    assert.ok(kept.length > 10_000);
  });
});

test('writes what it has when the process ends without closing it', () => {
  const { stdout } = run(`log.info('last words'); process.exit(0);`, {});
  assert.is(JSON.parse(stdout).msg, 'last words');
});

test('goes on where the folder cannot be written, and says so', async () => {
  await inTemporaryFolder((parent) => {
    const folder = join(parent, 'a-file');
    writeFileSync(folder, '');
    const { stdout, stderr } = run(`log.info('still here');`, { folder });
    assert.is(stderr, '');
    const messages = stdout.trimEnd().split('\n').map((line) => JSON.parse(line).msg); // prettier-ignore
    assert.equal(messages, ['still here', 'the log file is lost']);
  });
});

test('drops a line that comes after its end, which ends nothing else', async () => {
  await inTemporaryFolder((folder) => {
    const body = `log.info('in time');
      await close();
      log.info('late');
      log.info('x'.repeat(1 << 17));
      process.stderr.write('still here');`;
    const { stdout, stderr } = run(body, { folder });
    assert.is(stderr, 'still here');
    const file = readFileSync(join(folder, 'probe.log'), 'utf8');
    for (const text of [stdout, file]) assert.is(JSON.parse(text).msg, 'in time');
  });
});

test('says which field to hide is no path', () => {
  const { stderr } = run('', { redact: ['a[', 'b'] });
  assert.match(stderr, 'log.redact must hold paths of fields; got a[, b');
});

test.run();
