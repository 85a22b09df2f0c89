// SPDX-License-Identifier: AGPL-3.0-or-later
// The life of a module with tables (modules/reading-log): upgraded by a migration, taken back by its way down, and PostgreSQL ended while
// it is used. Its next version is built here from an installed SDK, as its author would.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, eventually, run } from './client.mjs';
import { killPart } from './kill_world.mjs';

const { RAPT_BUILD_DIR: build, RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance } = process.env;
const options = { skip: build && launcher && instance ? false : 'RAPT_BUILD_DIR, RAPT_LAUNCHER and RAPT_INSTANCE are not set', timeout: 300_000 };
const name = 'reading-log';
const folder = mkdtempSync(join(tmpdir(), 'rapt-e2e-'));
const entries = `/modules/${name}/classes/${run.classes?.[0]?.id}/entries`;
const call = (program, ...words) => execFileSync(program, words, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', env: { ...process.env, CCACHE_DISABLE: '1' } });
const module = (...words) => call(launcher, 'module', ...words);
let student, admin, bundle;

/** Version 1.1.0: whoever notes something gives it three stars, for which its table has a column. */
function nextVersion() {
  const source = join(folder, name);
  cpSync(join(dirname(launcher), 'modules', name), source, { recursive: true });
  cpSync(join(dirname(launcher), 'LICENSE'), join(folder, 'LICENSE'));
  const change = (path, from, to) => {
    const text = readFileSync(join(source, path), 'utf8');
    assert.ok(text.includes(from), `${path} has changed: "${from}" is not in it`);
    writeFileSync(join(source, path), text.replace(from, to));
  };
  change('manifest.json', '"version": "1.0.0"', '"version": "1.1.0"');
  change('src/reading_log.cpp', '(class_id, reader, title, pages) VALUES ($1, $2, $3, $4) RETURNING', '(class_id, reader, title, pages, stars) VALUES ($1, $2, $3, $4, 3) RETURNING');
  change('src/reading_log.cpp', 'SELECT id, reader, title, pages,', 'SELECT id, reader, title || repeat(\'*\', stars), pages,');
  writeFileSync(join(source, 'migrations', '0002_stars.sql'), 'ALTER TABLE entries ADD COLUMN stars integer NOT NULL DEFAULT 1 CHECK (stars BETWEEN 1 AND 5);\n');
  writeFileSync(join(source, 'migrations', '0002_stars.down.sql'), 'ALTER TABLE entries DROP COLUMN stars;\n');
  writeFileSync(join(folder, 'CMakeLists.txt'),
    `cmake_minimum_required(VERSION 3.25)\nproject(next LANGUAGES C CXX)\nfind_package(rapt-sdk REQUIRED CONFIG)\nadd_subdirectory(${name})\n`);
  call('cmake', '--install', build, '--component', 'sdk', '--prefix', join(folder, 'sdk'));
  call('cmake', '-S', folder, '-B', join(folder, 'made'), '-G', 'Ninja', `-DCMAKE_PREFIX_PATH=${join(folder, 'sdk')}`);
  call('cmake', '--build', join(folder, 'made'), '--target', `${name}-stage`);
  const bundle = join(folder, `${name}-1.1.0.rapt`);
  call(join(build, 'bin', 'rapt'), 'pack', join(folder, 'made', 'stage', name), '--key', join(build, 'keys', 'raptscallions.key'), '--out', bundle);
  chmodSync(bundle, 0o644);
  return bundle;
}

const titles = async () => {
  const answer = await student.get(entries);
  return answer.status === 200 ? answer.body.data.map((one) => one.title).join() : `${answer.status} ${answer.body.code}`;
};
const note = async (title) => assert.equal((await student.post(entries, { title, pages: 10 })).status, 201, title);

/** The version that answers everywhere; its pages have a process of their own, which may change a moment later. */
const answersWith = (version, told) => eventually(`${version} answers with ${told}`, async () => {
  const running = JSON.parse(module('status', name, '--json'))[0].hosts.filter((one) => !one.stale);
  return running.every((one) => one.status.version === version) && (await titles()) === told;
}, 60);

before(async () => {
  if (options.skip) return;
  chmodSync(folder, 0o755);
  module('install', name, '--yes', '--replace');
  [student, admin] = await Promise.all([Client.as('student', 2), Client.as('system_admin')]);
  await eventually('the module answers', async () => (await student.get(entries)).status === 200);
}, { timeout: 120_000 });

after(() => {
  if (options.skip) return;
  module('remove', name, '--purge');
  rmSync(folder, { recursive: true, force: true });
});

test('an upgrade brings its column, a roll-back takes it, and no entry is lost', options, async () => {
  await note('Momo');
  bundle = nextVersion();
  module('install', bundle, '--yes', '--replace');
  await answersWith('1.1.0', 'Momo*');
  await note('Dune');
  assert.equal(await titles(), 'Momo*,Dune***');
  module('rollback', name, '--yes');
  await answersWith('1.0.0', 'Momo,Dune');
  await note('Emil');
  assert.equal(await titles(), 'Momo,Dune,Emil');
});

test('PostgreSQL ended in the middle: a clear answer, and service again without a hand', options, async () => {
  await note('Before');
  const kept = await titles();
  const part = (verb) => execFileSync(launcher, [verb, 'postgres'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const told = [];
  part('stop');
  try {
    for (const answer of [await student.get(entries), await student.post(entries, { title: 'Lost', pages: 1 })]) told.push([answer.status, answer.body.code]);
  } finally {
    part('start');
  }
  assert.deepEqual(told, [[503, 'SERVICE_UNAVAILABLE'], [503, 'SERVICE_UNAVAILABLE']]);
  await eventually('the module reads again', async () => (await student.get(entries)).status === 200, 60);
  await note('After');
  assert.equal(await titles(), `${kept},After`);
  const { state } = (await admin.get(`/admin/modules/${name}`)).body.data;
  assert.equal(state, 'running');
});

test('PostgreSQL killed in the middle of an upgrade: one whole version, and the same upgrade works afterwards', options, async (t) => {
  const plain = await titles();
  for (const moment of [250, 300, 350, 400, 450, 600]) {
    const upgrade = new Promise((resolve) => {
      execFile(launcher, ['module', 'install', bundle, '--yes', '--replace'], (error, out, err) => resolve({ failed: error !== null, said: out + err }));
    });
    await pause(moment);
    killPart('postgres');
    const { failed, said } = await upgrade;
    if (failed) assert.match(said, /database/i, 'it is said what was away');
    const { version } = JSON.parse(module('list', '--json')).find((one) => one.name === name);
    if (!failed) assert.equal(version, '1.1.0', said);
    // Its table is the version's: with the column, or without.
    await answersWith(version, version === '1.1.0' ? plain.replaceAll(/,|$/g, '*$&') : plain);
    t.diagnostic(`killed after ${moment} ms: ${failed ? 'refused' : 'done'}, ${version} is whole`);
    if (version === '1.1.0') module('rollback', name, '--yes');
    await answersWith('1.0.0', plain);
  }
  module('install', bundle, '--yes', '--replace');
  await answersWith('1.1.0', plain.replaceAll(/,|$/g, '*$&'));
});
