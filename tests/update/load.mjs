// SPDX-License-Identifier: AGPL-3.0-or-later
// People at work while the platform is updated: requests over connections that stay and over new ones, and conversations.
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { password } from './site.mjs';

/** One request; {status, body}. Any failure of the connection is thrown: nothing is tried again. */
function ask(url, { agent, method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, headers: { ...headers, ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => (text += piece));
      answer.on('end', () => (answer.complete ? resolve({ status: answer.statusCode, headers: answer.headers, body: text }) : reject(new Error('the answer broke off'))));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export class Load {
  answers = 0;
  streams = 0;
  versions = new Set();
  faults = [];
  #goes = true;
  #tasks = [];

  constructor(site) { this.site = site; }

  async start() {
    this.cookie = await this.#login();
    for (let i = 0; i < 4; ++i) this.#tasks.push(this.#requests(new Agent({ keepAlive: true, maxSockets: 1 })), this.#requests(undefined));
    this.#tasks.push(this.#talk());
  }

  async stop() {
    this.#goes = false;
    await Promise.all(this.#tasks);
  }

  async #login() {
    const { email } = this.site.seed.accounts.find((one) => one.role === 'student');
    const answer = await ask(`${this.site.url}/api/v1/auth/login`, { method: 'POST', body: JSON.stringify({ email, password }) });
    if (answer.status !== 200) throw new Error(`login: ${answer.status} ${answer.body}`);
    return answer.headers['set-cookie'][0].split(';')[0];
  }

  async #requests(agent) {
    while (this.#goes) {
      try {
        const answer = await ask(`${this.site.url}/api/v1/instance`, { agent });
        if (answer.status === 200) this.versions.add(JSON.parse(answer.body).data.version);
        else this.faults.push(`${answer.status} ${answer.body}`);
        ++this.answers;
      } catch (error) {
        this.faults.push(`${agent ? 'a kept connection' : 'a new connection'}: ${error.code ?? error.message}`);
      }
      await pause(agent ? 5 : 20);
    }
    agent?.destroy();
  }

  /** One conversation after the other, each answer a stream of two seconds. */
  async #talk() {
    const headers = { cookie: this.cookie };
    const tool = this.site.seed.tools.find((one) => one.name === 'Socratic Algebra Tutor');
    while (this.#goes) {
      try {
        const begun = await ask(`${this.site.url}/api/v1/sessions`, { method: 'POST', headers, body: JSON.stringify({ tool_id: tool.id }) });
        const session = JSON.parse(begun.body).data.id;
        const streamed = await ask(`${this.site.url}/api/v1/sessions/${session}/messages`, { method: 'POST', headers: { ...headers, accept: 'text/event-stream' }, body: JSON.stringify({ content: 'What is x in x + 2 = 5?' }) });
        if (streamed.status !== 200 || !/event: done/.test(streamed.body)) this.faults.push(`stream: ${streamed.status} ${streamed.body.slice(-300)}`);
        ++this.streams;
      } catch (error) {
        this.faults.push(`a stream: ${error.code ?? error.message}`);
      }
    }
  }
}
