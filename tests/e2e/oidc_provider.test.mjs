// SPDX-License-Identifier: AGPL-3.0-or-later
// Logins through the module `oidc` at `oidc-provider`, a certified provider of OpenID Connect that others have written: found by its
// issuer alone, over TLS, within the school's own network, by a host in production mode.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import Provider from 'oidc-provider';
import { Browser } from './browser.mjs';
import { Client, eventually, run } from './client.mjs';
import { authority, signingKey } from './identity_provider.mjs';
import { freePort, startHost } from './scripted_host.mjs';

const { RAPT_BUILD_DIR: build, RAPT_LAUNCHER: launcher } = process.env;
const options = { skip: build && launcher ? false : 'RAPT_BUILD_DIR and RAPT_LAUNCHER are not set', timeout: 120_000 };
const name = `library-${randomUUID().slice(0, 8)}`;
const domain = `${name}.example`;
const path = `/admin/auth-providers/${name}`;
const school = run.groups.find((g) => g.type === 'school').id;
const folder = mkdtempSync(join(tmpdir(), 'rapt-oidc-'));
const clientSecret = `s-${randomUUID()} & "more"`;
const privateJwk = (key) => ({ ...key.privateKey.export({ format: 'jwk' }), kid: key.kid, use: 'sig', alg: key.algorithm });

let own, host, admin, server, port, issuer, callback, who;
const paths = [];
/** Answers instead of the provider, by path. */
let instead = {};

const rapt = (...words) => execFileSync(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/** The provider with these keys; who logs in is `who`, without a form. */
function provider(keys, algorithm) {
  const made = new Provider(issuer, {
    clients: [{ client_id: 'school', client_secret: clientSecret, redirect_uris: [callback], grant_types: ['authorization_code'], response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: algorithm }],
    jwks: { keys: keys.map(privateJwk) },
    cookies: { keys: ['a key that signs cookies of a test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name'] },
    pkce: { required: () => true, methods: ['S256'] },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'PS256'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (context, sub) => ({ accountId: sub, claims: () => ({ ...who, sub }) }),
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const answer = made.callback();
  return async (request, response) => {
    const { pathname } = new URL(request.url, issuer);
    paths.push(pathname);
    if (instead[pathname]) return instead[pathname](request, response);
    if (!pathname.startsWith('/interaction/')) return answer(request, response);
    const result = who ? { login: { accountId: who.sub } } : { error: 'access_denied', error_description: 'The person went away.' };
    return made.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  };
}

let serve;
const use = (keys, algorithm = 'RS256') => { serve = provider(keys, algorithm); };
const person = (more = {}) => {
  const sub = randomUUID();
  return { sub, email: `${sub}@${domain}`, email_verified: true, name: 'Rosa Lind', given_name: 'Rosa', family_name: 'Lind', ...more };
};

before(async () => {
  if (options.skip) return;
  chmodSync(folder, 0o755);
  own = authority(folder, 'own');
  port = await freePort();
  issuer = `https://localhost:${port}`;
  const newest = readdirSync(join(build, 'bundles')).filter((file) => file.startsWith('oidc-')).sort().at(-1);
  rapt('module', 'install', join(build, 'bundles', newest), '--yes', '--replace');
  // Nothing is forgiven in production: without the grant http:private this provider would be out of reach.
  host = await startHost('http://127.0.0.1:9/v1', { AUTH_PROVIDER_CA_FILE: own.ca, RAPT_ENV: 'production', RAPT_DEVELOPMENT_MODULES: '' });
  callback = `${host.url}/api/v1/auth/${name}/callback`;
  use([signingKey()]);
  server = https.createServer({ key: own.key, cert: own.cert }, (request, response) => serve(request, response)).listen(port, 'localhost');
  await once(server, 'listening');
  admin = await Client.as('system_admin', 0, host.url);
  await eventually('oidc runs', async () => (await admin.get('/admin/auth-providers/modules')).body.data.some((m) => m.name === 'oidc'));
}, { timeout: 180_000 });

after(async () => {
  if (options.skip) return;
  await admin?.request('DELETE', path);
  await host?.stop();
  rapt('module', 'remove', 'oidc');
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => { instead = {}; });

const json = (value) => (request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

/** To the provider, through its own redirects, and back to the door. */
async function atTheDoor(somebody, browser = new Browser(own.ca)) {
  who = somebody;
  let next = (await browser.get(`${host.url}/api/v1/auth/${name}?return_to=/classes`)).location;
  for (let hops = 0; hops < 6 && next?.startsWith(issuer); ++hops) {
    const answer = await browser.get(next);
    assert.ok(answer.status === 302 || answer.status === 303, `${next}: ${answer.status} ${answer.body}`);
    next = answer.location;
  }
  return { browser, door: next };
}

async function login(somebody = person()) {
  const { browser, door } = await atTheDoor(somebody);
  assert.ok(door.startsWith(`${callback}?`), door);
  return { browser, answer: await browser.get(door) };
}

/** The failure as a program is told it: with the sentence. */
async function refusal(somebody = person()) {
  const { browser, door } = await atTheDoor(somebody);
  const answer = await browser.get(door, { accept: 'application/json' });
  const body = JSON.parse(answer.body);
  return { code: body.code, error: body.error };
}

test('who saves an issuer learns at once what is wrong with it', options, async () => {
  const asked = { name, module: 'oidc', title: 'The library', secrets: { client_secret: clientSecret }, enabled: true,
    create_users: true, default_group_id: school, default_role: 'student', domains: [{ domain, forced: false }] };
  const faults = async (settings) => {
    const answer = await admin.post('/admin/auth-providers', { ...asked, settings: { client_id: 'school', ...settings } });
    assert.equal(answer.status, 400, JSON.stringify(answer.body));
    return answer.body.details.fields.map((f) => `${f.path}: ${f.message}`).join('\n');
  };
  assert.match(await faults({ issuer: `${issuer}/elsewhere` }), /settings\.issuer: No provider of OpenID Connect answers there/);
  assert.match(await faults({ issuer: `${issuer}/` }), /settings\.issuer: .*another issuer/);
  assert.match(await faults({ issuer: 'http://localhost' }), /settings\.issuer: .*https/);
  assert.match(await faults({ issuer: `https://localhost:${await freePort()}` }), /settings: .*cannot be asked/);
  const found = await (await fetchDiscovery());
  instead['/.well-known/openid-configuration'] = json({ ...found, token_endpoint: 'https://thief.example/token' });
  assert.match(await faults({ issuer }), /settings\.also_at: .*token_endpoint is at thief\.example/);
  instead = {};
  const made = await admin.post('/admin/auth-providers', { ...asked, settings: { issuer, client_id: 'school' } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
});

async function fetchDiscovery() {
  return JSON.parse((await new Browser(own.ca).get(`${issuer}/.well-known/openid-configuration`)).body);
}

test('somebody logs in at a provider that is known by its issuer alone', options, async () => {
  paths.length = 0;
  const { browser, answer } = await login(person());
  assert.equal(answer.location, `${host.url}/classes`, answer.body);
  for (const asked of ['/.well-known/openid-configuration', '/auth', '/token', '/jwks', '/me']) assert.ok(paths.includes(asked), `${asked} in ${paths}`);
  const me = JSON.parse((await browser.get(`${host.url}/api/v1/auth/me`, { accept: 'application/json' })).body).data;
  assert.deepEqual([me.user.email, me.user.name], [who.email, 'Rosa Lind']);
  assert.deepEqual(me.memberships.map((m) => [m.group_id, m.role]), [[school, 'student']]);
});

test('ES256, and keys that the provider has changed since the last login', options, async () => {
  const first = signingKey('ES256');
  use([signingKey(), first], 'ES256');
  assert.equal((await login()).answer.location, `${host.url}/classes`);
  use([signingKey('ES256')], 'ES256');
  assert.equal((await login()).answer.location, `${host.url}/classes`, 'a new key is known at once');
  use([signingKey()]);
});

test('keys that did not make the id token, and other algorithms, are refused with their sentences', options, async () => {
  const stranger = signingKey();
  instead['/jwks'] = json({ keys: [stranger.jwk] });
  assert.deepEqual(await refusal(), { code: 'PROVIDER_REFUSED', error: 'The login is signed with a key that the provider does not publish.' });
  instead = {};
  const rsa = signingKey();
  use([rsa]);
  instead['/jwks'] = json({ keys: [{ ...stranger.jwk, kid: rsa.kid }] });
  assert.deepEqual(await refusal(), { code: 'PROVIDER_REFUSED', error: "The login's signature is wrong." });
  instead = {};
  const pss = signingKey();
  use([{ ...pss, algorithm: 'PS256' }], 'PS256');
  assert.match((await refusal()).error, /not accepted \(RS256 and ES256 are\)/);
  use([signingKey()]);
});

test('who goes away at the provider is not logged in', options, async () => {
  const answer = await refusal(null);
  assert.equal(answer.code, 'PROVIDER_REFUSED');
  assert.match(answer.error, /cancelled/);
});

test('a code counts once, for the login that began it', options, async () => {
  const first = await atTheDoor(person()), second = await atTheDoor(person());
  const stolen = new URL(second.door);
  stolen.searchParams.set('code', new URL(first.door).searchParams.get('code'));
  assert.match((await second.browser.get(stolen.href)).location, /error=provider_refused$/, 'the verifier is another one');
  assert.match((await second.browser.get(second.door)).location, /error=state_mismatch$/, 'the state is used');
});

test('a provider that changes its issuer, or is away, lets nobody begin', options, async () => {
  const found = await fetchDiscovery();
  instead['/.well-known/openid-configuration'] = json({ ...found, issuer: 'https://evil.example' });
  const begin = async () => (await new Browser(own.ca).get(`${host.url}/api/v1/auth/${name}`)).location;
  assert.match(await begin(), /error=provider_unavailable$/);
  instead['/.well-known/openid-configuration'] = (request, response) => response.destroy();
  assert.match(await begin(), /error=provider_unavailable$/);
  instead = {};
  assert.equal((await login()).answer.location, `${host.url}/classes`, 'and it is back when it is');
});
