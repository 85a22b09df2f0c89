// SPDX-License-Identifier: AGPL-3.0-or-later
// A provider of OpenID Connect over TLS, with an authority of its own, which can be told to lie: discovery, keys, authorization
// code with PKCE, token and userinfo. It checks what a provider checks, so that a host that forgets something is refused.
import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const openssl = (folder, ...words) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const sha256 = (value) => createHash('sha256').update(value).digest('base64url');
const seconds = () => Math.floor(Date.now() / 1000);

/** An authority and a certificate of it for localhost; files that everybody may read. */
export function authority(folder, name) {
  writeFileSync(join(folder, `${name}.ext`), 'subjectAltName=DNS:localhost\n');
  openssl(folder, 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`,
    '-keyout', `${name}-ca.key`, '-out', `${name}-ca.pem`);
  openssl(folder, 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost',
    '-keyout', `${name}.key`, '-out', `${name}.csr`);
  openssl(folder, 'x509', '-req', '-in', `${name}.csr`, '-CA', `${name}-ca.pem`, '-CAkey', `${name}-ca.key`, '-CAcreateserial',
    '-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.pem`);
  chmodSync(join(folder, `${name}-ca.pem`), 0o644);
  return { ca: join(folder, `${name}-ca.pem`), key: readFileSync(join(folder, `${name}.key`)), cert: readFileSync(join(folder, `${name}.pem`)) };
}

/** A signing key of the provider. */
export function signingKey(algorithm = 'RS256', kid = randomUUID()) {
  const pair = algorithm === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: algorithm };
  return { algorithm, kid, jwk, privateKey: createPrivateKey(pair.privateKey.export({ format: 'pem', type: 'pkcs8' })) };
}

export class IdentityProvider {
  clientId = 'school';
  clientSecret = `secret-${randomUUID()} & "more"`;
  /** Who logs in at the next visit. */
  person = null;
  /** Changes the claims of id tokens. */
  claims = (all) => all;
  /** The key that signs, and those that are published. */
  key = signingKey();
  published = [this.key];
  /** By path: answers instead of the provider. */
  instead = {};
  requests = [];
  #codes = new Map();
  #tokens = new Map();
  #folder = mkdtempSync(join(tmpdir(), 'rapt-idp-'));
  #sockets = new Set();

  constructor() {
    chmodSync(this.#folder, 0o755);
    this.own = authority(this.#folder, 'own');
    this.stranger = authority(this.#folder, 'stranger');
  }

  async start(port = 0, { key, cert } = this.own) {
    this.server = https.createServer({ key, cert }, (request, response) => this.#answer(request, response));
    this.server.on('connection', (socket) => { this.#sockets.add(socket); socket.on('close', () => this.#sockets.delete(socket)); });
    this.server.listen(port, 'localhost');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
    this.issuer = `https://localhost:${this.port}`;
  }

  /** Down; start(port) brings it back, perhaps with another certificate. */
  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  remove() { rmSync(this.#folder, { recursive: true, force: true }); }

  honest() {
    this.claims = (all) => all;
    this.instead = {};
    this.published = [this.key];
  }

  get discovery() {
    return {
      issuer: this.issuer, authorization_endpoint: `${this.issuer}/authorize`, token_endpoint: `${this.issuer}/token`,
      userinfo_endpoint: `${this.issuer}/userinfo`, jwks_uri: `${this.issuer}/keys`, response_types_supported: ['code'],
      subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256', 'ES256'], code_challenge_methods_supported: ['S256'],
    };
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.issuer);
    const body = await text(request);
    this.requests.push({ method: request.method, path: url.pathname, body, headers: request.headers });
    const json = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (this.instead[url.pathname]) return this.instead[url.pathname](request, response, json);
    const routes = {
      '/.well-known/openid-configuration': () => json(200, this.discovery),
      '/keys': () => json(200, { keys: this.published.map((key) => key.jwk) }),
      '/authorize': () => this.#authorize(url.searchParams, response, json),
      '/token': () => this.#token(new URLSearchParams(body), json),
      '/userinfo': () => this.#userinfo(request, json),
    };
    return (routes[url.pathname] ?? (() => json(404, { error: 'not_found' })))();
  }

  #authorize(query, response, json) {
    const asked = Object.fromEntries(query);
    const right = asked.response_type === 'code' && asked.client_id === this.clientId && asked.code_challenge_method === 'S256'
      && /^[\w-]{43}$/.test(asked.code_challenge ?? '') && asked.state && asked.nonce && asked.scope.split(' ').includes('openid');
    if (!right) return json(400, { error: 'invalid_request', asked });
    const back = new URL(asked.redirect_uri);
    back.searchParams.set('state', asked.state);
    if (this.person) {
      const code = randomUUID();
      this.#codes.set(code, { ...asked, person: this.person });
      back.searchParams.set('code', code);
    } else {
      back.searchParams.set('error', 'access_denied');
    }
    return response.writeHead(302, { location: back.href }).end();
  }

  #token(form, json) {
    const grant = this.#codes.get(form.get('code'));
    this.#codes.delete(form.get('code'));
    const right = grant && form.get('grant_type') === 'authorization_code' && form.get('redirect_uri') === grant.redirect_uri
      && form.get('client_id') === this.clientId && form.get('client_secret') === this.clientSecret
      && sha256(form.get('code_verifier') ?? '') === grant.code_challenge;
    if (!right) return json(400, { error: 'invalid_grant' });
    const token = randomUUID();
    this.#tokens.set(token, grant.person);
    return json(200, { access_token: token, token_type: 'Bearer', expires_in: 300, id_token: this.idToken(grant) });
  }

  idToken(grant, header = {}) {
    const now = seconds();
    const claims = this.claims({ iss: this.issuer, aud: this.clientId, sub: grant.person.sub, nonce: grant.nonce, iat: now, exp: now + 300 });
    const input = `${base64url({ alg: this.key.algorithm, kid: this.key.kid, typ: 'JWT', ...header })}.${base64url(claims)}`;
    const signature = sign('sha256', Buffer.from(input), { key: this.key.privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  }

  #userinfo(request, json) {
    const person = this.#tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
    return person ? json(200, person) : json(401, { error: 'invalid_token' });
  }
}
