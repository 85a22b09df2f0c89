// SPDX-License-Identifier: AGPL-3.0-or-later
// A second host on the running system's data, whose AI gateway is the test itself: it says what is written when.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { eventually } from './client.mjs';

const { RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance } = process.env;

const chunk = (delta, finish = null) => `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: 'scripted', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** Answers with the pieces of `script`: a text is written, a function is awaited. A moment lies between two texts, so that the host
 * mostly reads each by itself: what comes at once is one window. A test that needs that awaits the reader instead. */
export class ScriptedGateway {
  script = [];
  requests = [];
  #server = createServer((request, response) => this.#answer(request, response));

  async start() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${this.#server.address().port}/v1`;
  }

  /** From now on, answers that stop behind `first` until what this gives is called. */
  halting(first, rest) {
    let goOn;
    const gate = new Promise((resolve) => { goOn = resolve; });
    this.script = [first, () => gate, rest];
    return goOn;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request, response) {
    if (request.method === 'GET') return response.writeHead(200, { 'content-type': 'application/json' }).end('{"object":"list","data":[]}');
    const asked = JSON.parse(await text(request));
    const record = { messages: asked.messages, closed: once(response, 'close') };
    this.requests.push(record);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of this.script) {
      if (response.destroyed) return;
      if (typeof piece === 'function') await piece(record);
      else {
        response.write(chunk({ content: piece }));
        await setTimeout(1);
      }
    }
    response.write(chunk({}, 'stop'));
    response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: 'scripted', choices: [], usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 } })}\n\n`);
    response.end('data: [DONE]\n\n');
  }
}

export async function freePort() {
  const socket = createSocket().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** Starts the host, perhaps with further settings; answers its address and how to end it. A PORT of a host that was killed makes it
 * that host again. */
export async function startHost(gateway, settings = {}) {
  const port = settings.PORT ?? (await freePort());
  const env = { ...process.env, RAPT_INSTANCE: instance, HOST: '127.0.0.1', PORT: String(port), AI_GATEWAY_URL: gateway, AI_API_KEY: 'scripted', ...settings };
  const host = spawn(launcher, ['serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  host.stderr.on('data', (words) => { said = (said + words).slice(-4000); });
  const url = `http://127.0.0.1:${port}`;
  const ended = once(host, 'exit');
  await eventually(`a second host answers at ${url}`, async () => {
    if (host.exitCode !== null) throw new Error(`it ended: ${said}`);
    return (await fetch(`${url}/health`)).status === 200;
  }, 60);
  const end = async (signal) => { host.kill(signal); await ended; };
  return { url, port, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}
