// SPDX-License-Identifier: AGPL-3.0-or-later
// Kills a running module and looks at what student and admin see. The system must be one of this machine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, eventually, tool } from './client.mjs';

async function moduleStatus(admin, name) {
  const answer = await admin.get('/admin/modules');
  assert.equal(answer.status, 200);
  const found = answer.body.data.find((m) => m.name === name);
  assert.ok(found, `module ${name} is listed`);
  return found;
}

test('the admin sees both modules running, signed, behind their layers', async () => {
  const admin = await Client.as('system_admin');
  for (const name of ['safety-filter', 'struggle-detector']) {
    const status = await eventually(`${name} runs`, async () => {
      const one = await moduleStatus(admin, name);
      return one.state === 'running' && one;
    });
    assert.equal(status.signed, true);
    assert.equal(status.publisher, 'raptscallions');
    const on = status.sandbox.layers.filter((l) => l.on).map((l) => l.name);
    assert.ok(on.includes('seccomp'), on.join());
    assert.ok(on.includes('no-new-privileges'), on.join());
  }
});

test('a killed module is started again and its end is told to the admin', async () => {
  const admin = await Client.as('system_admin');
  const before = await eventually('struggle-detector runs', async () => {
    const one = await moduleStatus(admin, 'struggle-detector');
    return one.state === 'running' && one.pid > 0 && one;
  });
  process.kill(before.pid, 'SIGKILL');
  const after = await eventually('struggle-detector runs again', async () => {
    const one = await moduleStatus(admin, 'struggle-detector');
    return one.state === 'running' && one.restarts > before.restarts && one;
  });
  assert.notEqual(after.pid, before.pid);
  assert.match(after.last_failure.reason, /kill/i);
  const student = await Client.as('student', 16);
  const id = await student.newSession();
  assert.equal((await student.post(`/sessions/${id}/messages`, { content: 'How do I start with x + 1 = 4?' })).status, 200);
});

test('while a module that must not be skipped is away, the student is told, nothing is stored and it heals', async () => {
  const admin = await Client.as('system_admin');
  const student = await Client.as('student', 17);
  const id = await student.newSession();
  const seen = [];
  for (let i = 0; i < 4; i += 1) {
    const { pid, state } = await moduleStatus(admin, 'safety-filter');
    if (state === 'running') process.kill(pid, 'SIGKILL');
    seen.push(await student.post(`/sessions/${id}/messages`, { content: 'Is 4 the answer to x + 1 = 5?' }));
  }
  const refused = seen.filter((a) => a.status !== 200);
  for (const answer of refused) {
    assert.equal(answer.status, 503, JSON.stringify(answer.body));
    assert.equal(answer.body.code, 'MODULE_UNAVAILABLE');
    assert.equal(answer.body.details.module, 'safety-filter');
  }
  assert.ok(refused.length > 0, 'at least one message met the gap');
  await eventually('safety-filter answers again', async () =>
    (await student.post(`/sessions/${id}/messages`, { content: 'And now?' })).status === 200, 60);
  const { messages } = (await student.get(`/sessions/${id}`)).body.data;
  const answered = seen.length - refused.length + 1;
  assert.equal(messages.length, 2 * answered, 'what was refused was not stored');
});

test('the admin reads what a module has logged, and a student does not', async () => {
  const admin = await Client.as('system_admin');
  const student = await Client.as('student', 18);
  for (const route of ['/admin/modules', '/admin/modules/safety-filter', '/admin/modules/safety-filter/logs']) {
    assert.equal((await admin.get(route)).status, 200, route);
    assert.equal((await student.get(route)).status, 403, route);
  }
  assert.equal((await student.patch('/admin/modules/safety-filter', { enabled: false })).status, 403);
  assert.equal((await admin.get('/admin/modules/nobody')).status, 404);
});

test('a hook that is asked has times, and its limit can be narrowed and given back', async () => {
  const admin = await Client.as('system_admin');
  const student = await Client.as('student', 18);
  const id = await student.newSession();
  assert.equal((await student.post(`/sessions/${id}/messages`, { content: 'How do I start with x + 2 = 4?' })).status, 200);
  const hook = async () => (await admin.get('/admin/modules/safety-filter')).body.data.hooks.find((h) => h.point === 'chat:before_ai');
  const asked = await eventually('the hook has figures', async () => {
    const one = await hook();
    return one.calls > 0 && one;
  });
  assert.ok(asked.p50_us > 0 && asked.p50_us <= asked.p99_us && asked.p99_us <= asked.max_us, JSON.stringify(asked));
  assert.equal(asked.history, 0, 'the filter is given nothing that was said before');
  const narrow = await admin.patch('/admin/modules/safety-filter', { time_limits: { 'chat:before_ai': asked.manifest_timeout_ms - 1 } });
  assert.equal(narrow.status, 200, JSON.stringify(narrow.body));
  try {
    await eventually('the narrower limit is in force', async () => (await hook()).timeout_ms === asked.manifest_timeout_ms - 1);
    const wide = await admin.patch('/admin/modules/safety-filter', { time_limits: { 'chat:before_ai': asked.manifest_timeout_ms + 1 } });
    assert.equal(wide.status, 400);
    assert.equal(wide.body.details.fields[0].path, 'time_limits.chat:before_ai');
  } finally {
    assert.equal((await admin.patch('/admin/modules/safety-filter', { time_limits: { 'chat:before_ai': null } })).status, 200);
  }
  await eventually('the manifest is in force again', async () => (await hook()).timeout_ms === asked.manifest_timeout_ms);
});

test('a module is switched off and on again, and the plan of a tool says so', async () => {
  const admin = await Client.as('system_admin');
  const step = async () => {
    const plan = (await admin.get(`/admin/tools/${tool('Socratic Algebra Tutor').id}/plan`)).body.data;
    return plan.hooks.find((h) => h.point === 'chat:after_ai').steps.find((s) => s.module === 'struggle-detector')
      ?? plan.hooks.flatMap((h) => h.steps).find((s) => s.module === 'struggle-detector');
  };
  await eventually('it runs', async () => (await step()).state === 'running');
  assert.equal((await admin.patch('/admin/modules/struggle-detector', { enabled: false })).status, 200);
  try {
    await eventually('it is gone from this host', async () => (await step()).state === null);
    assert.equal((await step()).installed, true);
    assert.equal((await moduleStatus(admin, 'struggle-detector')).enabled, false);
  } finally {
    assert.equal((await admin.patch('/admin/modules/struggle-detector', { enabled: true })).status, 200);
  }
  await eventually('it runs again', async () => (await step()).state === 'running');
});
