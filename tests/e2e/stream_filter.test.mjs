// SPDX-License-Identifier: AGPL-3.0-or-later
// A real module with chat:on_delta between a gateway whose every piece the test decides and a reader of the stream.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, eventually, parseEvents, run } from './client.mjs';
import { ScriptedGateway, startHost } from './scripted_host.mjs';
import * as filter from './stream_module.mjs';

const options = { skip: filter.skip, timeout: 120_000 };
const gateway = new ScriptedGateway();
let host, teacher, admin;

before(async () => {
  if (filter.skip) return;
  filter.install();
  host = await startHost(await gateway.start());
  teacher = await Client.as('teacher', 0, host.url);
  admin = await Client.as('system_admin', 0, host.url);
}, { timeout: 180_000 });

after(async () => {
  if (filter.skip) return;
  gateway.stop();
  await host?.stop();
  filter.remove();
});

/** A conversation whose answers pass a filter that does `config`. */
async function conversation(config, onFailure) {
  await eventually('the filter runs', async () => (await admin.get('/admin/modules')).body.data.find((m) => m.name === filter.name)?.state === 'running');
  const group = run.groups.find((g) => g.type === 'school').id;
  const tool = await teacher.post('/tools', { definition: filter.definition('Filtered', config, onFailure), group_id: group });
  assert.equal(tool.status, 201, JSON.stringify(tool.body));
  const session = await teacher.post('/sessions', { tool_id: tool.body.data.id });
  assert.equal(session.status, 201, JSON.stringify(session.body));
  const id = session.body.data.id;
  return {
    id,
    stream: async (content = 'Go on') => seen((await teacher.stream(id, content)).events),
    stored: async () => (await teacher.get(`/sessions/${id}`)).body.data.messages,
  };
}

function seen(events) {
  const deltas = events.filter((e) => e.event === 'delta').map((e) => e.data.content);
  const names = events.map((e) => e.event).filter((e) => e !== 'delta');
  return { deltas, text: deltas.join(''), names, end: events.at(-1).data, cutOff: events.find((e) => e.event === 'cut_off')?.data };
}

/** An answer whose pieces each are a window: the gateway writes one when the reader has seen the one before. */
async function streamApart(chat, pieces) {
  let all = '', look = () => {};
  const saw = (count) => () => new Promise((tell) => {
    look = () => { if ((all.match(/^event: delta$/gm) ?? []).length >= count) tell(); };
    look();
  });
  gateway.script = pieces.flatMap((piece, at) => (at === 0 || typeof piece === 'function' ? [piece] : [saw(at), piece]));
  const response = await teacher.raw('POST', `/sessions/${chat.id}/messages`, { json: { content: 'Go on' }, headers: { accept: 'text/event-stream' } });
  for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) {
    all += bytes;
    look();
  }
  return seen(parseEvents(all));
}

const cutInto = (text, size) => text.match(new RegExp(`[^]{1,${size}}`, 'gu'));

test('a masked phrase is in no delta, wherever the gateway cut it', options, async () => {
  const text = 'Sam lives in a blue house 🏠. Not blue. The house? A blue house, blueblue house! And a blue';
  const wanted = text.replaceAll('blue house', '[masked]');
  const chat = await conversation({ mask: 'blue house' });
  for (const size of [1, 2, 3, 7, 11, text.length]) {
    gateway.script = cutInto(text, size);
    const { deltas, text: shown, names, end } = await chat.stream();
    assert.deepEqual(names, ['start', 'status', 'done'], `pieces of ${size}: nothing was held for a check`);
    for (const delta of deltas) assert.ok(!delta.includes('blue house'), `pieces of ${size}: ${delta}`);
    assert.equal(shown, wanted, `pieces of ${size}`);
    assert.equal(end.message.content, shown);
    assert.equal((await chat.stored()).at(-1).content, shown);
    assert.ok(end.message.meta.modified_by.includes(filter.name));
  }
  const whole = await teacher.post(`/sessions/${chat.id}/messages`, { content: 'Go on' });
  assert.equal(whole.body.data.message.content, wanted, 'without a stream the same is answered');
});

test('the reader has the first words while the gateway still writes', options, async () => {
  const chat = await conversation({ mask: 'blue house' });
  let tell;
  const firstDelta = new Promise((resolve) => { tell = resolve; });
  // The gateway writes on only when the reader has seen a delta: held words would never end this.
  gateway.script = ['First words. ', () => firstDelta, 'Later words.'];
  const response = await teacher.raw('POST', `/sessions/${chat.id}/messages`, { json: { content: 'Go on' }, headers: { accept: 'text/event-stream' } });
  let all = '';
  for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) {
    all += bytes;
    if (all.includes('event: delta')) tell();
  }
  assert.equal(seen(parseEvents(all)).text, 'First words. Later words.');
});

test('an answer that is cut off ends with the reason, and stays as it was seen', options, async () => {
  const chat = await conversation({ cut_at: 'terrible' });
  // The gateway would wait for ever: only a host that ends the request closes it.
  const { text, names, end, cutOff } = await streamApart(chat, ['One. ', 'Two. ', 'A terrible ', (request) => request.closed]);
  assert.equal(text, 'One. Two. ');
  assert.deepEqual(names, ['start', 'status', 'cut_off', 'done']);
  assert.deepEqual(cutOff, { module: filter.name, reason: 'That goes too far.' });
  assert.equal(end.message.content, text);
  assert.deepEqual(end.message.meta.cut_off, cutOff);
  const stored = await chat.stored();
  assert.equal(stored.length, 2);
  assert.equal(stored[1].content, text);
  assert.deepEqual(stored[1].meta.cut_off, cutOff);
  const findings = (await teacher.get(`/sessions/${chat.id}/extractions`)).body.data;
  assert.deepEqual(findings.map((f) => [f.type, f.message_seq, f.data.hook]), [['module.blocked', 2, 'chat:on_delta']]);
  gateway.script = ['Fine.'];
  assert.equal((await chat.stream()).text, 'Fine.');
  assert.deepEqual(gateway.requests.at(-1).messages.filter((m) => m.role === 'assistant').map((m) => m.content), [text], 'it is history');
});

test('an answer cut off before anything was shown is a block', options, async () => {
  const chat = await conversation({ cut_at: 'terrible' });
  gateway.script = ['A terrible ', 'thing.'];
  const { text, names, end } = await chat.stream();
  assert.equal(text, '');
  assert.deepEqual(names, ['start', 'status', 'blocked']);
  assert.equal(end.details.reason, 'That goes too far.');
  assert.deepEqual((await chat.stored()).map((m) => m.role), ['user']);
});

test('a required filter that dies in mid-stream ends the answer, and nothing is stored', options, async () => {
  const chat = await conversation({ die_at: 'poison' }, 'closed');
  const { text, names, end } = await streamApart(chat, ['One. ', 'Two. ', 'poison ']);
  assert.equal(text, 'One. Two. ');
  assert.deepEqual(names, ['start', 'status', 'error']);
  assert.equal(end.code, 'MODULE_UNAVAILABLE');
  assert.equal(end.details.module, filter.name);
  assert.deepEqual(await chat.stored(), []);
});

test('a filter that may be skipped and dies lets the answer go on, and the message says so', options, async () => {
  const chat = await conversation({ die_at: 'poison' }, 'open');
  gateway.script = ['One. ', 'poison ', 'Three.'];
  const { text, names, end } = await chat.stream();
  assert.equal(text, 'One. poison Three.');
  assert.deepEqual(names, ['start', 'status', 'done']);
  assert.deepEqual(end.message.meta.skipped_modules, [filter.name]);
  assert.equal((await chat.stored())[1].content, text);
});

test('a module with both hooks streams, and what it makes of the whole takes its place at the end', options, async () => {
  const chat = await conversation({ mask: 'blue house', last_words: 'Something else.' });
  gateway.script = ['A blue ', 'house.'];
  const { text, end } = await chat.stream();
  assert.equal(text, 'A [masked].');
  assert.equal(end.message.content, 'Something else.');
  assert.equal((await chat.stored())[1].content, 'Something else.');
});
