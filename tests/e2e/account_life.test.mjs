// SPDX-License-Identifier: AGPL-3.0-or-later
// An account from its first day on, with the letters that it gets: nothing here looks into the database.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Client } from './client.mjs';
import { mail, tokenIn } from './mailbox.mjs';
import { totp } from './totp.mjs';

const password = 'seven orange bicycles';
const fresh = () => `life-${randomUUID()}@example.org`;

async function registered(email = fresh()) {
  const client = new Client();
  const answer = await client.post('/auth/register', { email, name: 'Rosa', password });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  const proven = await client.post('/auth/verify-email', { token: tokenIn(await mail(email)) });
  assert.equal(proven.status, 204, JSON.stringify(proven.body));
  return email;
}

async function loggedIn(email, secret = password, more = {}) {
  const client = new Client();
  const answer = await client.post('/auth/login', { email, password: secret, ...more });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return client;
}

test('an account counts when its address is proven, and the link counts once', async () => {
  const email = fresh();
  const client = new Client();
  const answer = await client.post('/auth/register', { email, name: 'Rosa', password });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  assert.equal((await client.post('/auth/login', { email, password })).status, 401);
  const token = tokenIn(await mail(email));
  assert.equal((await client.post('/auth/verify-email', { token })).status, 204);
  assert.equal((await client.post('/auth/verify-email', { token })).status, 400);
  const me = await (await loggedIn(email)).get('/auth/me');
  assert.equal(me.body.data.email_verified, true);
  assert.deepEqual(me.body.data.roles, []);
});

test('registering a known address tells the owner, not the one who asks', async () => {
  const email = await registered();
  const known = await new Client().post('/auth/register', { email, name: 'Somebody', password: 'eleven green ladders' });
  const unknown = await new Client().post('/auth/register', { email: fresh(), name: 'Somebody', password: 'eleven green ladders' });
  assert.deepEqual([known.status, known.body], [unknown.status, unknown.body]);
  assert.doesNotMatch((await mail(email, 2)).text, /#token=/);
  assert.equal((await new Client().post('/auth/login', { email, password: 'eleven green ladders' })).status, 401);
});

test('easy passwords are refused, with the field', async () => {
  for (const easy of ['password', '12345678', 'short', 'rosarosa']) {
    const answer = await new Client().post('/auth/register', { email: fresh(), name: 'Rosa', password: easy });
    assert.equal(answer.status, 400, easy);
    assert.equal(answer.body.details.fields[0].path, 'password');
  }
});

test('a mailed link sets a new password once, ends every login, and voids older links', async () => {
  const email = await registered();
  const elsewhere = await loggedIn(email);
  const client = new Client();
  // One after the other: two letters that wait at once may be sent in either order.
  const tokens = [];
  for (const nth of [2, 3]) {
    assert.equal((await client.post('/auth/password-reset', { email })).status, 202);
    tokens.push(tokenIn(await mail(email, nth)));
  }
  const [older, newer] = tokens;
  const renewed = 'nine silver umbrellas';
  assert.equal((await client.post('/auth/password-reset/confirm', { token: older, password: renewed })).status, 400);
  assert.equal((await client.post('/auth/password-reset/confirm', { token: newer, password: renewed })).status, 204);
  assert.equal((await client.post('/auth/password-reset/confirm', { token: newer, password: renewed })).status, 400);
  assert.equal((await elsewhere.get('/auth/me')).status, 401);
  assert.equal((await client.post('/auth/login', { email, password })).status, 401);
  await loggedIn(email, renewed);
});

test('asking for a reset says nothing about accounts', async () => {
  const known = await new Client().post('/auth/password-reset', { email: await registered() });
  const unknown = await new Client().post('/auth/password-reset', { email: fresh() });
  assert.deepEqual([known.status, known.body], [unknown.status, unknown.body]);
});

test('logins are listed, and ended one by one or all at once', async () => {
  const email = await registered();
  const [here, there, shared] = [await loggedIn(email), await loggedIn(email), await loggedIn(email, password, { device: 'shared' })];
  const list = (await here.get('/auth/sessions')).body.data;
  assert.equal(list.length, 3);
  assert.equal(list.filter((login) => login.current).length, 1);
  assert.ok(list.some((login) => login.context === 'shared'));
  const other = list.find((login) => !login.current && login.context !== 'shared');
  assert.equal((await shared.request('DELETE', `/auth/sessions/${other.id}`)).status, 204);
  assert.equal((await there.get('/auth/me')).status, 401);
  const stranger = await loggedIn(await registered());
  assert.equal((await stranger.request('DELETE', `/auth/sessions/${list.find((login) => login.current).id}`)).status, 404);
  assert.equal((await here.post('/auth/logout-all', { keep_current: true })).status, 204);
  assert.equal((await shared.get('/auth/me')).status, 401);
  assert.equal((await here.get('/auth/me')).status, 200);
});

test('a refreshed login has a new cookie, and the old one is dead', async () => {
  const client = await loggedIn(await registered());
  const stolen = new Client();
  stolen.cookie = client.cookie;
  const answer = await client.post('/auth/refresh', {});
  assert.ok([200, 204].includes(answer.status), JSON.stringify(answer.body));
  assert.notEqual(client.cookie, stolen.cookie);
  assert.equal((await client.get('/auth/me')).status, 200);
  assert.equal((await stolen.get('/auth/me')).status, 401);
});

test('a second factor is asked for, each code counts once, and a recovery code stands in', async () => {
  const email = await registered();
  const client = await loggedIn(email);
  const { secret, otpauth_uri: uri } = (await client.post('/auth/totp', { password })).body.data;
  assert.match(uri, /^otpauth:\/\/totp\//);
  await loggedIn(email);  // not yet confirmed, so not yet asked for
  const confirmed = await client.post('/auth/totp/confirm', { code: totp(secret) });
  assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body));
  const codes = confirmed.body.data.recovery_codes;
  assert.equal(codes.length, 10);
  const login = (more) => new Client().post('/auth/login', { email, password, ...more });
  assert.equal((await login({})).body.code, 'TOTP_REQUIRED');
  assert.equal((await login({ totp_code: totp(secret) })).body.code, 'INVALID_TOTP', 'a code that has counted');
  assert.equal((await login({ totp_code: totp(secret, 1) })).status, 200);
  assert.equal((await login({ totp_code: codes[0] })).status, 200);
  assert.equal((await login({ totp_code: codes[0] })).body.code, 'INVALID_TOTP');
  assert.equal((await client.request('DELETE', '/auth/totp', { json: { password } })).status, 204);
  await loggedIn(email);
});

test('a changed address counts when it is proven, and the old one is told', async () => {
  const [email, next] = [await registered(), fresh()];
  const client = await loggedIn(email);
  assert.equal((await client.post('/auth/me/email', { email: next, password })).status, 202);
  await mail(email, 2);
  assert.equal((await new Client().post('/auth/login', { email: next, password })).status, 401);
  assert.equal((await client.post('/auth/verify-email', { token: tokenIn(await mail(next)) })).status, 204);
  await loggedIn(next);
  assert.equal((await new Client().post('/auth/login', { email, password })).status, 401);
});
