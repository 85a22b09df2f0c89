// SPDX-License-Identifier: AGPL-3.0-or-later
// People from the command line of a running system: who is added can log in after the letter's link, whoever is put out
// cannot, and a file of people is done while the host's own worker runs.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client, account, eventually, run } from './client.mjs';
import { mail, tokenIn } from './mailbox.mjs';

const { RAPT_LAUNCHER: launcher } = process.env;
const options = { skip: launcher ? false : 'RAPT_LAUNCHER is not set' };
const folder = mkdtempSync(join(tmpdir(), 'rapt-e2e-'));
const school = run.groups.find((g) => g.type === 'school').id;
const fresh = () => `cli-${randomUUID()}@example.org`;
const stdio = ['ignore', 'pipe', 'pipe'];

const rapt = (...words) => execFileSync(launcher, ['user', ...words], { stdio, encoding: 'utf8' });
const asked = (...words) => JSON.parse(rapt(...words, '--json'));
const refused = (...words) => spawnSync(launcher, ['user', ...words], { stdio, encoding: 'utf8' });

after(() => rmSync(folder, { recursive: true, force: true }));

const login = (email, password) => new Client().post('/auth/login', { email, password });

/** Chooses a password by the link in the person's `count`th letter. */
async function choose(email, password, count = 1) {
  const token = tokenIn(await mail(email, count));
  const answer = await new Client().post('/auth/password-reset/confirm', { token, password });
  assert.equal(answer.status, 204, JSON.stringify(answer.body));
}

async function added(...more) {
  const email = fresh();
  const made = asked('add', email, '--name', 'Rosa Lind', ...more);
  assert.equal(made.email, email);
  return email;
}

test('who is added logs in after the link in the letter, and is what was said', options, async () => {
  const email = await added('--role', 'teacher', '--group', school);
  assert.equal((await login(email, 'seven orange bicycles')).status, 401);
  await choose(email, 'seven orange bicycles');
  const answer = await login(email, 'seven orange bicycles');
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.deepEqual(answer.body.data.roles, ['teacher']);
  assert.equal(asked('show', email).last_login_at === null, false);
  assert.match(rapt('list', '--q', email), /active +teacher in \w/);
});

test('a link is shown on a terminal alone', options, () => {
  const answer = refused('add', fresh(), '--name', 'Rosa', '--print-link');
  assert.equal(answer.status, 2);
  assert.match(answer.stderr, /terminal/);
});

test('deactivated means out at once; reactivated and reset means in again', options, async () => {
  const email = await added();
  await choose(email, 'seven orange bicycles');
  const client = new Client();
  assert.equal((await client.post('/auth/login', { email, password: 'seven orange bicycles' })).status, 200);
  rapt('deactivate', email);
  assert.equal((await client.get('/auth/me')).status, 401);
  assert.equal((await login(email, 'seven orange bicycles')).status, 401);
  assert.equal(refused('reset-password', email).status, 1);
  rapt('reactivate', email);
  rapt('reset-password', email);
  await choose(email, 'nine silver umbrellas', 3);  // the second letter tells of the first password
  assert.equal((await login(email, 'nine silver umbrellas')).status, 200);
});

test('a role counts at the next request, and so does its end', options, async () => {
  const email = await added();
  await choose(email, 'seven orange bicycles');
  const client = new Client();
  await client.post('/auth/login', { email, password: 'seven orange bicycles' });
  rapt('grant', email, 'group_admin', '--group', school);
  assert.deepEqual((await client.get('/auth/me')).body.data.roles, ['group_admin']);
  rapt('revoke', email);
  assert.deepEqual((await client.get('/auth/me')).body.data.roles, []);
  assert.match(refused('revoke', account('system_admin').email).stderr, /last system administrator/);
});

test('a file of people is tried out, then done, and its faulty line is told', options, async () => {
  const tag = randomUUID();
  const file = join(folder, 'people.csv');
  const people = Array.from({ length: 1200 }, (_, i) => `${tag}-${i}@example.org,Person ${i}`);
  people[500] = 'no address,Person 500';
  writeFileSync(file, `email,name\n${people.join('\n')}\n`);
  const trial = refused('import', file, '--dry-run');
  assert.equal(trial.status, 1, 'a line is faulty');
  assert.match(trial.stdout, /^502 +faulty +no address +email must be an email address/m);
  assert.match(trial.stderr, /1200 of 1200 lines done/);
  assert.equal(asked('list', '--q', tag).users.length, 0);
  const done = refused('import', file, '--json');
  const { import: imported, lines } = JSON.parse(done.stdout);
  assert.deepEqual([done.status, imported.state, imported.created, imported.faulty, lines.length], [1, 'complete', 1199, 1, 1200]);
  const admin = await Client.as('system_admin');
  await eventually('the API tells the same', async () => (await admin.get(`/admin/users/imports/${imported.id}`)).body.data.created === 1199);
  assert.equal(asked('list', '--q', tag, '--limit', '2000').users.length, 1199);
});

test('wrong words change nothing and say what to do', options, () => {
  assert.equal(refused('add', 'nobody', '--name', 'N').status, 1);
  assert.equal(refused('add', fresh()).status, 2);
  assert.match(refused('show', 'nobody@example.org').stderr, /There is no user .*rapt user list/);
  assert.match(refused('lst').stderr, /user list/);
  assert.match(rapt('add', '--help'), /Examples:\n {2}rapt user add/);
});
