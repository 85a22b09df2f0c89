// SPDX-License-Identifier: AGPL-3.0-or-later
// The demonstration tutor's answers, filtered by the safety filter while a gateway writes what the test decides.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, parseEvents } from './client.mjs';
import { ScriptedGateway, startHost } from './scripted_host.mjs';

const { RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance } = process.env;
const options = { skip: launcher && instance ? false : 'RAPT_LAUNCHER and RAPT_INSTANCE are not set', timeout: 120_000 };
const gateway = new ScriptedGateway();
let host, student;

before(async () => {
  if (options.skip) return;
  host = await startHost(await gateway.start());
  student = await Client.as('student', 20, host.url);
}, { timeout: 180_000 });

after(async () => {
  if (options.skip) return;
  gateway.stop();
  await host?.stop();
});

const cutInto = (text, size) => text.match(new RegExp(`[^]{1,${size}}`, 'gu'));

/** `look` is told of all that has been read so far. */
async function ask(look = () => {}) {
  const id = await student.newSession();
  const response = await student.raw('POST', `/sessions/${id}/messages`, { json: { content: 'How do I go on?' }, headers: { accept: 'text/event-stream' } });
  let all = '';
  for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) {
    all += bytes;
    look(all);
  }
  const events = parseEvents(all);
  const deltas = events.filter((e) => e.event === 'delta').map((e) => e.data.content);
  return { id, deltas, text: deltas.join(''), names: events.map((e) => e.event).filter((e) => e !== 'delta'), end: events.at(-1).data };
}

test('a phone number and an address are in no delta, wherever the gateway cut them', options, async () => {
  const text = 'You could ask my friend, who knows more: call 415-555-0132 or write to sam dot lee at gmail dot com. '
    + 'But let us look at the equation first, and at what the seven does in it. What would you do to take it away?';
  const wanted = text.replace('415-555-0132', '[phone number removed]').replace('sam dot lee at gmail dot com', '[email removed]');
  for (const size of [1, 3, 7, text.length]) {
    gateway.script = cutInto(text, size);
    const { id, deltas, text: shown, names, end } = await ask();
    assert.deepEqual(names, ['start', 'status', 'done'], `pieces of ${size}: nothing was held for a check`);
    assert.equal(shown, wanted, `pieces of ${size}`);
    if (size === 1) assert.ok(deltas.length > 1, 'it came in several deltas');
    assert.equal(end.message.content, wanted);
    assert.ok(end.message.meta.modified_by.includes('safety-filter'));
    assert.equal((await student.get(`/sessions/${id}`)).body.data.messages.at(-1).content, wanted);
  }
});

test('the reader has the first sentence while the gateway still writes', options, async () => {
  let tell;
  const firstWords = new Promise((resolve) => { tell = resolve; });
  // The gateway writes on only when the reader has seen the beginning: an answer that is held would never end.
  gateway.script = ['Let us look at the equation together. ', () => firstWords, 'What do you see?'];
  const id = await student.newSession();
  const response = await student.raw('POST', `/sessions/${id}/messages`, { json: { content: 'Hm?' }, headers: { accept: 'text/event-stream' } });
  let all = '';
  for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) {
    all += bytes;
    if (all.includes('Let us look')) tell();
  }
  const shown = parseEvents(all).filter((e) => e.event === 'delta').map((e) => e.data.content).join('');
  assert.equal(shown, 'Let us look at the equation together. What do you see?');
});

test('a blocked phrase ends the answer before its first word', options, async () => {
  let tell;
  const firstWords = new Promise((resolve) => { tell = resolve; });
  const begin = 'Let us see what the book says about it, ';
  gateway.script = [begin, () => firstWords, ...cutInto('because the teacher  Edition has it all.', 2)];
  const { text, names, end } = await ask((all) => { if (all.includes('Let us see what')) tell(); });
  assert.deepEqual(names, ['start', 'status', 'cut_off', 'done']);
  assert.ok(text.startsWith('Let us see what') && `${begin}because the `.startsWith(text), text);
  assert.equal(end.message.content, text);
  assert.equal(end.message.meta.cut_off.module, 'safety-filter');
  assert.match(end.message.meta.cut_off.reason, /Answer keys stay with your teacher/);
});
