// SPDX-License-Identifier: AGPL-3.0-or-later
// A module whose hook is asynchronous is asked by a job: the reader does not wait for it, and what it finds comes once,
// also when the host is killed or Redis is away meanwhile. The libraries are those of tests/hostile.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client, base, eventually, run } from './client.mjs';

const { RAPT_BUILD_DIR: build, RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance } = process.env;
const options = { skip: build && launcher && instance ? false : 'RAPT_BUILD_DIR, RAPT_LAUNCHER and RAPT_INSTANCE are not set' };
const architecture = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const folder = mkdtempSync(join(tmpdir(), 'rapt-e2e-'));
chmodSync(folder, 0o755);
const installed = new Set();

const rapt = (...words) => execFileSync(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
const serverPid = () => Number(readFileSync(join(instance, 'run.json'), 'utf8').match(/"server":\s*(\d+)/)[1]);

function pack(name, point) {
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
    name, version: '1.0.0', title: 'Asked afterwards', description: 'It is asked by a job.', publisher: 'raptscallions',
    license: 'AGPL-3.0-or-later', abi: '1.1', permissions: [], libraries: { [architecture]: library }, memory_mb: 32,
    hooks: [{ point, timeout_ms: 10000, on_failure: 'open', async: true }],
  }));
  const bundle = join(folder, `${name}.rapt`);
  execFileSync(join(build, 'bin', 'rapt'), ['pack', stage, '--key', join(build, 'keys', 'raptscallions.key'), '--out', bundle], { stdio: 'pipe' });
  chmodSync(bundle, 0o644);
  return bundle;
}

/** Installs it at an asynchronous hook, makes a tool with it and starts a conversation with that tool. */
async function conversationWith(name, point) {
  rapt('module', 'install', pack(name, point), '--yes', '--replace');
  installed.add(name);
  const admin = await Client.as('system_admin');
  const runs = async () => (await admin.get('/admin/modules')).body.data.find((m) => m.name === name)?.state === 'running';
  await eventually(`${name} runs`, runs);
  const teacher = await Client.as('teacher');
  const definition = `name: Later with ${name}\ntype: chat\nversion: 1.0.0\nbehavior: Be kind.\nmodules:\n  - ${name}\n`;
  const tool = await teacher.post('/tools', { definition, group_id: run.groups.find((g) => g.type === 'school').id });
  assert.equal(tool.status, 201, JSON.stringify(tool.body));
  const session = await teacher.post('/sessions', { tool_id: tool.body.data.id });
  assert.equal(session.status, 201, JSON.stringify(session.body));
  const id = session.body.data.id;
  const results = async () => {
    const { status, body } = await teacher.get(`/sessions/${id}/extractions`);
    assert.equal(status, 200, JSON.stringify(body));
    return body.data.filter((x) => x.type === 'result' && x.module === name);
  };
  return { teacher, id, results };
}

const jobsOf = (id) => JSON.parse(rapt('jobs', 'list', '--state', 'done', '--json')).jobs.filter((j) => j.key.includes(id));

after(() => {
  for (const name of installed) rapt('module', 'remove', name);
  rmSync(folder, { recursive: true, force: true });
});

test('an answer streams past an asynchronous hook, and its finding comes once', options, async () => {
  const { teacher, id, results } = await conversationWith('hostile-finding-names', 'chat:after_ai');
  const { status, events } = await teacher.stream(id, 'What is x in x + 3 = 5?');
  assert.equal(status, 200);
  assert.ok(events.some((e) => e.event === 'delta'), JSON.stringify(events));
  assert.ok(!JSON.stringify(events).includes('"checking"'), 'the answer is not held for the module');
  await eventually('the finding is there', async () => (await results()).length > 0, 60);
  await eventually('the job is done', () => jobsOf(id).length === 1, 60);
  const found = await results();
  assert.equal(found.length, 1);
  assert.equal(found[0].message_seq, 2);
});

test('Redis away: the job is done all the same', options, async () => {
  const { teacher, id, results } = await conversationWith('hostile-sleep-for', 'chat:on_message');
  rapt('stop', 'redis');
  try {
    assert.equal((await teacher.post(`/sessions/${id}/messages`, { content: '1' })).status, 200);
    await eventually('the finding is there', async () => (await results()).length === 1, 60);
  } finally {
    rapt('start', 'redis');
  }
});

test('a host that is killed while it does a job: done by the next one, once', options, async () => {
  const { teacher, id, results } = await conversationWith('hostile-sleep-for', 'chat:on_message');
  assert.equal((await teacher.post(`/sessions/${id}/messages`, { content: '8000' })).status, 200);
  const running = () => JSON.parse(rapt('jobs', 'list', '--state', 'running', '--json')).jobs.some((j) => j.key.includes(id));
  await eventually('the job has been begun', running);
  process.kill(serverPid(), 'SIGKILL');
  assert.equal(running(), true, 'nobody has told the database that the worker ended');
  rapt('start', 'server');
  await eventually('the server is back', async () => (await fetch(`${base}/health`)).status === 200);
  await eventually('the job is done', () => jobsOf(id).length === 1, 180);
  assert.equal((await results()).length, 1);
  assert.ok(jobsOf(id)[0].attempts >= 2);
});
