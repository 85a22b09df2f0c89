// SPDX-License-Identifier: AGPL-3.0-or-later
// Hosts, modules, Redis and PostgreSQL are killed at random while students talk. Nothing that was acknowledged is lost or doubled,
// usage is equal to the model's own book, to the token, and everything recovers without a hand. RAPT_KILL_SECONDS=600 for long.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, eventually, run } from './client.mjs';
import { BookedModel, KeptHost, ask, killPart } from './kill_world.mjs';
import { Student } from './kill_student.mjs';

const { RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance, RAPT_BUILD_DIR: build } = process.env;
const seconds = Number(process.env.RAPT_KILL_SECONDS ?? 45);
const options = { skip: launcher && instance && build ? false : 'RAPT_LAUNCHER, RAPT_INSTANCE and RAPT_BUILD_DIR are not set: nothing can be killed',
  timeout: (seconds + 400) * 1000 };
const kModel = 'rapt-demo-stream-20-50ms';
const kPeople = 12;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const model = new BookedModel();
const hosts = [];
const students = [];

const school = run.groups.find((group) => group.type === 'school').id;

async function setBudget(limits) {
  const admin = await Client.as('system_admin');
  const answer = await admin.patch(`/admin/ai/settings/${school}`, limits);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}

async function begin() {
  const url = await model.start();
  const admin = await Client.as('system_admin');
  await admin.post('/admin/ai/models', { id: kModel, name: 'Slow demonstration', provider: 'rapt', active: true,
    input_cost_per_1k: '0.001', output_cost_per_1k: '0.002', max_output_tokens: 64 });
  // More than can be spent: what is reserved and counted is what this is about.
  await setBudget({ monthly_budget: '1000', tokens_per_day: 1_000_000_000 });
  for (const name of ['kill-a', 'kill-b']) {
    const host = new KeptHost(name, url, { AI_DEFAULT_MODEL: kModel });
    await host.start();
    hosts.push(host);
  }
  for (let n = 0; n < kPeople; ++n) {
    const client = await Client.as('student', n);
    students.push(new Student(hosts, client.cookie, await client.newSession()));
  }
}

async function end() {
  await setBudget({ monthly_budget: null, tokens_per_day: null });
  for (const host of hosts) await host.stop();
  await model.stop();
}

/** What is killed, in turn, so that each comes about equally often; the order is printed. */
async function kill(until, kills) {
  const acts = {
    host: () => hosts[Math.floor(Math.random() * hosts.length)].kill(),
    module: () => { for (const pid of hosts[Math.floor(Math.random() * hosts.length)].modules().slice(0, 1)) process.kill(pid, 'SIGKILL'); },
    redis: () => killPart('redis'),
    postgres: () => killPart('postgres'),
  };
  const names = Object.keys(acts);
  for (let n = 0; Date.now() < until; ++n) {
    await pause(2500 + Math.random() * 2500);
    const name = names[n % names.length];
    kills.push(name);
    await acts[name]();
  }
}

test('whatever is killed, nothing acknowledged is lost or doubled, and usage equals the model\'s book', options, async (t) => {
  // Within the test, so that nothing is started when others alone are asked for.
  t.after(end);
  await begin();
  const until = Date.now() + seconds * 1000;
  const last = until + 120_000;
  const kills = [];
  const talk = students.map(async (student, n) => {
    for (let i = 0; Date.now() < until; ++i) await student.say(`Student ${n}, message ${i}: what is x in x + ${i} = ${i + n}?`, last);
  });
  await Promise.all([kill(until, kills), ...talk]);
  const acknowledged = students.flatMap((student) => student.acknowledged.map((one) => ({ ...one, session: student.session })));
  t.diagnostic(`${acknowledged.length} messages acknowledged through ${kills.length} kills (${kills.join(' ')}), ` +
    `${students.reduce((sum, one) => sum + one.resumed, 0)} resumptions`);
  assert.ok(acknowledged.length > students.length, 'students got answers');
  for (const student of students) assert.equal(student.unanswered, 0, 'every message was answered in the end');

  const sessions = students.map(({ session }) => `'${session}'`).join(',');
  await eventually('every turn has ended and every reservation is settled', () =>
    ask(`SELECT (SELECT count(*) FROM chat_turns WHERE session_id IN (${sessions})) + (SELECT count(*) FROM ai_reservations)`) === '0', 180);

  await t.test('messages', () => {
    const stored = new Map(JSON.parse(ask(`SELECT coalesce(json_agg(json_build_array(id, content)), '[]') FROM messages
      WHERE role = 'assistant' AND session_id IN (${sessions})`)));
    for (const one of acknowledged) assert.equal(stored.get(one.id), one.content, `the answer to ${one.request_id}`);
    assert.equal(new Set(acknowledged.map(({ id }) => id)).size, acknowledged.length, 'no answer was given for two questions');
    assert.equal(ask(`SELECT count(*) FROM (SELECT request_id FROM messages WHERE role = 'user' AND session_id IN (${sessions})
      GROUP BY session_id, request_id HAVING count(*) > 1) doubled`), '0', 'no question is there twice');
    assert.equal(ask(`SELECT count(*) FROM chat_sessions s WHERE id IN (${sessions}) AND
      (SELECT count(*) FROM messages m WHERE m.session_id = s.id) <> s.next_seq - 1`), '0', 'numbers have no gap');
  });

  await t.test('usage', async () => {
    const rows = () => new Map(JSON.parse(ask(`SELECT coalesce(json_agg(json_build_array(id, json_build_object('input', input_tokens, 'output', output_tokens,
      'estimated', estimated))), '[]') FROM ai_usage WHERE session_id IN (${sessions})`)));
    const book = model.book();
    await eventually('every call that the model served has its row', () => { const known = rows(); return [...book.keys()].every((id) => known.has(id)); }, 180);
    const known = rows();
    for (const [id, call] of book) {
      assert.deepEqual([known.get(id).input, known.get(id).output], [call.input_tokens, call.output_tokens], `call ${id} (${JSON.stringify(call)}, ${JSON.stringify(known.get(id))})`);
    }
    for (const [id, row] of known) assert.ok(book.has(id) || row.input + row.output === 0, `${id} was counted and never answered`);
    t.diagnostic(`${book.size} calls, ${[...known.values()].reduce((sum, row) => sum + row.output, 0)} output tokens in both books`);
  });

  await t.test('budgets', () => {
    assert.equal(ask(`SELECT count(*) FROM ai_spending p JOIN ai_settings s ON s.id = p.settings_id
      WHERE s.group_id = '${school}' AND p.cost > 0 AND p.tokens > 0`), '2', 'a day and a month were counted');
    assert.equal(ask(`SELECT count(*) FROM ai_spending p JOIN ai_settings s ON s.id = p.settings_id JOIN groups g ON g.id = s.group_id
      WHERE p.reserved_cost <> 0 OR p.reserved_tokens <> 0 OR (p.period = 'day' AND p.cost <> (SELECT coalesce(sum(u.cost), 0) FROM ai_usage u
        JOIN groups b ON b.id = u.group_id WHERE b.path <@ g.path AND u.day = p.starts_on))
        OR (p.period = 'month' AND p.cost <> (SELECT coalesce(sum(u.cost), 0) FROM ai_usage u JOIN groups b ON b.id = u.group_id
        WHERE b.path <@ g.path AND date_trunc('month', u.day) = p.starts_on))`), '0', 'what counts against a budget is what was spent');
  });

  await t.test('the system serves as before', async () => {
    for (const host of hosts) await host.ready();
    const client = await Client.as('student', 0, hosts[0].url);
    const answer = await client.post(`/sessions/${await client.newSession()}/messages`, { content: 'Are you there?' });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  });
});
