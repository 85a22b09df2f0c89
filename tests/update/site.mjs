// SPDX-License-Identifier: AGPL-3.0-or-later
// A bare machine in a folder: releases side by side, a database and a Redis of its own, `rapt agent`, and a registry that it trusts.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Registry, Walk } from '../tuf/walk.mjs';

const BUILD = process.env.RAPT_BUILD_DIR ?? new URL('../../build/release', import.meta.url).pathname;
const BUNDLES = process.env.RAPT_BUNDLES_DIR ?? join(BUILD, 'bundles');
const DATABASE = process.env.TEST_DATABASE_URL;
export const password = 'only-for-this-test-1';

export async function eventually(what, check, seconds = 120) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(100);
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const psql = (url, sql) => execFileSync('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', url, '-c', sql], { encoding: 'utf8' }).trim();
/** The same server's database of another name. */
const named = (name) => (/^postgres(ql)?:\/\/[^?]*\//.test(DATABASE) ? DATABASE.replace(/(:\/\/[^/]*\/)[^?]*/, `$1${name}`) : `${DATABASE} dbname=${name}`);

export class Site {
  folder = mkdtempSync(join(tmpdir(), 'rapt-update-'));
  home = join(this.folder, 'home');
  said = [];

  static async make() {
    const site = new Site();
    chmodSync(site.folder, 0o755);
    await site.#services();
    site.#stage();
    return site;
  }

  async #services() {
    this.walk = await Walk.start(3);
    this.registry = await Registry.start(this.walk, await freePort());
    this.key = join(this.walk.folder, 'offline', 'releases.key');
    this.name = `rapt_update_${randomBytes(6).toString('hex')}`;
    psql(DATABASE, `CREATE DATABASE ${this.name}`);
    this.database = named(this.name);
    this.port = await freePort();
    this.model = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    this.environment = {
      PATH: process.env.PATH, HOME: this.folder, XDG_STATE_HOME: join(this.folder, 'state'), DATABASE_URL: this.database, REDIS_URL: process.env.TEST_REDIS_URL,
      HOST: '127.0.0.1', PORT: String(this.port), RAPT_HOST_NAME: 'bare-1', RAPT_HOME: this.home, RAPT_VAR_DIR: join(this.folder, 'var'),
      DEPLOYMENT_TYPE: 'bare', MARKETPLACE_URL: this.registry.url, UPDATE_CHECK_MINUTES: '0', UPDATE_WATCH_MINUTES: '1', UPDATE_BACKUPS: '1',
      MODULE_UPDATE_CHECK_MINUTES: '0', AI_GATEWAY_URL: `http://127.0.0.1:${this.model}/v1`, AI_API_KEY: 'demonstration', AI_DEFAULT_MODEL: 'rapt-demo',
      RAPT_DEMO_MODEL: '1', RATE_LIMIT_ADDRESS_MAX: '1000000', RATE_LIMIT_API_MAX: '1000000', LOG_LEVEL: 'info', MAIL_URL: `file:${join(this.folder, 'mail')}`,
    };
  }

  /** What a release is packed from: this build, installed. */
  #stage() {
    this.stage = join(this.folder, 'stage');
    execFileSync('cmake', ['--install', BUILD, '--prefix', this.stage, '--component', 'release', '--strip'], { stdio: ['ignore', 'ignore', 'pipe'] });
    writeFileSync(join(this.stage, 'sbom.json'), '{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}\n');
  }

  /** {status, out, err} of `rapt WORDS` of a release, the current one unless it is named. */
  rapt(words, program = join(existsSync(join(this.home, 'current')) ? join(this.home, 'current') : this.stage, 'bin', 'rapt')) {
    const done = spawnSync(program, words, { encoding: 'utf8', env: { ...this.environment, ...this.#of(program) }, stdio: ['ignore', 'pipe', 'pipe'] });
    return { status: done.status, out: done.stdout, err: done.stderr };
  }

  /** The same, while this process goes on. */
  async raptMeanwhile(words) {
    const program = join(this.home, 'current', 'bin', 'rapt');
    const child = spawn(program, words, { env: { ...this.environment, ...this.#of(program) }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '', err = '';
    child.stdout.on('data', (piece) => (out += piece));
    child.stderr.on('data', (piece) => (err += piece));
    const [status] = await once(child, 'close');
    return { status, out, err };
  }

  #of(program) {
    const release = join(program, '..', '..');
    return { RAPT_MIGRATIONS_DIR: join(release, 'migrations'), RAPT_WEB_ROOT: join(release, 'web'), RAPT_RUNNER: join(release, 'bin', 'rapt-runner') };
  }

  does(words, program) {
    const done = this.rapt(words, program);
    if (done.status !== 0) throw new Error(`rapt ${words.join(' ')}: ${done.err || done.out}`);
    return done.out;
  }

  /** The archive of a release; `change` may make it another one than this build. */
  pack(version, change = () => {}) {
    change(this.stage);
    const said = JSON.parse(this.does(['release', 'pack', this.stage, '--version', version, '--out', this.folder, '--json'], join(BUILD, 'bin', 'rapt')));
    return said.archive.file;
  }

  publish(version, archive) {
    const document = join(this.folder, `${version}.releases.json`);
    const at = ['--key', this.key, '--registry', this.registry.url];
    const program = join(BUILD, 'bin', 'rapt');
    this.does(['release', 'sign', archive, ...at, '--root', this.walk.root, '--out', document], program);
    this.does(['release', 'publish', archive, '--document', document, ...at], program);
  }

  /** Puts the first release where an installer puts it, and what a system needs beside it. */
  async install(version, archive) {
    mkdirSync(join(this.home, 'releases'), { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', join(this.home, 'releases')]);
    const [unpacked] = readdirSync(join(this.home, 'releases'));
    renameSync(join(this.home, 'releases', unpacked), join(this.home, 'releases', version));
    symlinkSync(`releases/${version}`, join(this.home, 'current'));
    this.does(['migrate']);
    this.does(['trust', 'root', this.walk.root]);
    this.does(['trust', 'add', join(BUILD, 'keys', 'raptscallions.pub')]);
    for (const name of ['safety-filter', 'struggle-detector']) {
      const bundle = readdirSync(BUNDLES).find((file) => file.startsWith(`${name}-`) && file.endsWith('.rapt'));
      this.does(['module', 'install', join(BUNDLES, bundle), '--yes']);
    }
    writeFileSync(join(this.folder, 'password'), password, { mode: 0o600 });
    this.seed = JSON.parse(this.does(['demo', 'seed', '--password-file', join(this.folder, 'password'), '--json']));
    this.modelServer = spawn(join(BUILD, 'bin', 'rapt'), ['demo', 'model', '--port', String(this.model), '--scenarios'], { stdio: 'ignore' });
  }

  /** Runs `rapt agent` as a service manager would: started again by whoever calls. */
  async startAgent() {
    const program = join(this.home, 'current', 'bin', 'rapt');
    this.agent = spawn(program, ['agent'], { env: { ...this.environment, ...this.#of(program) }, stdio: ['ignore', 'inherit', 'pipe'] });
    createInterface({ input: this.agent.stderr }).on('line', (line) => {
      this.said.push(line);
      if (this.said.length > 400) this.said.shift();
    });
    await eventually(`the server answers; the agent said:\n${this.said.slice(-20).join('\n')}`, () => this.ready());
  }

  async stopAgent(signal = 'SIGTERM') {
    if (!this.agent || this.agent.exitCode !== null || this.agent.signalCode !== null) return;
    const ended = once(this.agent, 'exit');
    this.agent.kill(signal);
    await ended;
  }

  async ready() {
    try { return (await fetch(`${this.url}/ready`)).status === 200; } catch { return false; }
  }

  async version() {
    return (await (await fetch(`${this.url}/api/v1/instance`)).json()).data.version;
  }

  current() { return readlinkSync(join(this.home, 'current')).replace('releases/', ''); }
  phase() {
    try { return JSON.parse(readFileSync(join(this.home, 'update.json'), 'utf8')).phase; } catch { return null; }
  }
  ask(sql) { return psql(this.database, sql); }
  status() { return JSON.parse(this.does(['update', 'status', '--json'])); }

  async end() {
    await this.stopAgent();
    this.modelServer?.kill();
    await this.registry?.end();
    await this.walk?.end();
    try { await this.#dropDatabase(); } finally { rmSync(this.folder, { recursive: true, force: true }); }
  }

  /** Not by FORCE alone: an account that is no superuser is refused that while autovacuum is at work there. Without it PostgreSQL ends such a worker. */
  async #dropDatabase() {
    const drop = (how) => spawnSync('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', DATABASE, '-c', `DROP DATABASE IF EXISTS ${this.name} ${how}`], { encoding: 'utf8' });
    let said;
    await eventually('the test\'s database is dropped', () => ['WITH (FORCE)', ''].some((how) => {
      const done = drop(how);
      said = done.stderr;
      return done.status === 0;
    })).catch((fault) => { throw new Error(`${fault.message}: ${said}`); });
  }
}
