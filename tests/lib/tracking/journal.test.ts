import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  appendEvent,
  claim,
  createRunFolder,
  endKilled,
  keepCopy,
  listFiles,
  listRunFolders,
  readEvents,
  readSent,
  release,
  removeRun,
  writeSent,
} from '../../../lib/tracking/journal.ts';
import type { TrackingEvent } from '../../../lib/tracking/journal.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const START: TrackingEvent = { type: 'start', time: 5, name: 'a', experiment: 'e', parent: null };
const TAGS: TrackingEvent = { type: 'tags', values: { text: 'of two\nlines' } };

const test = suite('the queue of runs');

/** A run in a queue. */
async function inRun(use: (run: string, queue: string) => void): Promise<void> {
  await inTemporaryFolder((folder) => {
    const queue = join(folder, 'queue');
    use(createRunFolder(queue, 'one'), queue);
  });
}

test('gives back events in their order', async () => {
  await inRun((run) => {
    assert.equal(readEvents(run), []);
    appendEvent(run, START);
    appendEvent(run, TAGS);
    assert.equal(readEvents(run), [START, TAGS]);
  });
});

test('passes over a line that a killed process left torn, and ends that run at its last time', async () => {
  await inRun((run) => {
    appendEvent(run, START);
    appendEvent(run, TAGS);
    appendFileSync(join(run, 'journal.jsonl'), '{"type":"tags","val');
    const ended = [START, TAGS, { type: 'end', time: 5, status: 'KILLED' }];
    assert.equal(readEvents(run), [START, TAGS]);
    endKilled(run);
    assert.equal(readEvents(run), ended);
    endKilled(run);
    assert.equal(readEvents(run), ended);
  });
});

test('leaves a run without events as it is', async () => {
  await inRun((run) => {
    endKilled(run);
    assert.equal(readEvents(run), []);
  });
});

test('notes what a server has, and nothing for another', async () => {
  await inRun((run) => {
    const sent = { uri: 'http://a', nEvents: 2, run: null };
    assert.equal(readSent(run, 'http://a'), { uri: 'http://a', nEvents: 0, run: null });
    writeSent(run, sent);
    assert.equal(readSent(run, 'http://a'), sent);
    assert.equal(readSent(run, 'http://b'), { uri: 'http://b', nEvents: 0, run: null });
  });
});

test('lets no second process have a run while its owner lives', async () => {
  await inRun((run) => {
    assert.ok(claim(run), 'its own');
    // the parent of this process lives
    writeFileSync(join(run, 'owner'), `${process.ppid}\n`);
    assert.not.ok(claim(run));
    writeFileSync(join(run, 'owner'), '999999999\n');
    assert.ok(claim(run), 'a dead owner');
    release(run);
    assert.ok(claim(run), 'none');
  });
});

test('lists runs in the order in which they began, and clears what was going when a removal was killed', async () => {
  await inRun((run, queue) => {
    createRunFolder(queue, 'later');
    createRunFolder(queue, 'early.done');
    assert.equal(listRunFolders(queue), [join(queue, 'later'), run]);
    assert.not.ok(existsSync(join(queue, 'early.done')));
  });
});

test('goes with its last run', async () => {
  await inRun((run, queue) => {
    const other = createRunFolder(queue, 'two');
    removeRun(run);
    assert.ok(existsSync(queue));
    removeRun(other);
    assert.not.ok(existsSync(queue));
    assert.equal(listRunFolders(queue), []);
  });
});

test('copies whole folders, and lists their files by relative path', async () => {
  await inRun((run, queue) => {
    const source = join(queue, '..', 'model');
    mkdirSync(join(source, 'code'), { recursive: true });
    writeFileSync(join(source, 'b'), '');
    writeFileSync(join(source, 'code', 'a.py'), '');
    const kept = keepCopy(run, 7, source);
    assert.equal(listFiles(join(run, kept)), ['b', join('code', 'a.py')]);
    assert.equal(listFiles(join(run, kept, 'b')), ['']);
  });
});

test.run();
