#!/usr/bin/env node
/**
 * `timberline`, on any Node: runs lib/cli/timberline.ts where this Node can, else under the Node 24
 * of node_modules. Old syntax only above the version check's dynamic imports.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const say = (text) => process.stderr.write(`timberline: ${text}\n`);

const ENVIRONMENT = 6; // E_ENVIRONMENT
const TOOLS = { doctor: '../setup/doctor.mjs', setup: '../setup/setup.mjs' };
const SOURCE = path('../lib/cli/timberline.ts');
const COMPILED = path('../dist/lib/cli/timberline.js');

/** This Node runs the program itself: `import.meta.main` (24.2), and types stripped. */
function servesItself() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 2);
}

/** The Node 24 that came with the npm packages, or null. */
function findNode24() {
  const candidates = [path('../node_modules/.bin/node')];
  const platform = `node-${process.platform}-${process.arch}`;
  try {
    candidates.push(module.createRequire(import.meta.url).resolve(`${platform}/bin/node`));
  } catch {
    // not installed
  }
  return candidates.find((candidate) => existsSync(candidate)) ?? null;
}

/** Runs `program` in place of this process: same streams, same exit code, signals passed on. */
function hand(program, args) {
  const child = spawn(program, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // The terminal sends SIGINT to the child as well; passing it on twice would end it harshly.
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  }
  child.on('error', (error) => {
    say(`${program} could not start: ${error.message}`);
    process.exitCode = ENVIRONMENT;
  });
  child.on('close', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

const [command, ...rest] = process.argv.slice(2);
if (command in TOOLS) {
  const tool = path(TOOLS[command]);
  process.argv = [process.argv[0], tool, ...rest];
  await import(tool);
} else {
  const program = existsSync(SOURCE) ? SOURCE : COMPILED;
  if (servesItself()) {
    module.enableCompileCache();
    process.argv[1] = program;
    await import(program);
  } else if (findNode24()) {
    hand(findNode24(), [path('timberline.js'), ...process.argv.slice(2)]);
  } else {
    const { node } = process.versions;
    say(`needs Node 24, and this is ${node}: \`npm start\` brings it, or install it yourself`);
    process.exitCode = ENVIRONMENT;
  }
}
