// SPDX-License-Identifier: AGPL-3.0-or-later
// An author at the running system's registry: the words of `rapt` in a folder of the author's own, and requests signed without any
// of the product's code (RFC 9421, Ed25519), so that they can be wrong in every way. And the registry's operator.
import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './client.mjs';

const { RAPT_BUILD_DIR: build, RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance } = process.env;
const root = instance && join(instance, 'registry', 'root', 'metadata', '1.root.json');
/** Why these tests cannot run; false when they can. */
export const skip = build && launcher && run.database_url && existsSync(root ?? '') ? false : 'RAPT_BUILD_DIR, RAPT_LAUNCHER and RAPT_INSTANCE are not set, or the system has no registry of its own';
export const registry = run.marketplace_url;

/** {status, out, err} of a program; it never throws. */
function said(program, words, options) {
  return new Promise((resolve) => {
    execFile(program, words, { maxBuffer: 1 << 24, ...options }, (error, out, err) => resolve({ status: error ? (error.code ?? 1) : 0, out, err }));
  });
}

/** A word of the registry's operator, on its database. */
export function operate(...words) {
  const url = run.database_url.replace(/\/raptscallions(\?|$)/, '/raptscallions_registry$1');
  return said(join(build, 'bin', 'rapt-marketplace'), words, { env: { ...process.env, MARKETPLACE_DATABASE_URL: url } });
}

/** A word of the host's administrator. */
export const administer = (...words) => said(launcher, words, {});

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex'); // what comes before the 32 bytes of an Ed25519 key

/** An Ed25519 key as `rapt keygen` writes it. */
export class Key {
  constructor(file) {
    this.file = file;
    const seed = Buffer.from(readFileSync(file, 'utf8').trim().split('\n').at(-1), 'base64url');
    this.secret = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
    this.raw = createPublicKey(this.secret).export({ format: 'der', type: 'spki' }).subarray(-32);
    this.id = createHash('sha256').update(this.raw).digest('hex').slice(0, 16);
  }

  /** The headers of a signed request. */
  headers(method, url, body, { created = Math.floor(Date.now() / 1000), nonce = randomBytes(18).toString('base64url') } = {}) {
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
    const params = `("@method" "@target-uri" "content-digest");created=${created};keyid="${this.id}";nonce="${nonce}";alg="ed25519"`;
    const base = `"@method": ${method}\n"@target-uri": ${url}\n"content-digest": ${digest}\n"@signature-params": ${params}`;
    return {
      'content-digest': digest,
      'signature-input': `sig1=${params}`,
      signature: `sig1=:${sign(null, Buffer.from(base), this.secret).toString('base64')}:`,
    };
  }
}

/** {status, body} of one request to the registry. */
export async function ask(method, path, { headers = {}, body } = {}) {
  const type = body === undefined ? {} : { 'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream' };
  const answer = await fetch(registry + path, { method, headers: { ...type, ...headers }, body });
  return { status: answer.status, body: await answer.json() };
}

/** The same, signed. */
export function askSigned(key, method, path, body, how) {
  return ask(method, path, { body, headers: key.headers(method, registry + path, body ?? '', how) });
}

/** An author with a folder, a key and what this machine believes of registries. */
export class Author {
  constructor(name) {
    this.name = name;
    this.signer = name; // which of its keys signs
    this.folder = mkdtempSync(join(tmpdir(), 'rapt-author-'));
    mkdirSync(join(this.folder, 'state'));
  }

  /** A word of `rapt`, said in the author's folder. */
  rapt(...words) {
    const env = { ...process.env, MARKETPLACE_URL: registry, XDG_STATE_HOME: join(this.folder, 'state'), RAPT_RUNNER: join(build, 'bin', 'rapt-runner'), CCACHE_DISABLE: '1' };
    return said(join(build, 'bin', 'rapt'), words, { cwd: this.folder, env });
  }

  /** `name.key` and `name.pub` here. */
  async keygen(name = this.name) {
    const { status, err } = await this.rapt('keygen', name);
    if (status !== 0) throw new Error(err);
    return new Key(join(this.folder, `${name}.key`));
  }

  /** `rapt publish` and its kin, with this author's key and the registry's root. */
  at(...words) { return this.rapt(...words, '--key', `${this.signer}.key`, '--root', root); }

  end() { rmSync(this.folder, { recursive: true, force: true }); }
}

/** A zstd frame of 300 MiB of zeros in a tar's clothes: ten kilobytes. */
export function bomb() {
  const size = 300 * 1024 * 1024;
  const header = Buffer.alloc(512);
  header.write('lib/large.so', 0);
  header.write('0000644\0' + '0000000\0' + '0000000\0' + `${size.toString(8).padStart(11, '0')}\0` + '00000000000\0', 100);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  const block = (kind, length, last, bytes) => {
    const head = Buffer.alloc(3);
    head.writeUIntLE((length << 3) | (kind << 1) | (last ? 1 : 0), 0, 3);
    return Buffer.concat([head, bytes]);
  };
  const most = 128 * 1024;
  const zeros = Array.from({ length: size / most }, (_, i) => block(1, most, i === size / most - 1, Buffer.alloc(1)));
  // A frame without a checksum and without its size, with a window of 1 MiB.
  return Buffer.concat([Buffer.from('28b52ffd0050', 'hex'), block(0, 512, false, header), ...zeros]);
}
