// SPDX-License-Identifier: AGPL-3.0-or-later
// modules/class-webhook from its signed bundle: a conversation's end is posted to a server over TLS, signed, and again while that is ill.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { Client, eventually, run } from './client.mjs';
import { authority } from './identity_provider.mjs';
import { rapt, skip } from './packed_module.mjs';
import { ScriptedGateway, startHost } from './scripted_host.mjs';

const options = { skip, timeout: 180_000 };
const name = 'class-webhook', key = 'a key that the server knows, too';
const folder = mkdtempSync(join(tmpdir(), 'rapt-webhook-'));
const gateway = new ScriptedGateway();
const posts = [];
let server, host, admin, teacher, tool;
let answers = [];

before(async () => {
  if (skip) return;
  chmodSync(folder, 0o755);  // the host's account reads the authority
  const own = authority(folder, 'webhook');
  server = https.createServer(own, async (request, response) => {
    posts.push({ headers: request.headers, body: await text(request) });
    response.writeHead(answers.shift() ?? 200).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bundles = join(process.env.RAPT_BUILD_DIR, 'bundles');
  rapt('module', 'install', join(bundles, readdirSync(bundles).find((file) => file.startsWith(`${name}-`))), '--yes', '--replace');
  admin = await Client.as('system_admin');
  rapt('stop', 'server');  // it does not know the authority, and would do the jobs, too
  host = await startHost(await gateway.start(), { AUTH_PROVIDER_CA_FILE: own.ca, RAPT_DEVELOPMENT_MODULES: '1' });
  [admin, teacher] = await Promise.all([Client.as('system_admin', 0, host.url), Client.as('teacher', 0, host.url)]);
  await eventually('the module runs', async () => (await admin.get('/admin/modules')).body.data.some((one) => one.name === name && one.state === 'running'));
  const made = await teacher.post('/tools', { definition: 'name: Told\ntype: chat\nversion: 1.0.0\nbehavior: Be kind.\nmodules: [class-webhook]\n', group_id: run.groups.find((one) => one.type === 'school').id });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  tool = made.body.data.id;
}, { timeout: 180_000 });

after(async () => {
  if (skip) return;
  await host?.stop();
  rapt('start', 'server');
  rapt('module', 'remove', name, '--purge');
  gateway.stop();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function set(url) {
  const route = `/admin/modules/${name}/settings`;
  const held = await admin.raw('GET', route);
  const answer = await admin.request('PUT', route, { json: { settings: { url }, secrets: { signing_key: key } }, headers: { 'If-Match': held.headers.get('etag') ?? '*' } });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}

async function endConversation() {
  gateway.script = ['Well done.'];
  const { id } = (await teacher.post('/sessions', { tool_id: tool })).body.data;
  assert.equal((await teacher.post(`/sessions/${id}/messages`, { content: 'my own words' })).status, 200);
  assert.equal((await teacher.patch(`/sessions/${id}`, { state: 'completed' })).status, 200);
  return id;
}

const jobs = async (state) => (await admin.get(`/admin/modules/${name}/jobs?state=${state}`)).body.data.jobs;

test('a conversation that ends without an address is a failed job that says so, and is done once there is one', options, async () => {
  await endConversation();
  const [failed] = await eventually('the job is given up', async () => { const all = await jobs('failed'); return all.length > 0 && all; });
  assert.match(JSON.stringify(failed), /No address is set/);
  await set(`https://localhost:${server.address().port}/ended`);
  // Hosts hear of settings within a second: what was begun before that is given up once more.
  await eventually('it is posted', async () => {
    if (posts.length > 0) return true;
    if ((await jobs('failed')).some((one) => one.id === failed.id)) await admin.post(`/admin/modules/${name}/jobs/${failed.id}/retry`);
    return false;
  }, 60);
});

test('what is posted is signed, and holds no word of the conversation', options, async () => {
  const before = posts.length;
  const id = await endConversation();
  await eventually('it is posted', () => posts.length > before, 60);
  const { headers, body } = posts.at(-1);
  assert.equal(headers['x-rapt-signature'], `sha256=${createHmac('sha256', key).update(`${headers['x-rapt-timestamp']}.${body}`).digest('hex')}`);
  assert.equal(headers['x-rapt-delivery'], id);
  assert.equal(JSON.parse(body).session_id, id);
  assert.doesNotMatch(body, /own words|Well done|@/);
});

test('a server that is ill is asked again under the same key', options, async () => {
  answers = [503];
  const before = posts.length;
  const id = await endConversation();
  await eventually('it is posted twice', () => posts.length === before + 2, 90);
  assert.deepEqual(posts.slice(before).map((one) => one.headers['x-rapt-delivery']), [id, id]);
  await eventually('nothing is left to do', async () => (await jobs('waiting')).length === 0 && (await jobs('running')).length === 0);
});
