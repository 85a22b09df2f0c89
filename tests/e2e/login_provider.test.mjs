// SPDX-License-Identifier: AGPL-3.0-or-later
// Logins through the module `oidc` in its sandbox, at a provider that speaks OpenID Connect over TLS and can lie.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Browser } from './browser.mjs';
import { Client, eventually, run } from './client.mjs';
import { IdentityProvider, signingKey } from './identity_provider.mjs';
import { mail, tokenIn } from './mailbox.mjs';
import { startHost } from './scripted_host.mjs';

const { RAPT_BUILD_DIR: build, RAPT_LAUNCHER: launcher } = process.env;
const options = { skip: build && launcher ? false : 'RAPT_BUILD_DIR and RAPT_LAUNCHER are not set', timeout: 120_000 };
const name = `school-${randomUUID().slice(0, 8)}`;
const domain = `${name}.example`;
const path = `/admin/auth-providers/${name}`;
const school = run.groups.find((g) => g.type === 'school').id;
const provider = new IdentityProvider();
let host, admin;

const rapt = (...words) => execFileSync(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

function person(more = {}) {
  const sub = randomUUID();
  return { sub, email: `${sub}@${domain}`, email_verified: true, name: 'Rosa Lind', given_name: 'Rosa', family_name: 'Lind', ...more };
}

before(async () => {
  if (options.skip) return;
  const newest = readdirSync(join(build, 'bundles')).filter((file) => file.startsWith('oidc-')).sort().at(-1);
  rapt('module', 'install', join(build, 'bundles', newest), '--yes', '--replace');
  await provider.start();
  host = await startHost('http://127.0.0.1:9/v1', { AUTH_PROVIDER_CA_FILE: provider.own.ca, RAPT_DEVELOPMENT_MODULES: '1' });
  admin = await Client.as('system_admin', 0, host.url);
  await eventually('oidc runs', async () => (await admin.get('/admin/auth-providers/modules')).body.data.some((m) => m.name === 'oidc'));
  const { response_types_supported, subject_types_supported, id_token_signing_alg_values_supported, code_challenge_methods_supported, ...settings } = provider.discovery;
  const made = await admin.post('/admin/auth-providers', {
    name, module: 'oidc', title: 'The school', settings: { ...settings, client_id: provider.clientId },
    secrets: { client_secret: provider.clientSecret }, enabled: true, create_users: true, default_group_id: school, default_role: 'student',
    domains: [{ domain, forced: false }],
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.ok(!JSON.stringify(made.body).includes(provider.clientSecret), 'the secret does not come back');
}, { timeout: 180_000 });

after(async () => {
  if (options.skip) return;
  await admin?.request('DELETE', path);
  await host?.stop();
  rapt('module', 'remove', 'oidc');
  await provider.stop();
  provider.remove();
});

beforeEach(() => provider.honest());

/** The way to the provider and back to the door, which is not opened yet. */
async function atTheDoor(who, browser = new Browser(provider.own.ca)) {
  provider.person = who;
  const away = await browser.get(`${host.url}/api/v1/auth/${name}?return_to=/classes&device=personal`);
  assert.equal(away.status, 302, away.body);
  assert.ok(away.location.startsWith(`${provider.issuer}/authorize?`), away.location);
  const back = await browser.get(away.location);
  assert.equal(back.status, 302, back.body);
  assert.ok(back.location.startsWith(`${host.url}/api/v1/auth/${name}/callback?`), back.location);
  return { browser, door: back.location };
}

async function login(who) {
  const { browser, door } = await atTheDoor(who);
  return { browser, door, answer: await browser.get(door) };
}

async function me(browser) {
  const answer = await browser.get(`${host.url}/api/v1/auth/me`, { accept: 'application/json' });
  return answer.status === 200 ? JSON.parse(answer.body).data : answer.status;
}

async function refusedWith(error, who = person()) {
  const { browser, answer } = await login(who);
  assert.equal(answer.location, `${host.url}/login?error=${error}`);
  assert.equal(await me(browser), 401);
}

test('somebody new is made, once, and known the next time by the subject', options, async () => {
  const rosa = person();
  const first = await login(rosa);
  assert.equal(first.answer.location, `${host.url}/classes`);
  const { user, memberships } = await me(first.browser);
  assert.deepEqual([user.email, user.name, user.given_name], [rosa.email, 'Rosa Lind', 'Rosa']);
  assert.deepEqual(memberships.map((m) => [m.group_id, m.role]), [[school, 'student']]);
  const again = await login({ ...rosa, email: `elsewhere@${domain}`, name: 'Renamed' });
  assert.deepEqual((await me(again.browser)).user, user, 'neither address nor name follow the provider');
});

test('the host keeps its secrets: the code\'s exchange has them, the browser does not', options, async () => {
  provider.requests.length = 0;
  const { answer } = await login(person());
  const exchange = provider.requests.find((r) => r.path === '/token');
  assert.equal(new URLSearchParams(exchange.body).get('client_secret'), provider.clientSecret);
  const authorize = provider.requests.find((r) => r.path === '/authorize');
  assert.ok(authorize && !JSON.stringify([authorize, answer.headers]).includes(new URLSearchParams(exchange.body).get('code_verifier')));
  assert.ok(provider.requests.some((r) => r.path === '/keys'), 'signatures are checked');
});

test('an account with the proven address is linked; one that has not proven it is not', options, async () => {
  const kim = person();
  rapt('user', 'add', kim.email, '--name', 'Kim');
  const token = tokenIn(await mail(kim.email));
  const chosen = await new Client(host.url).post('/auth/password-reset/confirm', { token, password: 'seven orange bicycles' });
  assert.equal(chosen.status, 204);
  const { browser } = await login(kim);
  assert.equal((await me(browser)).user.name, 'Kim');
  const links = JSON.parse((await browser.get(`${host.url}/api/v1/auth/links`, { accept: 'application/json' })).body);
  assert.deepEqual(links.data.map((l) => l.provider), [name]);
  await refusedWith('account_unknown', person({ email: kim.email }), 'another subject with the same address');

  const waiting = person();
  const registered = await new Client(host.url).post('/auth/register', { email: waiting.email, name: 'Somebody', password: 'eleven green ladders' });
  if (registered.status === 403) return;  // this system takes no registrations
  assert.equal(registered.status, 202, JSON.stringify(registered.body));
  await refusedWith('account_unknown', waiting);
});

test('ES256 and a set of several keys', options, async () => {
  const [old, rsa] = [provider.key, signingKey('RS256')];
  try {
    provider.key = signingKey('ES256');
    provider.published = [old, rsa, provider.key];
    assert.equal((await login(person())).answer.location, `${host.url}/classes`);
  } finally {
    provider.key = old;
  }
});

const lies = {
  'another nonce': (all) => ({ ...all, nonce: 'of-another-login' }),
  'no nonce': ({ nonce, ...all }) => all,
  'another audience': (all) => ({ ...all, aud: 'another-client' }),
  'several audiences, another party': (all) => ({ ...all, aud: [all.aud, 'another'], azp: 'another' }),
  'another issuer': (all) => ({ ...all, iss: 'https://evil.example' }),
  'a token of yesterday': (all) => ({ ...all, exp: all.iat - 86_400 }),
  'no end': ({ exp, ...all }) => all,
  'another subject than userinfo': (all) => ({ ...all, sub: 'somebody-else' }),
  'no subject': ({ sub, ...all }) => all,
};
for (const [what, claims] of Object.entries(lies)) {
  test(`an id token with ${what} lets nobody in`, options, async () => {
    provider.claims = claims;
    await refusedWith('provider_refused');
  });
}

test('a signature of another key, of a key that is not published, or none lets nobody in', options, async () => {
  const honest = provider.key;
  try {
    provider.key = { ...signingKey('RS256'), kid: honest.kid };
    await refusedWith('provider_refused');
    provider.key = signingKey('ES256');
    await refusedWith('provider_refused');
  } finally {
    provider.key = honest;
  }
  const unsigned = (claims) => (request, response, json) => json(200, {
    access_token: 't', id_token: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`,
  });
  provider.instead['/token'] = unsigned({ iss: provider.issuer, aud: provider.clientId, sub: 'x', exp: Date.now() });
  await refusedWith('provider_refused');
  provider.instead = { '/keys': (request, response, json) => json(200, { keys: [] }) };
  await refusedWith('provider_refused');
});

test('an address that is not verified, or not of the school, makes nobody', options, async () => {
  await refusedWith('email_unverified', person({ email_verified: false }));
  await refusedWith('account_unknown', person({ email: `${randomUUID()}@another.example` }));
  await refusedWith('account_unknown', person({ email: undefined }));
});

test('who does not agree at the provider is not logged in', options, () => refusedWith('provider_refused', null));

test('a way back counts once, in the browser that began it, and only whole', options, async () => {
  const { browser, door } = await atTheDoor(person());
  const flow = browser.jar(host.url).get('rapt_login_flow');
  assert.equal((await browser.get(door)).location, `${host.url}/classes`);
  const other = new Browser(provider.own.ca);
  other.jar(host.url).set('rapt_login_flow', flow);
  assert.match((await other.get(door)).location, /error=state_mismatch$/, 'used');
  const second = await atTheDoor(person());
  assert.match((await new Browser(provider.own.ca).get(second.door)).location, /error=state_mismatch$/, 'another browser');
  const third = await atTheDoor(person());
  const changed = third.door.replace(/state=[^&]+/, 'state=another');
  assert.match((await third.browser.get(changed)).location, /error=state_mismatch$/);
  const fourth = await atTheDoor(person());
  assert.equal((await fourth.browser.get(`${fourth.door}&state=twice`)).status, 400, 'a parameter that is there twice');
});

test('a code that was used, or is another login\'s, lets nobody in', options, async () => {
  const first = await atTheDoor(person()), second = await atTheDoor(person());
  const stolen = new URL(second.door);
  stolen.searchParams.set('code', new URL(first.door).searchParams.get('code'));
  assert.match((await second.browser.get(stolen.href)).location, /error=provider_refused$/, 'the verifier is another one');
});

const garbage = {
  'status 500': (request, response) => response.writeHead(500).end('oops'),
  'no JSON': (request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
  'bytes of no text': (request, response) => response.writeHead(200).end(Buffer.from([0, 255, 254, 1, 0])),
  'nothing': (request, response) => response.writeHead(200).end(),
  'a redirect to within': (request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  'deep nesting': (request, response) => response.writeHead(200).end('['.repeat(200_000)),
  'other types': (request, response, json) => json(200, { access_token: 1, id_token: [], keys: 7, sub: {} }),
};
for (const [what, answer] of Object.entries(garbage)) {
  test(`a provider that answers with ${what} is refused, and the module lives`, options, async () => {
    for (const place of ['/token', '/keys', '/userinfo']) {
      provider.instead = { [place]: answer };
      await refusedWith('provider_refused');
    }
    provider.instead = {};
    assert.equal((await login(person())).answer.location, `${host.url}/classes`);
  });
}

const broken = {
  'more than it may': (request, response) => { response.writeHead(200); response.end('x'.repeat(400_000)); },
  'half of an answer': (request, response) => { response.writeHead(200, { 'content-length': '100' }); response.write('{"a'); setImmediate(() => response.destroy()); },
  'no answer at all': (request, response) => response.destroy(),
};
for (const [what, answer] of Object.entries(broken)) {
  test(`a provider that sends ${what} is not available`, options, async () => {
    provider.instead = { '/token': answer };
    await refusedWith('provider_unavailable');
  });
}

test('a provider that is down is not available, and is back when it is', options, async () => {
  const { port } = provider;
  const waiting = await atTheDoor(person());
  await provider.stop();
  assert.match((await waiting.browser.get(waiting.door)).location, /error=provider_unavailable$/);
  await provider.start(port);
  assert.equal((await login(person())).answer.location, `${host.url}/classes`);
});

test('a certificate of another authority is not believed', options, async () => {
  const { port } = provider;
  const waiting = await atTheDoor(person());
  await provider.stop();
  await provider.start(port, provider.stranger);
  provider.requests.length = 0;
  assert.match((await waiting.browser.get(waiting.door)).location, /error=provider_unavailable$/);
  assert.deepEqual(provider.requests, [], 'nothing was said to a stranger');
  await provider.stop();
  await provider.start(port);
});

test('a disabled provider lets nobody in, not even who is on the way', options, async () => {
  const waiting = await atTheDoor(person());
  assert.equal((await admin.patch(path, { enabled: false })).status, 200);
  assert.match((await waiting.browser.get(waiting.door)).location, /error=provider_unknown$/);
  assert.match((await waiting.browser.get(`${host.url}/api/v1/auth/${name}`)).location, /error=provider_unknown$/);
  assert.equal((await admin.patch(path, { enabled: true })).status, 200);
});

test('settings that cannot be used are refused, with their place', options, async () => {
  const settings = (await admin.get(path)).body.data.settings;
  for (const [field, value] of [['token_endpoint', 'http://plain.example/token'], ['jwks_uri', 'ftp://plain.example/'], ['issuer', ''], ['client_id', '']]) {
    const answer = await admin.patch(path, { settings: { ...settings, [field]: value } });
    assert.equal(answer.status, 400, field);
    assert.match(JSON.stringify(answer.body.details.fields), new RegExp(field));
  }
  const unknown = await admin.patch(path, { settings: { ...settings, client_secret: 'in the wrong place' } });
  assert.equal(unknown.status, 400);
  assert.deepEqual((await admin.get(path)).body.data.settings, settings);
});
