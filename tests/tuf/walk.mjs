// SPDX-License-Identifier: AGPL-3.0-or-later
// A registry's random life (marketplace/walk), and a registry that serves its database meanwhile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const BUILD = process.env.RAPT_BUILD_DIR ?? new URL('../../build/release', import.meta.url).pathname;

/** A program of the build, whose lines come one by one; what it says last is told when it ends too early. */
class Program {
  constructor(name, words, environment, channel) {
    this.name = name;
    this.child = spawn(join(BUILD, name), words, { env: { ...process.env, ...environment } });
    this.said = '';
    this.child.stderr.on('data', (piece) => (this.said = (this.said + piece).slice(-4000)));
    this.ended = once(this.child, 'close').then(() => this.take(null));
    this.waiting = [];
    this.ready = [];
    // Every line is taken, wanted or not: a program whose log nobody reads would stand still.
    createInterface({ input: this.child[channel] }).on('line', (line) => this.take(line));
  }

  take(line) {
    const next = this.waiting.shift();
    if (next) next(line);
    else if (this.ready.length < 100) this.ready.push(line);
  }

  async line() {
    const line = this.ready.length > 0 ? this.ready.shift() : await new Promise((resolve) => this.waiting.push(resolve));
    if (line === null) throw new Error(`${this.name} has ended: ${this.said}`);
    return line;
  }

  async end() {
    this.child.stdin.end();
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

/** `steps(count)` makes as many and answers {did, root_version, targets}. */
export class Walk {
  static async start(seed) {
    const walk = new Walk();
    walk.program = new Program('bin/rapt-marketplace-walk', [String(seed)], {}, 'stdout');
    Object.assign(walk, JSON.parse(await walk.program.line()));
    return walk;
  }

  async steps(count) {
    this.program.child.stdin.write(`${count}\n`);
    return JSON.parse(await this.program.line());
  }

  async end() {
    // It drops its database when its input ends.
    this.program.child.stdin.end();
    await this.program.ended;
  }
}

/** `rapt-marketplace serve` on the walk's database; `url` is its address. */
export class Registry {
  /** `port`: a known one, where requests are signed, for their signature covers the whole address. */
  static async start({ database_url, keys }, port = 0, more = []) {
    const registry = new Registry();
    registry.blobs = mkdtempSync(join(tmpdir(), 'rapt-tuf-blobs-'));
    const words = ['serve', '--blobs', registry.blobs, '--keys', keys, '--port', String(port), ...more];
    const environment = { MARKETPLACE_DATABASE_URL: database_url };
    registry.program = new Program('bin/rapt-marketplace', words, environment, 'stderr');
    for (;;) {
      const event = JSON.parse(await registry.program.line());
      if (event.event !== 'registry.started') continue;
      registry.url = `http://${event.address}`;
      return registry;
    }
  }

  async end() {
    await this.program.end();
    rmSync(this.blobs, { recursive: true, force: true });
  }
}
