// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, account, base, run, tool } from './client.mjs';

const missing = '00000000-0000-4000-8000-000000000000';

function assertFailure(answer, status, code) {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.equal(answer.body.code, code);
  assert.equal(typeof answer.body.error, 'string');
  assert.ok(answer.headers.get('x-request-id'));
}

test('wrong password and unknown account get the same answer', async () => {
  const wrong = await new Client().post('/auth/login', { email: account('student').email, password: 'not this one' });
  const unknown = await new Client().post('/auth/login', { email: 'nobody@example.org', password: 'not this one' });
  assertFailure(wrong, 401, 'INVALID_CREDENTIALS');
  assertFailure(unknown, 401, 'INVALID_CREDENTIALS');
  assert.equal(wrong.body.error, unknown.body.error);
});

test('no cookie, a made-up cookie: 401', async () => {
  assertFailure(await new Client().get('/tools'), 401, 'UNAUTHORIZED');
  const client = new Client();
  client.cookie = 'rapt_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  assertFailure(await client.get('/auth/me'), 401, 'UNAUTHORIZED');
});

test('somebody else\'s session looks like a missing one', async () => {
  const owner = await Client.as('student', 7);
  const other = await Client.as('student', 8);
  const id = await owner.newSession();
  for (const route of [`/sessions/${id}`, `/sessions/${missing}`, `/sessions/${id}/extractions`]) {
    assertFailure(await other.get(route), 404, 'NOT_FOUND');
  }
  assertFailure(await other.post(`/sessions/${id}/messages`, { content: 'hi' }), 404, 'NOT_FOUND');
  assertFailure(await other.patch(`/sessions/${id}`, { state: 'completed' }), 404, 'NOT_FOUND');
});

test('unknown tool, tool of the other type, id that is none', async () => {
  const student = await Client.as('student', 9);
  assertFailure(await student.post('/sessions', { tool_id: missing }), 404, 'NOT_FOUND');
  assertFailure(await student.post('/sessions', { tool_id: 'seven' }), 400, 'VALIDATION_ERROR');
  assertFailure(await student.post('/sessions', { tool_id: tool('Lesson Plan Generator').id }), 400, 'VALIDATION_ERROR');
  assertFailure(await student.get('/tools/seven'), 404, 'NOT_FOUND');
});

test('fields that are missing, of the wrong type, empty, too long or unknown are named', async () => {
  const student = await Client.as('student', 10);
  const id = await student.newSession();
  const cases = [[{}, 'content'], [{ content: 5 }, 'content'], [{ content: null }, 'content'], [{ content: '' }, 'content'],
    [{ content: 'x'.repeat(32001) }, 'content'], [{ content: 'hi', colour: 'red' }, 'colour']];
  for (const [json, field] of cases) {
    const answer = await student.post(`/sessions/${id}/messages`, json);
    assertFailure(answer, 400, 'VALIDATION_ERROR');
    assert.ok(answer.body.details.fields.some((f) => f.path === field), JSON.stringify(answer.body));
  }
  assertFailure(await student.patch(`/sessions/${id}`, { state: 'asleep' }), 400, 'VALIDATION_ERROR');
});

test('bodies that are no JSON, no object, no UTF-8, too large or of another type', async () => {
  const student = await Client.as('student', 11);
  const id = await student.newSession();
  const route = `/sessions/${id}/messages`;
  const json = { 'content-type': 'application/json' };
  assertFailure(await student.request('POST', route, { body: '{"content": ', headers: json }), 400, 'INVALID_JSON');
  assertFailure(await student.request('POST', route, { body: '[]', headers: json }), 400, 'VALIDATION_ERROR');
  assertFailure(await student.request('POST', route, { body: Buffer.from('{"content":"\xff\xfe"}', 'latin1'), headers: json }), 400, 'INVALID_UTF8');
  assertFailure(await student.request('POST', route, { body: 'content=hi', headers: { 'content-type': 'text/plain' } }), 415, 'UNSUPPORTED_MEDIA_TYPE');
  assertFailure(await student.request('POST', route, { body: '['.repeat(100000), headers: json }), 400, 'INVALID_JSON');
  const huge = await student.request('POST', route, { json: { content: 'x'.repeat(10 * 1024 * 1024) } });
  assertFailure(huge, 413, 'PAYLOAD_TOO_LARGE');
  assert.equal((await student.get(`/sessions/${id}`)).body.data.messages.length, 0);
});

test('unknown routes and wrong methods', async () => {
  const student = await Client.as('student', 12);
  assertFailure(await student.get('/nothing/here'), 404, 'NOT_FOUND');
  const wrong = await student.request('DELETE', '/auth/me');
  assertFailure(wrong, 405, 'METHOD_NOT_ALLOWED');
  assert.match(wrong.headers.get('allow'), /GET/);
});

test('a request from another site is refused', async () => {
  const student = await Client.as('student', 13);
  const answer = await student.request('POST', '/sessions', { json: { tool_id: tool('Socratic Algebra Tutor').id }, headers: { origin: 'https://evil.example' } });
  assertFailure(answer, 403, 'CSRF_REJECTED');
});

test('a run whose input does not fit the schema names each fault and stores nothing', async () => {
  const teacher = await Client.as('teacher');
  const before = (await teacher.get('/runs')).body.data.length;
  const answer = await teacher.post('/runs', { tool_id: tool('Lesson Plan Generator').id, input: { topic: 7, grade: 'eight' } });
  assertFailure(answer, 400, 'VALIDATION_ERROR');
  const paths = answer.body.details.fields.map((f) => f.path);
  assert.ok(paths.includes('input.topic') && paths.includes('input.grade'), paths.join());
  assert.equal((await teacher.get('/runs')).body.data.length, before);
});

test('two messages at once in one session never spoil the order', async () => {
  const student = await Client.as('student', 14);
  const id = await student.newSession();
  const answers = await Promise.all(['first?', 'second?', 'third?'].map((content) => student.post(`/sessions/${id}/messages`, { content })));
  for (const answer of answers) assert.ok([200, 409].includes(answer.status), JSON.stringify(answer.body));
  const good = answers.filter((a) => a.status === 200).length;
  assert.ok(good >= 1);
  const { messages } = (await student.get(`/sessions/${id}`)).body.data;
  assert.deepEqual(messages.map((m) => m.seq), Array.from({ length: 2 * good }, (_, i) => i + 1));
});

test('a student may not see the administration', async () => {
  const student = await Client.as('student', 15);
  assertFailure(await student.get('/admin/modules'), 403, 'FORBIDDEN');
  assert.equal((await (await Client.as('system_admin')).get('/admin/modules')).status, 200);
});

test('pages carry a strict policy and traversal finds nothing', async () => {
  const page = await fetch(`${base}/`);
  assert.equal(page.status, 200);
  const policy = page.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  for (const path of ['/..%2f..%2fetc%2fpasswd', '/assets/..%2f..%2f..%2fREADME.md', '/%00']) {
    const answer = await fetch(`${base}${path}`);
    assert.ok([400, 404].includes(answer.status) || /<div id="root"/.test(await answer.clone().text()), `${path}: ${answer.status}`);
    assert.doesNotMatch(await answer.text(), /root:x:0/);
  }
});

test('a tool with mistakes in its YAML: every fault with line and column, and nothing is stored', async () => {
  const teacher = await Client.as('teacher');
  const before = (await teacher.get('/tools')).body.data.length;
  const definition = 'name: Broken\ntype: chat\nversion: 1.0\nbehavior: hi\nmodels: gpt\nmodules:\n  - no-such-module\n';
  const school = run.groups.find((g) => g.type === 'school').id;
  const answer = await teacher.post('/tools', { definition, group_id: school });
  assertFailure(answer, 400, 'VALIDATION_ERROR');
  const said = answer.body.details.fields.map((f) => `${f.path}: ${f.message}`).join('\n');
  assert.match(said, /line 5, column 1: "models" is not known here; did you mean "model"/);
  assert.match(said, /definition\.version: .*line 3/);
  const syntax = await teacher.post('/tools', { definition: 'name: [unclosed\ntype: chat\n', group_id: school });
  assertFailure(syntax, 400, 'VALIDATION_ERROR');
  assert.match(JSON.stringify(syntax.body), /line \d+, column \d+/);
  assert.equal((await teacher.get('/tools')).body.data.length, before);
});

test('a teacher adds a tool, a module that is not installed is named, a student may not add one', async () => {
  const teacher = await Client.as('teacher');
  const school = run.groups.find((g) => g.type === 'school').id;
  const definition = (name, module) => `name: ${name}\ntype: chat\nversion: 1.0.0\nbehavior: Be kind.\nmodules:\n  - ${module}\n`;
  const unknown = await teacher.post('/tools', { definition: definition('Kind One', 'no-such-module'), group_id: school });
  assertFailure(unknown, 400, 'VALIDATION_ERROR');
  assert.match(JSON.stringify(unknown.body.details), /no-such-module/);
  const good = await teacher.post('/tools', { definition: definition('Kind One', 'safety-filter'), group_id: school });
  assert.equal(good.status, 201, JSON.stringify(good.body));
  assert.equal((await teacher.get(`/tools/${good.body.data.id}`)).body.data.definition, definition('Kind One', 'safety-filter'));
  const student = await Client.as('student', 18);
  const refused = await student.post('/tools', { definition: definition('Mine', 'safety-filter'), group_id: school });
  assert.ok([403, 404].includes(refused.status), JSON.stringify(refused.body));
});
