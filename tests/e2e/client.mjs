// SPDX-License-Identifier: AGPL-3.0-or-later
// A small client of the HTTP API for the end-to-end tests, and what they know of the running system.
import { readFileSync } from 'node:fs';
import { Contract } from './contract.mjs';

const path = process.env.RUN_JSON;
if (!path) throw new Error('RUN_JSON is not set: start the system with ./rapt up --detach and set RUN_JSON=var/run.json');

export const run = JSON.parse(readFileSync(path, 'utf8'));
export const base = (process.env.BASE_URL ?? run.base_url).replace(/\/$/, '');

export function account(role, index = 0) {
  const found = run.accounts.filter((a) => a.role === role)[index];
  if (!found) throw new Error(`run.json has no account ${index} with role ${role}`);
  return found;
}

export function tool(name) {
  const found = run.tools.find((t) => t.name === name);
  if (!found) throw new Error(`run.json has no tool "${name}"`);
  return found;
}

let contract;

/** The answer, once it is as the API's description says; what it says is asked for once. */
async function asDescribed(method, route, response) {
  contract ??= Contract.of(base);
  const seen = { method, route, status: response.status, headers: response.headers };
  const fault = (await contract).fault({ ...seen, body: await bodyOf(response) });
  if (fault) throw new Error(`${method} ${route} answered ${response.status}, not as described: ${fault}`);
  return response;
}

/** Of a copy, so that the reader still has it; a stream is left alone. */
function bodyOf(response) {
  const streams = /event-stream/.test(response.headers.get('content-type') ?? '');
  return streams ? '' : response.clone().text();
}

export class Client {
  #cookie = '';
  #base;

  /** `url`: another host on the same data. */
  constructor(url = base) { this.#base = url; }

  static async as(role, index = 0, url = base) {
    const client = new Client(url);
    const { email, password } = account(role, index);
    const answer = await client.post('/auth/login', { email, password });
    if (answer.status !== 200) throw new Error(`login as ${email}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return client;
  }

  get cookie() { return this.#cookie; }
  set cookie(value) { this.#cookie = value; }

  /** One request; the body is parsed where it is JSON. */
  async request(method, route, { json, body, headers = {} } = {}) {
    const response = await this.raw(method, route, { json, body, headers });
    const text = await response.text();
    let parsed = text;
    if (/application\/json/.test(response.headers.get('content-type') ?? '')) parsed = JSON.parse(text);
    return { status: response.status, headers: response.headers, body: parsed };
  }

  async raw(method, route, { json, body, headers = {}, signal } = {}) {
    const all = { accept: 'application/json', ...headers };
    if (this.#cookie) all.cookie = this.#cookie;
    if (json !== undefined) { all['content-type'] ??= 'application/json'; body = JSON.stringify(json); }
    const response = await fetch(`${this.#base}${route.startsWith('/api') ? '' : '/api/v1'}${route}`, { method, headers: all, body, signal });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';');
      if (pair.startsWith('rapt_session=')) this.#cookie = pair;
    }
    return asDescribed(method, route.startsWith('/api') ? route : `/api/v1${route}`, response);
  }

  get(route) { return this.request('GET', route); }
  post(route, json, options = {}) { return this.request('POST', route, { json, ...options }); }
  patch(route, json) { return this.request('PATCH', route, { json }); }

  async newSession(name = 'Socratic Algebra Tutor') {
    const answer = await this.post('/sessions', { tool_id: tool(name).id });
    if (answer.status !== 201) throw new Error(`new session: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.data.id;
  }

  /** Sends a message as a stream; answers the list of events ({event, data}). */
  async stream(sessionId, content) {
    const response = await this.raw('POST', `/sessions/${sessionId}/messages`,
      { json: { content }, headers: { accept: 'text/event-stream' } });
    return { status: response.status, headers: response.headers, events: parseEvents(await response.text()) };
  }
}

/** Parses a whole text/event-stream body; comments are dropped. */
export function parseEvents(text) {
  return text.split(/\r?\n\r?\n/).map((block) => {
    const event = { event: 'message', data: '' };
    for (const line of block.split(/\r?\n/)) {
      if (line.startsWith('event:')) event.event = line.slice(6).trim();
      if (line.startsWith('data:')) event.data += line.slice(5).trimStart();
    }
    return event.data ? { ...event, data: JSON.parse(event.data) } : null;
  }).filter(Boolean);
}

/** Polls until `probe` answers something true; fails with `what` after `seconds`. */
export async function eventually(what, probe, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) { last = error; }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not within ${seconds} s: ${what}${last ? ` (${last.message})` : ''}`);
}
