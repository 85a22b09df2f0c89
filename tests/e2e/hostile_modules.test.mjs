// SPDX-License-Identifier: AGPL-3.0-or-later
// Installs modules that misbehave into the running system, attaches them to tools, and looks at what the student, the
// administrator and the log see. The libraries are those of tests/hostile.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client, eventually, run } from './client.mjs';

const { RAPT_BUILD_DIR: build, RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance } = process.env;
const options = { skip: build && launcher && instance ? false : 'RAPT_BUILD_DIR, RAPT_LAUNCHER and RAPT_INSTANCE are not set' };
const architecture = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const folder = mkdtempSync(join(tmpdir(), 'rapt-e2e-'));
chmodSync(folder, 0o755);
const installed = [];

const rapt = (...words) => execFileSync(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/** Packs a hostile library as a bundle of the publisher whose key the build has. */
function pack(name, onFailure, signing = ['--key', join(build, 'keys', 'raptscallions.key')]) {
  const stage = join(folder, name);
  const library = `lib/${architecture}/${name}.so`;
  mkdirSync(join(stage, 'lib', architecture), { recursive: true });
  copyFileSync(join(build, 'tests', 'hostile', 'modules', `${name}.so`), join(stage, library));
  chmodSync(join(stage, library), 0o644);
  writeFileSync(join(stage, 'LICENSE'), 'AGPL-3.0-or-later\n');
  writeFileSync(join(stage, 'CHANGELOG.md'), '# 1.0.0\n');
  writeFileSync(join(stage, 'sbom.spdx.json'), JSON.stringify({
    spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', packages: [{ SPDXID: 'SPDXRef-Package', name, versionInfo: '1.0.0' }],
  }));
  writeFileSync(join(stage, 'manifest.json'), JSON.stringify({
    name, version: '1.0.0', title: 'A hostile module', description: 'It tries one thing.', publisher: 'raptscallions',
    license: 'AGPL-3.0-or-later', abi: '1.1', permissions: [], libraries: { [architecture]: library }, memory_mb: 32,
    hooks: [{ point: 'chat:on_message', timeout_ms: name === 'hostile-memory-eater' ? 5000 : 300, on_failure: onFailure }],
  }));
  const bundle = join(folder, `${name}-${onFailure}.rapt`);
  execFileSync(join(build, 'bin', 'rapt'), ['pack', stage, ...signing, '--out', bundle], { stdio: 'pipe' });
  chmodSync(bundle, 0o644);
  return bundle;
}

/** Installs it, makes a tool with it and starts a conversation with that tool. */
async function conversationWith(name, onFailure) {
  rapt('module', 'install', pack(name, onFailure), '--yes', '--replace');
  installed.push(name);
  const admin = await Client.as('system_admin');
  const status = async () => (await admin.get('/admin/modules')).body.data.find((m) => m.name === name);
  await eventually(`${name} runs`, async () => (await status())?.state === 'running');
  const teacher = await Client.as('teacher');
  const definition = `name: With ${name}\ntype: chat\nversion: 1.0.0\nbehavior: Be kind.\nmodules:\n  - ${name}\n`;
  const group = run.groups.find((g) => g.type === 'school').id;
  const tool = await teacher.post('/tools', { definition, group_id: group });
  assert.equal(tool.status, 201, JSON.stringify(tool.body));
  const session = await teacher.post('/sessions', { tool_id: tool.body.data.id });
  assert.equal(session.status, 201, JSON.stringify(session.body));
  const id = session.body.data.id;
  const say = () => teacher.post(`/sessions/${id}/messages`, { content: 'Is x = 3?' });
  return { status, say, stored: async () => (await teacher.get(`/sessions/${id}`)).body.data.messages.length };
}

const logged = (pattern) => eventually(`the log says ${pattern}`, () => pattern.test(readFileSync(join(instance, 'log', 'server.log'), 'utf8')));

after(() => {
  for (const name of installed) rapt('module', 'remove', name);
  rmSync(folder, { recursive: true, force: true });
});

test('a required module that loops: the reader is told, nothing is stored, the admin reads why', options, async () => {
  const { status, say, stored } = await conversationWith('hostile-loop', 'closed');
  const answer = await say();
  assert.equal(answer.status, 503, JSON.stringify(answer.body));
  assert.equal(answer.body.code, 'MODULE_UNAVAILABLE');
  assert.equal(answer.body.details.module, 'hostile-loop');
  assert.equal(await stored(), 0);
  const seen = await eventually('its end is known', async () => { const s = await status(); return s.last_failure && s; });
  assert.match(seen.last_failure.reason, /300 ms|late|time/i);
  await logged(/"module":"hostile-loop"[^\n]*"failure":"late"/);
});

test('a module that crashes and may be skipped: the conversation goes on and says so', options, async () => {
  const { status, say } = await conversationWith('hostile-segfault', 'open');
  const answer = await say();
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const seen = await eventually('its end is known', async () => { const s = await status(); return s.last_failure && s; });
  assert.match(seen.last_failure.reason, /SIGSEGV|memory/i);
  await logged(/"module":"hostile-segfault"[^\n]*"failure":"dead"/);
});

test('a module that eats memory gets its share and no more', options, async () => {
  const { status, say } = await conversationWith('hostile-memory-eater', 'closed');
  const { on } = (await status()).sandbox.layers.find((layer) => layer.name === 'memory-cgroup');
  const answer = await say();
  if (on) { // its cgroup counts what is used, and the kernel ends who uses more
    assert.equal(answer.status, 503, JSON.stringify(answer.body));
    const seen = await eventually('its end is known', async () => { const s = await status(); return s.last_failure && s; });
    assert.match(seen.last_failure.reason, /used more memory than its 32 MiB/);
  } else { // without one, address space is what it gets no more of
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal((await status()).state, 'running');
  }
});

test('a bundle without a signature is not installed, and the admin reads what to do', options, () => {
  const bundle = pack('hostile-continue', 'open', ['--unsigned']);
  assert.throws(() => rapt('module', 'install', bundle, '--yes'), (failure) => {
    assert.match(failure.stderr, /sign/i);
    return true;
  });
});
