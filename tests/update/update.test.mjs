// SPDX-License-Identifier: AGPL-3.0-or-later
// A bare machine goes from release to release by the real programs: under load and without a request refused, back from a release
// that fails, and to one whole version whenever its agent is killed.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Load } from './load.mjs';
import { Site, eventually } from './site.mjs';

const skip = process.env.TEST_DATABASE_URL && process.env.TEST_REDIS_URL ? false : 'TEST_DATABASE_URL and TEST_REDIS_URL are not set';
const options = { skip, timeout: 600_000 };
let site;

/** A migration that the release before does not know, and can live with. */
function addMigration(stage) {
  const folder = join(stage, 'migrations', 'core');
  const next = String(Math.max(...readdirSync(folder).map((name) => Number(name.slice(0, 4)))) + 1).padStart(4, '0');
  writeFileSync(join(folder, `${next}_of_a_test.sql`), 'CREATE TABLE of_an_update_test (n integer);\n');
}

/** Its server becomes ready, and is killed some seconds later, each time. */
function breakServer(stage) {
  const program = join(stage, 'bin', 'rapt');
  renameSync(program, `${program}.real`);
  writeFileSync(program, '#!/bin/sh\nreal=$(readlink -f "$0").real\n[ "$1" = serve ] && (sleep 8; kill -9 $$) >/dev/null 2>&1 3>&- &\nexec "$real" "$@"\n');
  chmodSync(program, 0o755);
}

function mend(stage) {
  rmSync(join(stage, 'bin', 'rapt'));
  renameSync(join(stage, 'bin', 'rapt.real'), join(stage, 'bin', 'rapt'));
}

/** What holds whenever nothing is under way. */
async function isWhole(version) {
  await eventually('the server answers', () => site.ready());
  assert.equal(site.current(), version);
  assert.equal(await site.version(), version, 'the version that the link names is the one that serves');
  assert.ok(!existsSync(join(site.home, 'update.json')), 'no journal is left');
  assert.deepEqual(readdirSync(join(site.home, 'releases')).filter((name) => name.endsWith('.part')), []);
}

before(async () => {
  if (skip) return;
  site = await Site.make();
  const first = site.pack('1.0.0');
  await site.install('1.0.0', first);
  site.publish('1.1.0', site.pack('1.1.0', addMigration));
  await site.startAgent();
}, { timeout: 300_000 });

after(async () => { await site?.end(); }, { timeout: 120_000 });

test('a release is taken under load, and nobody is refused', options, async (t) => {
  await isWhole('1.0.0');
  const load = new Load(site);
  await load.start();
  const done = await site.raptMeanwhile(['update', 'apply', '1.1.0', '--yes']);
  await pause(2000);
  await load.stop();
  assert.equal(done.status, 0, done.err + done.out + site.said.slice(-20).join('\n'));
  assert.deepEqual(load.faults, []);
  assert.deepEqual([...load.versions].sort(), ['1.0.0', '1.1.0']);
  assert.ok(load.streams > 3, 'people talked meanwhile');
  await isWhole('1.1.0');
  assert.equal(site.ask("SELECT to_regclass('of_an_update_test')::text"), 'of_an_update_test');
  assert.equal(readdirSync(join(site.home, 'backups')).filter((name) => name.endsWith('.dump')).length, 1);
  // The agent has become the new release's.
  await eventually('the agent runs from the new release', () => readlinkSync(`/proc/${site.agent.pid}/exe`).includes('/releases/1.1.0/'), 60);
  t.diagnostic(`${load.answers} answers and ${load.streams} streams while it was updated`);
});

test('a release whose server dies is taken back, held, and told', options, async () => {
  site.publish('1.2.0', site.pack('1.2.0', breakServer));
  mend(site.stage);
  const failed = await site.raptMeanwhile(['update', 'apply', '1.2.0', '--yes']);
  assert.notEqual(failed.status, 0, failed.out);
  await isWhole('1.1.0');
  const status = site.status();
  assert.equal(status.holds[0].version, '1.2.0');
  assert.equal(status.history[0].state, 'rolled_back');
  assert.match(status.history[0].because, /^The update to 1\.2\.0 failed while watching\. The new server ended: it was killed \(signal 9\)/);
  assert.doesNotMatch(status.history[0].because, /http\.request/, 'the log of what went well is not repeated');
  const letters = join(site.folder, 'mail');
  const told = () => existsSync(letters) && readdirSync(letters).some((file) => readFileSync(join(letters, file), 'utf8').includes('1.2.0'));
  await eventually('a letter tells the administrators', told, 60);
  const again = site.rapt(['update', 'apply', '1.2.0', '--yes']);
  assert.notEqual(again.status, 0, 'what failed is not taken again unless somebody allows it');
});

test('an agent that is killed in the middle leaves one whole version', options, async (t) => {
  site.publish('1.3.0', site.pack('1.3.0'));
  const seen = [];
  for (const phase of ['backing_up', 'starting', 'watching']) {
    const asked = site.rapt(['update', 'apply', '1.3.0', '--yes', '--no-wait']);
    assert.equal(asked.status, 0, asked.err);
    await eventually(`the update is ${phase} or beyond`, () => site.phase() === phase || site.phase() === 'watching' || site.ask("SELECT count(*) FROM platform_updates WHERE state IN ('requested', 'running')") === '0');
    seen.push(`${phase}: killed while ${site.phase()}`);
    await site.stopAgent('SIGKILL');
    await site.startAgent();
    await eventually('what was interrupted has ended', () => site.ask("SELECT count(*) FROM platform_updates WHERE state IN ('requested', 'running')") === '0' && site.phase() === null, 240);
    const version = site.current();
    assert.ok(['1.1.0', '1.3.0'].includes(version), version);
    await isWhole(version);
    if (version === '1.3.0') {
      const back = await site.raptMeanwhile(['update', 'rollback', '--yes']);
      assert.equal(back.status, 0, back.err + back.out);
      await isWhole('1.1.0');
    }
    site.rapt(['update', 'release', '1.3.0']);
  }
  t.diagnostic(seen.join('; '));
});
