// SPDX-License-Identifier: AGPL-3.0-or-later
// What kill.test.mjs puts under load and kills: two hosts on the running system's data, its PostgreSQL, Redis and modules, and a
// model server whose book says what was really spent.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './client.mjs';
import { freePort } from './scripted_host.mjs';

const { RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance, RAPT_BUILD_DIR: build } = process.env;
const parts = () => JSON.parse(readFileSync(join(instance, 'run.json'), 'utf8'));

/** One answer of the database, as text. */
export function ask(sql) {
  return execFileSync('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', parts().database_url, '-c', sql], { encoding: 'utf8' }).trim();
}

/** The demonstration model on a port of its own, with a book on the disk. */
export class BookedModel {
  #folder = mkdtempSync(join(tmpdir(), 'rapt-book-'));
  #server;

  async start() {
    this.port = await freePort();
    this.#server = spawn(join(build, 'bin', 'rapt'), ['demo', 'model', '--port', String(this.port), '--scenarios', '--book', this.#file],
      { stdio: 'ignore' });
    await eventually('the model answers', async () => (await fetch(`${this.url}/models`)).ok);
    return this.url;
  }

  get #file() { return join(this.#folder, 'book.jsonl'); }
  get url() { return `http://127.0.0.1:${this.port}/v1`; }

  /** By call id, what was spent on all tries of each call that came to any words. */
  book() {
    const calls = new Map();
    if (!existsSync(this.#file)) return calls;
    for (const line of readFileSync(this.#file, 'utf8').split('\n').filter(Boolean)) {
      const entry = JSON.parse(line);
      if (!entry.call_id || entry.input_tokens + entry.output_tokens === 0) continue;
      const before = calls.get(entry.call_id) ?? { input_tokens: 0, output_tokens: 0 };
      calls.set(entry.call_id, { ...entry, input_tokens: before.input_tokens + entry.input_tokens, output_tokens: before.output_tokens + entry.output_tokens });
    }
    return calls;
  }

  async stop() {
    this.#server.kill('SIGTERM');
    await once(this.#server, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A host that is started again whenever it has been killed, as a service manager would. */
export class KeptHost {
  #settings;
  #process;
  #ends = false;

  constructor(name, gateway, settings = {}) {
    this.name = name;
    this.#settings = { AI_GATEWAY_URL: gateway, AI_API_KEY: 'booked', RAPT_HOST_NAME: name, LOG_LEVEL: 'warn', ...settings };
  }

  async start() {
    this.port ??= await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    this.#run();
    await this.ready();
  }

  #run() {
    const env = { ...process.env, RAPT_INSTANCE: instance, HOST: '127.0.0.1', PORT: String(this.port), ...this.#settings };
    this.#process = spawn(launcher, ['serve'], { env, stdio: 'ignore', detached: true });
    this.#process.on('exit', () => { if (!this.#ends) setTimeout(() => this.#run(), 300); });
  }

  ready() {
    return eventually(`${this.name} answers`, async () => (await fetch(`${this.url}/health`)).status === 200, 90);
  }

  /** The whole process group: the host, and with it its modules. */
  kill() {
    try { process.kill(-this.#process.pid, 'SIGKILL'); } catch (error) { if (error.code !== 'ESRCH') throw error; }
  }

  /** The processes of its modules. */
  modules() {
    const group = this.#process.pid;
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const parent = readFileSync(`/proc/${fields[1]}/cmdline`, 'utf8');
        return Number(fields[2]) === group && stat.includes('(rapt-runner)') && parent.includes('--fork-server');
      } catch { return false; }
    }).map(Number);
  }

  async stop() {
    this.#ends = true;
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    try { process.kill(-this.#process.pid, 'SIGTERM'); } catch { /* it has ended */ }
    const late = setTimeout(() => this.kill(), 30_000);
    await ended;
    clearTimeout(late);
  }
}

/** Kills a part of the running system and has the launcher start it again. */
export function killPart(name) {
  const pid = parts().pids[name];
  const children = name === 'postgres' ? execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).trim().split('\n').map(Number) : [];
  process.kill(pid, 'SIGKILL');
  for (const child of children) try { process.kill(child, 'SIGKILL'); } catch { /* it went with its parent */ }
  execFileSync(launcher, ['start', name], { stdio: ['ignore', 'ignore', 'pipe'] });
}
