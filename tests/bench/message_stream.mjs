// SPDX-License-Identifier: AGPL-3.0-or-later
// The streaming load of message_bench.cpp: 64 readers at once, each opens one stream after another until STREAMS are done.
// MESSAGE_ORIGIN, MESSAGE_COOKIES and MESSAGE_SESSIONS as for message.lua. Prints "RESULT {…}".
import { readFileSync } from 'node:fs';
import http from 'node:http';

const { env } = process;
const lines = (file) => readFileSync(file, 'utf8').trim().split('\n');
const cookies = lines(env.MESSAGE_COOKIES);
const sessions = lines(env.MESSAGE_SESSIONS);
const total = Number(env.STREAMS ?? 1600);
const atOnce = 64;
const conversations = Math.min(sessions.length, 200); // as many as message.lua's, so that they go on here as they do there
const base = new URL(env.MESSAGE_ORIGIN);
const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce });
const body = JSON.stringify({ content: 'I moved the quotation to the front. Is the link clear now? '.repeat(14).slice(0, 800) });
const first = /^data: .*"(?:delta|content)":/m;

const busy = new Set();
if (conversations <= atOnce) throw new Error(`more than ${atOnce} conversations are needed: a conversation answers one message at a time`);

async function one(i) {
  let k = i % conversations;
  while (busy.has(k)) k = (k + 1) % conversations; // one late answer must not fail the run
  busy.add(k);
  const out = await ask(k);
  busy.delete(k);
  return out;
}

function ask(k) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const out = { first: NaN, total: NaN, ok: false };
    const headers = { cookie: cookies[k], 'content-type': 'application/json', accept: 'text/event-stream', 'content-length': Buffer.byteLength(body) };
    const path = `/api/v1/sessions/${sessions[k]}/messages`;
    const request = http.request({ host: base.hostname, port: base.port, agent, method: 'POST', path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (Number.isNaN(out.first) && first.test(text)) out.first = performance.now() - startedAt;
      });
      response.on('end', () => {
        out.total = performance.now() - startedAt;
        out.ok = response.statusCode === 200 && /^(?:event: done$|data: \{"type":"done")/m.test(text);
        resolve(out);
      });
      response.on('error', () => resolve(out));
    });
    request.on('error', () => resolve(out));
    request.end(body);
  });
}

const results = [];
let next = 0;
const startedAt = performance.now();
await Promise.all(Array.from({ length: atOnce }, async () => {
  while (next < total) results.push(await one(next++));
}));
const seconds = (performance.now() - startedAt) / 1000;
agent.destroy();
const good = results.filter((result) => result.ok);
const quantile = (key, share) => good.map((result) => result[key]).sort((a, b) => a - b)[Math.floor(good.length * share)] ?? null;
console.log('RESULT', JSON.stringify({
  requests: good.length, failed: results.length - good.length, seconds, first_p50_ms: quantile('first', 0.5), p99_ms: quantile('total', 0.99),
}));
