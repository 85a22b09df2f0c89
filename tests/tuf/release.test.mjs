// SPDX-License-Identifier: AGPL-3.0-or-later
// A release of the platform goes the whole way by the program `rapt`, and an independent client finds exactly that.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from './client.mjs';
import { Registry, Walk } from './walk.mjs';

const RAPT = join(process.env.RAPT_BUILD_DIR ?? new URL('../../build/release', import.meta.url).pathname, 'bin/rapt');
const folder = mkdtempSync(join(tmpdir(), 'rapt-release-'));
let walk, registry, key;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function run(...words) {
  const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
  return spawnSync(RAPT, ['release', ...words], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
}

function rapt(...words) {
  const done = run(...words);
  assert.equal(done.status, 0, `rapt release ${words.join(' ')}: ${done.stderr}`);
  return words.includes('--json') ? JSON.parse(done.stdout) : done.stdout;
}

function refusal(...words) {
  const done = run(...words);
  assert.equal(done.status, 1, `rapt release ${words.join(' ')} is refused: ${done.stdout}${done.stderr}`);
  return done.stderr;
}

/** The archive of a small release, and what `pack` said of it. */
function pack(version, ...more) {
  const stage = join(folder, `stage-${version}`);
  const programs = ['bin/rapt', 'bin/rapt-runner', 'bin/rapt-marketplace'];
  for (const file of [...programs, 'LICENSE', 'CHANGELOG.md', 'sbom.json', 'migrations/core/0003_x.sql', 'web/index.html']) {
    mkdirSync(dirname(join(stage, file)), { recursive: true });
    writeFileSync(join(stage, file), `${file} of ${version}\n`);
  }
  for (const file of programs) chmodSync(join(stage, file), 0o755);
  const said = rapt('pack', stage, '--version', version, '--out', folder, '--json', ...more);
  return { ...said.archive, path: `releases/${version}/${said.archive.file.split('/').pop()}`, manifest: said };
}

const at = () => ['--key', key, '--registry', registry.url];
const sign = (out, ...words) => rapt('sign', ...words, ...at(), '--root', walk.root, '--out', join(folder, out), '--json');
const publish = (document, ...words) => rapt('publish', ...words, '--document', join(folder, document), ...at(), '--json');
const shown = async (version) => (await (await fetch(`${registry.url}/api/releases/${version}`)).json()).data;

before(async () => {
  walk = await Walk.start(1);
  registry = await Registry.start(walk, await freePort());
  key = join(walk.folder, 'offline', 'releases.key');
});

after(async () => {
  await registry?.end();
  await walk?.end();
  rmSync(folder, { recursive: true, force: true });
});

test('a release is packed, signed, published, found by tuf-js, and withdrawn', async () => {
  const one = pack('1.2.0', '--min-from', '1.0.0', '--built-at', '2026-01-02T03:04:05Z');
  assert.equal(one.manifest.core_migrations, 3);
  assert.equal(one.sha256, createHash('sha256').update(readFileSync(one.file)).digest('hex'));
  assert.equal(rapt('inspect', one.file, '--json').version, '1.2.0');

  assert.equal(sign('1.json', one.file).version, 1);
  assert.deepEqual(publish('1.json', one.file, '--rollout', '10').published, ['1.2.0']);
  assert.equal((await shown('1.2.0')).rollout_percent, 10);
  assert.deepEqual(publish('1.json', one.file).published, [], 'the same again changes nothing');

  const client = new Client(join(folder, 'client'), registry, walk.root);
  await client.refresh();
  const found = await client.updater.getTargetInfo(one.path);
  assert.equal(found.hashes.sha256, one.sha256);
  assert.equal(found.custom.rapt.min_from, '1.0.0');
  assert.deepEqual(readFileSync(await client.updater.downloadTarget(found)), readFileSync(one.file));

  const gone = rapt('withdraw', '1.2.0', '--because', 'It forgets logins.', ...at(), '--out', join(folder, '2.json'), '--json');
  assert.match(gone.differs, /1\.2\.0 .* is withdrawn: It forgets logins\./);
  assert.deepEqual(publish('2.json').withdrawn, ['1.2.0']);
  await client.refresh();
  assert.equal((await client.updater.getTargetInfo(one.path)).custom.rapt.withdrawn, 'It forgets logins.');
  assert.equal((await shown('1.2.0')).withdrawn_because, 'It forgets logins.');
});

test('what does not fit is refused with its sentence', async () => {
  const two = pack('1.3.0');
  const current = sign('3.json', two.file);
  assert.match(refusal('publish', '--document', join(folder, '3.json'), ...at()), /hand it in first/);
  writeFileSync(`${two.file}.cut`, readFileSync(two.file).subarray(0, 300));
  assert.match(refusal('inspect', `${two.file}.cut`), /cut off|damaged/);
  const stranger = join(folder, 'stranger.key');
  writeFileSync(stranger, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n', { mode: 0o600 });
  const by = (file) => ['--key', file, '--registry', registry.url];
  assert.match(refusal('publish', two.file, '--document', join(folder, '3.json'), ...by(stranger)), /none of those that may sign releases/);
  rapt('sign', '--document', join(folder, '1.json'), '--key', stranger, '--out', join(folder, '1-more.json'));
  chmodSync(stranger, 0o644);
  assert.match(refusal('publish', two.file, '--document', join(folder, '3.json'), ...by(stranger)), /others may read it/);
  const other = pack('1.2.0', '--min-from', '0.9.0');
  assert.match(refusal('sign', other.file, ...at()), /A release never changes/);
  assert.match(refusal('publish', other.file, '--document', join(folder, '3.json'), ...at()), /does not vouch for/);
  assert.deepEqual(publish('3.json', two.file).published, ['1.3.0']);
  assert.match(refusal('publish', '--document', join(folder, '1.json'), ...at()), /do not follow the current document/);
  assert.equal((await shown('1.3.0')).files[0].sha256, two.sha256);
  assert.equal(current.signatures, 1);
});
