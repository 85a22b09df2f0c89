// SPDX-License-Identifier: AGPL-3.0-or-later
// A student who will have an answer: whatever breaks, the same message is asked about again, and a stream is resumed where it was.
import { randomUUID } from 'node:crypto';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** What passes: everything else fails the test. */
const passing = new Set([409, 429, 500, 502, 503, 504]);

export class Student {
  /** Of every message that was acknowledged: its request_id, the answer's id and the words of the answer. */
  acknowledged = [];
  resumed = 0;
  unanswered = 0;
  repeated = 0;

  constructor(hosts, cookie, session) {
    this.hosts = hosts;
    this.cookie = cookie;
    this.session = session;
  }

  async say(content, until) {
    const turn = { request_id: randomUUID(), content, last: null, again: false };
    while (Date.now() < until) {
      try {
        const answer = await this.#once(turn);
        if (answer) {
          this.acknowledged.push({ request_id: turn.request_id, id: answer.message.id, content: answer.message.content });
          return;
        }
      } catch (error) {
        if (error.fatal) throw error;
      }
      await pause(100 + Math.random() * 200);
    }
    this.unanswered += 1;
  }

  /** One try: the stored answer, or null when it has to be tried again. */
  async #once(turn) {
    const host = this.hosts[Math.floor(Math.random() * this.hosts.length)];
    const path = `${host.url}/api/v1/sessions/${this.session}`;
    const headers = { cookie: this.cookie, accept: 'text/event-stream' };
    const signal = AbortSignal.timeout(60_000);
    let response;
    if (turn.last) {
      this.resumed += 1;
      response = await fetch(`${path}/stream`, { headers: { ...headers, 'last-event-id': turn.last }, signal });
    } else {
      this.repeated += 1;
      const body = JSON.stringify({ ...(!turn.again && { content: turn.content }), request_id: turn.request_id });
      response = await fetch(`${path}/${turn.again ? 'regenerate' : 'messages'}`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body, signal });
    }
    if (response.status === 204 || passing.has(response.status)) {
      const said = await response.text();
      // The question was kept when its host died, before a word of the answer was there.
      if (said.includes('ANSWER_LOST')) Object.assign(turn, { again: true, request_id: randomUUID() });
      turn.last = null;
      return null;
    }
    if (response.status !== 200) throw Object.assign(new Error(`${response.status} ${await response.text()}`), { fatal: true });
    return this.#read(turn, response);
  }

  async #read(turn, response) {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body) {
      rest += decoder.decode(bytes, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) {
        const event = Object.fromEntries(block.split('\n').filter((line) => /^(id|event|data):/.test(line))
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
        if (event.id) this.#follow(turn, event.id);
        if (event.event === 'done') return JSON.parse(event.data);
        if (event.event === 'error' || event.event === 'blocked') { turn.last = null; return null; }
      }
    }
    return null;
  }

  /** Events of one turn come in order, none twice, none left out. */
  #follow(turn, id) {
    const [name, number] = [id.slice(0, id.lastIndexOf(':')), Number(id.slice(id.lastIndexOf(':') + 1))];
    if (turn.last) {
      const [before, last] = [turn.last.slice(0, turn.last.lastIndexOf(':')), Number(turn.last.slice(turn.last.lastIndexOf(':') + 1))];
      if (before === name && number !== last + 1) throw Object.assign(new Error(`after event ${turn.last} came ${id}`), { fatal: true });
    }
    turn.last = id;
  }
}
