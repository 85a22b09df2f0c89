// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, account, run, tool } from './client.mjs';

test('demonstration data is complete', async () => {
  const count = (role) => run.accounts.filter((a) => a.role === role).length;
  assert.equal(count('student'), 30);
  assert.equal(count('teacher'), 2);
  assert.equal(count('group_admin'), 1);
  assert.equal(count('system_admin'), 1);
  assert.equal(tool('Socratic Algebra Tutor').type, 'chat');
  assert.equal(tool('Lesson Plan Generator').type, 'product');
});

test('login sets a cookie that scripts cannot read, and logout ends it', async () => {
  const client = new Client();
  const { email, password } = account('student');
  const answer = await client.post('/auth/login', { email, password });
  assert.equal(answer.status, 200);
  const cookie = answer.headers.getSetCookie().find((c) => c.startsWith('rapt_session='));
  assert.match(cookie, /HttpOnly/i);
  assert.match(cookie, /SameSite=Lax/i);
  assert.equal(answer.body.data.user.email, email);
  assert.deepEqual(answer.body.data.roles, ['student']);
  const kept = client.cookie;
  assert.equal((await client.get('/auth/me')).status, 200);
  assert.equal((await client.post('/auth/logout')).status, 204);
  client.cookie = kept;
  assert.equal((await client.get('/auth/me')).status, 401);
});

test('a student finds tools and assignments', async () => {
  const student = await Client.as('student', 1);
  const tools = await student.get('/tools');
  assert.equal(tools.status, 200);
  const names = tools.body.data.map((t) => t.name);
  assert.ok(names.includes('Socratic Algebra Tutor'), names.join());
  const tutor = tools.body.data.find((t) => t.name === 'Socratic Algebra Tutor');
  assert.deepEqual([...tutor.modules].sort(), ['safety-filter', 'struggle-detector']);
  const assignments = await student.get('/assignments');
  assert.equal(assignments.status, 200);
  assert.equal(assignments.body.data.length, 2);
  const one = await student.get(`/tools/${tutor.id}`);
  assert.equal(one.status, 200);
  assert.equal(one.body.data.definition, undefined, 'a student does not see the instructions to the AI');
});

test('a message is answered as JSON, numbered and stored', async () => {
  const student = await Client.as('student', 2);
  const id = await student.newSession();
  const answer = await student.post(`/sessions/${id}/messages`, { content: 'How do I solve 3x + 5 = 20?' });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { message, usage } = answer.body.data;
  assert.equal(message.role, 'assistant');
  assert.equal(message.seq, 2);
  assert.ok(message.content.length > 10);
  assert.ok(usage.input_tokens > 0 && usage.output_tokens > 0);
  assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
  const session = (await student.get(`/sessions/${id}`)).body.data;
  assert.deepEqual(session.messages.map((m) => [m.seq, m.role]), [[1, 'user'], [2, 'assistant']]);
  assert.equal(session.messages[0].content, 'How do I solve 3x + 5 = 20?');
});

test('a message is answered as a stream whose pieces make the stored answer', async () => {
  const student = await Client.as('student', 3);
  const id = await student.newSession();
  const { status, headers, events } = await student.stream(id, 'What should I do first with 2x - 4 = 10?');
  assert.equal(status, 200);
  assert.match(headers.get('content-type'), /^text\/event-stream/);
  assert.equal(headers.get('x-accel-buffering'), 'no');
  assert.match(headers.get('cache-control'), /no-store/);
  const done = events.at(-1);
  assert.equal(done.event, 'done');
  const text = events.filter((e) => e.event === 'delta').map((e) => e.data.content).join('');
  assert.equal(text, done.data.message.content);
  assert.ok(done.data.usage.total_tokens > 0);
  assert.ok(!events.some((e) => e.event === 'status' && e.data.state === 'checking'), 'no module of the tutor holds the answer');
});

test('personal data is masked before it is stored or sent to the AI', async () => {
  const student = await Client.as('student', 4);
  const id = await student.newSession();
  await student.stream(id, 'my number is 415-555-0132 and my email is sam.lee@example.com, how do I solve x + 2 = 5?');
  const { messages } = (await student.get(`/sessions/${id}`)).body.data;
  const everything = JSON.stringify(messages);
  assert.doesNotMatch(everything, /555-0132|sam\.lee/);
  assert.match(messages[0].content, /x \+ 2 = 5/);
  assert.deepEqual(messages[0].meta.modified_by, ['safety-filter']);
});

test('struggle becomes an extraction that the teacher sees', async () => {
  const student = await Client.as('student', 5);
  const id = await student.newSession();
  for (const content of ['how do i solve 3x + 5 = 20', 'i dont get it, how do i solve 3x + 5 = 20??', 'ugh this is so stupid i dont understand ANYTHING!!!']) {
    assert.equal((await student.post(`/sessions/${id}/messages`, { content })).status, 200);
  }
  const teacher = await Client.as('teacher');
  const list = await teacher.get('/sessions?scope=teaching');
  const row = list.body.data.find((s) => s.id === id);
  assert.ok(row, 'the session is in the teacher\'s list');
  assert.ok(row.extraction_count > 0);
  const extractions = (await teacher.get(`/sessions/${id}/extractions`)).body.data;
  const struggle = extractions.filter((e) => e.module === 'struggle-detector');
  assert.ok(struggle.length > 0, JSON.stringify(extractions));
  assert.ok(struggle.some((e) => e.data.indicators?.length > 0));
});

test('a session pauses, resumes and completes, and is final then', async () => {
  const student = await Client.as('student', 6);
  const id = await student.newSession();
  assert.equal((await student.patch(`/sessions/${id}`, { state: 'paused' })).body.data.state, 'paused');
  const paused = await student.post(`/sessions/${id}/messages`, { content: 'hello?' });
  assert.equal(paused.status, 409);
  assert.equal(paused.body.code, 'CONFLICT');
  assert.equal((await student.patch(`/sessions/${id}`, { state: 'active' })).body.data.state, 'active');
  const done = await student.patch(`/sessions/${id}`, { state: 'completed' });
  assert.equal(done.body.data.state, 'completed');
  assert.ok(done.body.data.ended_at);
  assert.equal((await student.patch(`/sessions/${id}`, { state: 'active' })).status, 409);
});

test('a product tool makes a structured output that fits its schema', async () => {
  const teacher = await Client.as('teacher');
  const id = tool('Lesson Plan Generator').id;
  const answer = await teacher.post('/runs', { tool_id: id, input: { topic: 'Linear equations', grade: 8, duration: '45 minutes' } });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  const made = answer.body.data;
  assert.equal(made.state, 'complete');
  assert.equal(typeof made.output.title, 'string');
  assert.ok(Array.isArray(made.output.objectives));
  assert.deepEqual((await teacher.get(`/runs/${made.id}`)).body.data.output, made.output);
});

test('thirty students talk at once and each gets an answer of their own', async () => {
  const answers = await Promise.all(Array.from({ length: 30 }, async (_, i) => {
    const student = await Client.as('student', i);
    const id = await student.newSession();
    const { events } = await student.stream(id, `I am stuck on ${i + 2}x + 1 = ${3 * i + 7}, what now?`);
    return [id, events.at(-1)];
  }));
  for (const [, last] of answers) assert.equal(last.event, 'done', JSON.stringify(last.data));
  assert.equal(new Set(answers.map(([id]) => id)).size, 30);
});
