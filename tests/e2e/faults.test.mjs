// SPDX-License-Identifier: AGPL-3.0-or-later
// Takes parts of the running system away and gives them back, through the launcher, and spoils a bundle on the disk.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, base, eventually } from './client.mjs';

const launcher = process.env.RAPT_LAUNCHER;
const instance = process.env.RAPT_INSTANCE;
const options = { skip: launcher && instance ? false : 'RAPT_LAUNCHER and RAPT_INSTANCE are not set: no part can be stopped' };

const part = (verb, name) => execFileSync(launcher, [verb, name], { stdio: ['ignore', 'ignore', 'pipe'] });
const serverPid = () => readFileSync(join(instance, 'run.json'), 'utf8').match(/"server":\s*(\d+)/)?.[1];

/** Runs `during` while a part is away, and brings it back whatever happens. */
async function without(name, during) {
  part('stop', name);
  try {
    await during();
  } finally {
    part('start', name);
  }
}

async function ready() {
  return (await (await fetch(`${base}/ready`)).json()).data;
}

test('PostgreSQL away: a clear 503, nothing lost, and service again without a hand', options, async () => {
  const student = await Client.as('student', 20);
  const id = await student.newSession();
  assert.equal((await student.post(`/sessions/${id}/messages`, { content: 'What is x in x + 3 = 5?' })).status, 200);
  const before = serverPid();
  await without('postgres', async () => {
    for (const answer of [await student.get('/tools'), await student.post(`/sessions/${id}/messages`, { content: 'still there?' })]) {
      assert.equal(answer.status, 503, JSON.stringify(answer.body));
      assert.equal(answer.body.code, 'SERVICE_UNAVAILABLE');
      assert.equal(answer.body.details.part, 'database');
    }
    assert.equal((await ready()).parts.database.status, 'down');
    assert.equal((await fetch(`${base}/health`)).status, 200);
  });
  await eventually('the database is used again', async () => (await student.get('/tools')).status === 200);
  const { messages } = (await student.get(`/sessions/${id}`)).body.data;
  assert.equal(messages.length, 2);
  assert.equal(serverPid(), before, 'the server is the same process');
});

test('Redis away: conversations go on', options, async () => {
  const student = await Client.as('student', 21);
  const id = await student.newSession();
  await without('redis', async () => {
    assert.equal((await student.post(`/sessions/${id}/messages`, { content: 'Is 2x = 8 easy?' })).status, 200);
    assert.equal((await ready()).parts.redis.status, 'degraded');
    await Client.as('student', 22);
  });
  await eventually('Redis is used again', async () => (await ready()).parts.redis.status === 'ok');
});

test('the AI gateway away: a typed failure, nothing stored, and the retry works', options, async () => {
  const student = await Client.as('student', 23);
  const id = await student.newSession();
  await without('demo-model', async () => {
    const answer = await student.post(`/sessions/${id}/messages`, { content: 'Can you hear me?' });
    assert.equal(answer.status, 502, JSON.stringify(answer.body));
    assert.equal(answer.body.code, 'AI_GATEWAY_ERROR');
    const { events, status } = await student.stream(id, 'Can you hear me now?');
    if (status === 200) assert.equal(events.at(-1).event, 'error');
    else assert.equal(status, 502);
    assert.equal((await student.get(`/sessions/${id}`)).body.data.messages.length, 0);
  });
  await eventually('the gateway answers again', async () =>
    (await student.post(`/sessions/${id}/messages`, { content: 'Can you hear me?' })).status === 200);
});

/** Changes one byte of what the database keeps of a module's bundle; once more changes it back. */
function flipStoredByte(module) {
  const { database_url: url } = JSON.parse(readFileSync(join(instance, 'run.json'), 'utf8'));
  const changed = execFileSync('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', url, '-c', `UPDATE module_archive_chunks
    SET piece = set_byte(piece, 1000, get_byte(piece, 1000) # 1) WHERE position = 0
    AND digest = (SELECT digest FROM modules WHERE name = '${module}') RETURNING position`], { encoding: 'utf8' }).trim();
  assert.equal(changed, '0', 'the database keeps the bundle');
}

test('one changed byte in a bundle: the host gets the right one from the database; without one the module is refused', options, async () => {
  const folder = join(instance, 'server', 'modules', 'safety-filter');
  const file = join(folder, readdirSync(folder).find((name) => name.endsWith('.rapt')));
  const good = readFileSync(file);
  const bad = Buffer.from(good);
  bad[bad.length >> 1] ^= 1;
  const admin = await Client.as('system_admin');
  const find = async () => (await admin.get('/admin/modules')).body.data.find((m) => m.name === 'safety-filter');
  const restart = () => { part('stop', 'server'); part('start', 'server'); };

  writeFileSync(file, bad);
  // What runs was verified when it started and lives in sealed memory; the file counts at the next start.
  restart();
  await eventually('safety-filter runs', async () => (await find()).state === 'running');
  assert.ok(readFileSync(file).equals(good), 'the host has the bundle again that was installed');

  flipStoredByte('safety-filter');
  try {
    writeFileSync(file, bad);
    restart();
    const refused = await eventually('safety-filter is refused', async () => { const m = await find(); return m.state === 'refused' && m; });
    assert.match(refused.reason, /bytes have changed/);
    const student = await Client.as('student', 24);
    const id = await student.newSession();
    const answer = await student.post(`/sessions/${id}/messages`, { content: 'hello' });
    assert.equal(answer.status, 503, JSON.stringify(answer.body));
    assert.equal(answer.body.code, 'MODULE_UNAVAILABLE');
    assert.equal(answer.body.details.module, 'safety-filter');
  } finally {
    writeFileSync(file, good);
    flipStoredByte('safety-filter');
  }
  await eventually('safety-filter runs again without a hand', async () => (await find()).state === 'running');
});
