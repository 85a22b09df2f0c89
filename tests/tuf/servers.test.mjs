// SPDX-License-Identifier: AGPL-3.0-or-later
// Two servers of one registry, on one database and with the same online keys: whoever is asked says the same, and when one is
// killed the other goes on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from './client.mjs';
import { Registry, Walk } from './walk.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rapt-servers-'));
const PAGE = '<!doctype html><title>A registry</title><script src="/assets/app.js"></script>';
let walk, one, two, client;

before(async () => {
  mkdirSync(join(folder, 'web', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'web', 'index.html'), PAGE);
  writeFileSync(join(folder, 'web', 'assets', 'app.js'), 'export const app = 1;\n');
  walk = await Walk.start(7);
  const web = ['--web', join(folder, 'web')];
  [one, two] = await Promise.all([Registry.start(walk, 0, web), Registry.start(walk, 0, web)]);
  client = new Client(join(folder, 'client'), one, walk.root);
});

after(async () => {
  await one?.end();
  await two?.end();
  await walk?.end();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async (registry, path, options) => {
  const answer = await fetch(registry.url + path, options);
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};

/** What the steps have made is found by the client at this server. */
async function find({ targets, root_version }, registry) {
  client.registry = registry;
  await client.refresh();
  assert.equal(client.rootVersion(), root_version);
  for (const [path, expected] of Object.entries(targets)) await client.check(path, expected);
}

/** What both say, which has to be the same. */
async function both(path) {
  const [first, second] = await Promise.all([ask(one, path), ask(two, path)]);
  assert.equal(first.status, second.status, path);
  assert.equal(first.body, second.body, path);
  return first;
}

test('both serve the same pages, under the same rules', async () => {
  for (const path of ['/', '/modules/anything']) {
    const page = await both(path);
    assert.equal(page.status, 200, path);
    assert.equal(page.body, PAGE, path);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src|script-src/, path);
  }
  assert.equal((await both('/assets/app.js')).status, 200);
  assert.equal((await both('/assets/other.js')).status, 404);
  const missing = await both('/api/nothing');
  assert.equal(missing.status, 404);
  assert.equal(JSON.parse(missing.body).code, 'NOT_FOUND');
});

test('what changes is seen at both at once, and an independent client may change between them', async () => {
  for (const server of [one, two, one]) {
    const made = await walk.steps(15);
    const timestamp = await both('/metadata/timestamp.json');
    assert.equal(timestamp.status, 200);
    await both('/api/publishers/p1');
    await both('/api/advisories');
    await find(made, server);
  }
});

test('an instance that has registered at one reports to the other', async () => {
  const headers = { 'content-type': 'application/json' };
  const registered = await ask(one, '/api/instances/register', { method: 'POST', headers, body: '{}' });
  assert.equal(registered.status, 201, registered.body);
  const { id, token } = JSON.parse(registered.body).data;
  const body = JSON.stringify({ version: '1.0.0', channel: 'stable', deployment_type: 'bare' });
  const heard = await ask(two, `/api/instances/${id}/heartbeat`, { method: 'POST', headers: { ...headers, authorization: `Bearer ${token}` }, body });
  assert.equal(heard.status, 204, heard.body);
});

test('when one is killed, the other goes on', async () => {
  one.program.child.kill('SIGKILL');
  await once(one.program.child, 'exit');
  await find(await walk.steps(15), two);
  assert.equal((await ask(two, '/')).body, PAGE);
});
