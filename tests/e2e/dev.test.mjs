// SPDX-License-Identifier: AGPL-3.0-or-later
// `rapt dev` on a host that takes what is not signed: a saved file is swapped in, a mistake is told and harms nobody. And on one that
// does not take it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { base, eventually } from './client.mjs';
import { ScriptedGateway, startHost } from './scripted_host.mjs';

const { RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance } = process.env;
const options = { skip: launcher && instance ? false : 'RAPT_LAUNCHER and RAPT_INSTANCE are not set', timeout: 300_000 };
const env = { ...process.env, RAPT_DEVELOPMENT_MODULES: '1', CCACHE_DISABLE: '1' };
const rapt = (...words) => execFileSync(launcher, words, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const folder = mkdtempSync(join(tmpdir(), 'rapt-dev-'));
const module = join(folder, 'dev-module');
const source = join(module, 'src', 'dev_module.c');
const gateway = new ScriptedGateway();
let host, dev, said = '';

/** Saves the source with other words in it. */
function edit(from, to) {
  const text = readFileSync(source, 'utf8');
  assert.ok(text.includes(from), `the template has no "${from}"`);
  writeFileSync(source, text.replace(from, to));
}
const swaps = () => said.split('answers after').length - 1;

/** The processes of the module on hosts that are there. */
function pids() {
  const [status] = JSON.parse(rapt('module', 'status', 'dev-module', '--json'));
  return status.hosts.filter((one) => !one.stale && one.status?.pid).map((one) => one.status.pid);
}

before(async () => {
  if (options.skip) return;
  rapt('new', 'dev-module', '--language', 'c', '--dir', module);
  rapt('stop', 'server');
  host = await startHost(await gateway.start(), { RAPT_DEVELOPMENT_MODULES: '1' });
}, { timeout: 180_000 });

after(async () => {
  if (options.skip) return;
  if (dev && dev.exitCode === null && dev.signalCode === null) {
    dev.kill('SIGTERM');
    await once(dev, 'exit');
  }
  spawnSync(launcher, ['module', 'remove', 'dev-module'], { env });
  gateway.stop();
  await host?.stop();
  rapt('start', 'server');
  await eventually('the server answers again', async () => (await fetch(`${base}/health`)).ok, 60);
  rmSync(folder, { recursive: true, force: true });
}, { timeout: 180_000 });

test('a saved file is built and swapped into the running host', options, async () => {
  dev = spawn(launcher, ['dev', module], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (words) => { said += words; });
  await eventually('the module is swapped in', () => swaps() === 1, 120);
  const [first] = pids();
  edit('answer-words', 'answer-length');
  await eventually('the change is swapped in', () => swaps() === 2, 120);
  assert.notEqual(pids()[0], first, said);
});

test('what does not compile is told, and the old version goes on', options, async () => {
  const [running] = pids();
  edit('#include <rapt/hooks.h>', '#include <rapt/hooks.h>\nthis is no C');
  await eventually('the mistake is told', () => said.includes('does not build') && said.includes('dev_module.c'), 120);
  assert.deepEqual(pids(), [running]);
  edit('\nthis is no C', '');
  edit('answer-length', 'answer-size');
  await eventually('it goes on after that', () => swaps() === 3, 120);
});

test('a file that is gone is told; back again and saved twice at once, its last words count', options, async () => {
  const [running] = pids(), mistakes = said.split('does not build').length, done = swaps();
  const kept = readFileSync(source, 'utf8');
  rmSync(source);
  await eventually('the missing file is told', () => said.split('does not build').length > mistakes, 120);
  assert.deepEqual(pids(), [running]);
  writeFileSync(source, kept.replace('answer-size', 'answer-first'));
  writeFileSync(source, kept.replace('answer-size', 'answer-last'));
  const stage = join(module, 'build', 'stage', 'dev-module', 'lib');
  const staged = () => readdirSync(stage, { recursive: true }).filter((name) => name.endsWith('.so')).map((name) => readFileSync(join(stage, name), 'latin1'));
  await eventually('the last words are swapped in', () => swaps() > done && staged()[0]?.includes('answer-last'), 120);
  await eventually('another process answers', () => pids()[0] !== running, 60);
});

test('Ctrl-C ends it, and the module stays', options, async () => {
  const gone = once(dev, 'exit');
  dev.kill('SIGINT');
  await gone;
  assert.equal(pids().length, 1);
});

test('without the word for it nothing is installed', options, () => {
  const refused = spawnSync(launcher, ['dev', module, '--once'], { env: { ...env, RAPT_DEVELOPMENT_MODULES: '' }, encoding: 'utf8' });
  assert.equal(refused.status, 2, refused.stderr);
  assert.match(refused.stderr, /RAPT_DEVELOPMENT_MODULES=1/);
});
