// SPDX-License-Identifier: AGPL-3.0-or-later
// Installing from the running system's registry over the API: consent is to one plan, one operation runs at a time, and what is
// removed is gone.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Client, eventually } from './client.mjs';

const admin = await Client.as('system_admin');
const plan = { install: [{ name: 'reading-log' }] };
const installed = async () => (await admin.get('/admin/modules')).body.data.find((one) => one.name === 'reading-log');
const begin = (body) => admin.post('/admin/module-operations', { plan, consent: true, ...body });
const ended = (id) => eventually('the operation has ended', async () => {
  const { data } = (await admin.get(`/admin/module-operations/${id}`)).body;
  return data.state !== 'running' && data;
});

after(async () => { if (await installed()) await admin.request('DELETE', '/admin/modules/reading-log?purge=true'); });

test('what the registry offers is vouched for, and a plan says what each permission gives', async () => {
  const offered = await admin.get('/admin/marketplace/modules/reading-log');
  assert.equal(offered.status, 200, JSON.stringify(offered.body));
  assert.ok(offered.body.data.versions[0].vouched);
  const made = await admin.post('/admin/module-plans', plan);
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const [step] = made.body.data.steps;
  assert.ok(step.vouched && step.signed && step.publisher === 'raptscallions');
  for (const one of step.permissions) assert.ok(one.new && one.text.length > 0, one.name);
  assert.deepEqual(step.hooks, [], 'it reads no conversation');
});

test('nothing is installed without consent, or by consent to another plan', async () => {
  const { id } = (await admin.post('/admin/module-plans', plan)).body.data;
  const silent = await begin({ plan_id: id, consent: false });
  assert.equal(silent.status, 400, JSON.stringify(silent.body));
  const other = await begin({ plan_id: id.replace(/^./, (first) => (first === '0' ? '1' : '0')) });
  assert.equal(other.status, 409, JSON.stringify(other.body));
  assert.equal(other.body.code, 'PLAN_CHANGED');
  assert.equal(await installed(), undefined);
});

test('of two who install at once one is told who was faster, and it is installed once', async () => {
  const { id } = (await admin.post('/admin/module-plans', plan)).body.data;
  const both = await Promise.all([begin({ plan_id: id }), begin({ plan_id: id })]);
  const taken = both.filter(({ status }) => status === 202);
  assert.ok(taken.length >= 1, JSON.stringify(both.map(({ body }) => body)));
  for (const { status, body } of both.filter((one) => one.status !== 202)) assert.equal(status, 409, JSON.stringify(body));
  for (const { body } of taken) assert.equal((await ended(body.data.id)).state, 'done');
  await eventually('it runs', async () => (await installed())?.state === 'running');
  const removed = await admin.request('DELETE', '/admin/modules/reading-log?purge=true');
  assert.equal(removed.status, 204, JSON.stringify(removed.body));
  assert.equal(await installed(), undefined);
});
