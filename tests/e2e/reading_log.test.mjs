// SPDX-License-Identifier: AGPL-3.0-or-later
// A module with tables, routes and an export of its own (modules/reading-log), from its signed bundle in a running system.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { Client, eventually, run } from './client.mjs';

const { RAPT_BUILD_DIR: build, RAPT_LAUNCHER: launcher } = process.env;
const options = { skip: build && launcher ? false : 'RAPT_BUILD_DIR and RAPT_LAUNCHER are not set' };
const name = 'reading-log';
const rapt = (...words) => execFileSync(launcher, ['module', ...words], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
const entries = `/modules/${name}/classes/${run.classes?.[0]?.id}/entries`;
let student, other, teacher, admin;

before(async () => {
  if (options.skip) return;
  rapt('install', name, '--yes', '--replace');
  [student, other, teacher, admin] = await Promise.all([Client.as('student'), Client.as('student', 1), Client.as('teacher'), Client.as('system_admin')]);
  await eventually('the module answers', async () => (await student.get(entries)).status === 200);
});

after(() => { if (!options.skip) rapt('remove', name, '--purge'); });

test('students see their own entries, teachers all of their class', options, async () => {
  const made = await student.post(entries, { title: 'Momo, "again"', pages: 40 });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.equal((await other.post(entries, { title: 'Dune', pages: 12 })).status, 201);
  assert.deepEqual((await student.get(entries)).body.data.map((one) => one.title), ['Momo, "again"']);
  assert.deepEqual((await teacher.get(entries)).body.data.map((one) => one.title), ['Momo, "again"', 'Dune']);
  assert.equal((await other.request('DELETE', `${entries}/${made.body.data.id}`)).status, 404);
  assert.equal((await student.get(`/modules/${name}/classes/00000000-0000-7000-8000-000000000000/entries`)).status, 404);
  assert.equal((await new Client().get(entries)).status, 401);
});

test('wrong entries are refused with a sentence', options, async () => {
  for (const json of [{}, { title: '', pages: 1 }, { title: 'A', pages: 0 }, { title: 'A', pages: 1.5 }, []]) {
    const answer = await student.post(entries, json);
    assert.equal(answer.status, 400, JSON.stringify(json));
    assert.match(answer.body.error, /title|pages/);
  }
  assert.equal((await student.request('PUT', entries, { json: {} })).status, 405);
  assert.equal((await student.post(entries, { title: 'A'.repeat(5000), pages: 1 })).status, 413);
});

test('a teacher downloads the log; a student does not', options, async () => {
  const place = `place=class&place_id=${run.classes[0].id}`;
  const listed = (await teacher.get(`/exports?${place}`)).body.data.filter((one) => one.module === name);
  assert.equal(listed.length, 1);
  const response = await teacher.raw('GET', listed[0].href);
  assert.match(response.headers.get('content-disposition'), /attachment; filename="reading-log.csv"/);
  const text = await response.text();
  assert.match(text, /^noted_at,reader,title,pages\r\n/);
  assert.match(text, /"Momo, ""again""",40\r\n/);
  assert.equal((await student.get(listed[0].href)).status, 403);
  assert.deepEqual((await student.get(`/exports?${place}`)).body.data.filter((one) => one.module === name), []);
});

test('the description and the administrator list its routes', options, async () => {
  const document = (await (await fetch(`${run.base_url}/api/openapi.json`)).json());
  assert.ok(document.paths[`/modules/${name}/classes/{class}/entries`].post);
  const routes = (await admin.get(`/admin/modules/${name}/routes`)).body.data;
  assert.deepEqual(routes.map((one) => [one.method, one.problem]).sort(), [['DELETE', null], ['GET', null], ['POST', null]]);
});
