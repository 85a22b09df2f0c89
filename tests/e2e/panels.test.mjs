// SPDX-License-Identifier: AGPL-3.0-or-later
// Panels of a module in its real sandbox: who sees which where, what the module is told, and what becomes of what it must not do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, eventually, run } from './client.mjs';
import * as show from './panel_module.mjs';

const options = { skip: show.skip, timeout: 120_000 };
let admin, groupAdmin, teacher, student, classId;

before(async () => {
  if (show.skip) return;
  show.install();
  [admin, groupAdmin, teacher, student] = await Promise.all(['system_admin', 'group_admin', 'teacher', 'student'].map((role) => Client.as(role)));
  classId = (await teacher.get('/auth/me')).body.data.classes[0].id;
  await eventually('the module runs', async () => (await admin.get(`/admin/modules/${show.name}`)).body.data?.state === 'running');
}, { timeout: 180_000 });

after(() => show.skip || show.remove());

const listed = async (client, place, id) => {
  const answer = await client.get(`/panels?place=${place}${id ? `&place_id=${id}` : ''}`);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.data.filter((panel) => panel.module === show.name).map((panel) => panel.id);
};
const drawn = (client, panel, id = classId) => client.get(`/modules/${show.name}/panels/${panel}?place_id=${id}`);

test('each role is offered the panels of a place that are for it', options, async () => {
  assert.deepEqual(await listed(admin, 'class', classId), ['log', 'echo', 'empty', 'markup', 'misshapen', 'slow']);
  assert.deepEqual(await listed(teacher, 'class', classId), ['log', 'echo', 'empty']);
  assert.deepEqual(await listed(student, 'class', classId), []);
  assert.deepEqual(await listed(student, 'home'), ['mine']);
  assert.deepEqual(await listed(admin, 'system'), ['all']);
  assert.deepEqual(await listed(groupAdmin, 'group', run.groups.find((group) => group.type === 'school').id), ['school']);
  assert.equal((await teacher.get('/panels?place=system')).status, 403);
});

test('a panel that no page offers somebody is not there for them', options, async () => {
  for (const [client, panel] of [[student, 'log'], [teacher, 'markup'], [teacher, 'nothing']]) assert.equal((await drawn(client, panel)).status, 404, panel);
  assert.equal((await drawn(teacher, 'log', run.groups[0].id)).status, 404, 'a place that is none');
  assert.equal((await drawn(teacher, 'log', 'x')).status, 400);
  assert.equal((await teacher.get('/modules/none/panels/log')).status, 404);
});

test('what a module gives comes with every member of its parts', options, async () => {
  const { status, body } = await drawn(teacher, 'log');
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.data.parts.map((part) => part.kind), ['counters', 'chart', 'chart', 'table', 'text']);
  assert.equal(body.data.parts[0].items[1].tone, 'neutral');
  assert.deepEqual((await drawn(teacher, 'empty')).body.data.parts, []);
});

test('the module is told of the place and of a pseudonym, and never of a secret', options, async () => {
  const secret = 'k-very-secret-value';
  const put = await admin.request('PUT', `/admin/modules/${show.name}/settings`, { json: { settings: { greeting: 'Good morning' }, secrets: { api_key: secret } } });
  assert.equal(put.status, 200, JSON.stringify(put.body));
  const told = Object.fromEntries((await drawn(teacher, 'echo')).body.data.parts[0].items.map((item) => [item.label, item.value]));
  const me = (await teacher.get('/auth/me')).body.data.user.id;
  assert.equal(told.place, 'class');
  assert.equal(told.place_id, classId);
  assert.equal(told.role, 'teacher');
  assert.equal(told.greeting, 'Good morning');
  assert.equal(told.api_key, '');
  assert.equal(told.id, '');
  assert.ok(told.user.length > 10 && told.user !== me, told.user);
  assert.ok(!show.logs().includes(secret));
});

test('a wrong shape and markup are the module’s failure, and its log says where', options, async () => {
  for (const panel of ['markup', 'misshapen']) {
    const { status, body } = await drawn(admin, panel);
    assert.equal(status, 502, JSON.stringify(body));
    assert.equal(body.code, 'MODULE_FAILED');
    assert.match(body.error, /e2e-panel-show gave an answer that cannot be used/);
    assert.ok(!JSON.stringify(body).includes('parts[0]'), 'the fault is not for who asked');
  }
  for (const where of ['parts[0].text must hold no HTML', 'parts[0].rows[1] must be a list of exactly 1']) {
    await eventually(`the log says ${where}`, async () => {
      const lines = (await admin.get(`/admin/modules/${show.name}/logs`)).body.data;
      return lines.some((line) => line.text.includes(where));
    });
  }
});

test('a panel that does not answer ends in time, and the others come back', options, async () => {
  const { status, body } = await drawn(admin, 'slow');
  assert.ok([503, 504].includes(status), `${status} ${JSON.stringify(body)}`);
  assert.match(body.error, /e2e-panel-show/);
  await eventually('the module answers again', async () => (await drawn(teacher, 'log')).status === 200);
});

test('the administrator sees its processes, figures and what it was granted', options, async () => {
  await drawn(teacher, 'log');
  const module = (await admin.get(`/admin/modules/${show.name}`)).body.data;
  const hook = module.hooks.find((each) => each.point === 'panel');
  assert.ok(hook.calls > 0, JSON.stringify(hook));
  assert.ok(hook.histogram.at(-1).calls > 0 && hook.histogram.at(-1).calls <= hook.calls, JSON.stringify(hook.histogram));
  assert.ok(module.metrics.find((metric) => metric.name === 'panels_shown').count > 0);
  assert.deepEqual(module.consents.map((each) => [each.permission, each.offered]), [['panels', true], ['metrics', true]]);
  assert.deepEqual(module.manifest.permissions.map((each) => each.permission), ['panels', 'metrics']);
  assert.deepEqual(module.manifest.panels[0], { id: 'log', title: 'Reading log', place: 'class', access: 'teacher' });
});
