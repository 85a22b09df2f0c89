// SPDX-License-Identifier: AGPL-3.0-or-later
// A module that follows its publisher by itself: a new version of the registry is taken by policy, fails when it is used, and goes back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, eventually, run } from './client.mjs';
import { Author, administer, operate, skip } from './registry_author.mjs';

const options = { skip, timeout: 300_000 };
const unique = process.pid.toString(36).replace(/[0-9]/g, (digit) => 'abcdefghij'[digit]);
const author = new Author(`harborside-${unique}`);
const name = `storm-glass-${unique}`;
const tool = `Weather of ${unique}`;
let admin, teacher, session;

const succeeds = ({ status, out, err }) => { assert.equal(status, 0, out + err); return out; };
const installed = async () => (await admin.get('/admin/modules')).body.data.find((one) => one.name === name);
const policy = async () => (await admin.get(`/admin/modules/${name}/policy`)).body.data;
/** Hosts look every hour; this one is told that the hour is over. */
const look = () => execFileSync('psql', ['-q', run.database_url, '-c', 'UPDATE module_update_schedule SET next_at = now()']);

async function publish(version, change) {
  const folder = join(author.folder, name);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, version }));
  writeFileSync(join(folder, 'CHANGELOG.md'), `# Changes\n\n## ${version}\n\nIt looks at the glass.\n`);
  change(join(folder, 'src', `${name.replaceAll('-', '_')}.c`));
  const said = JSON.parse(succeeds(await author.at('publish', name, '--category', 'other', '--json')));
  assert.equal(said.state, 'published', JSON.stringify(said));
}

/** It ends at every answer in conversations with this test's tool, and nowhere else: the registry's check finds nothing. */
function breakIt(source) {
  const text = readFileSync(source, 'utf8');
  const place = 'const rapt_text content = contexts->text(context, RAPT_FIELD_CURRENT_CONTENT);';
  assert.ok(text.includes(place), 'the template has changed');
  writeFileSync(source, text.replace(place, `${place}
  const rapt_text tool = contexts->text(context, RAPT_FIELD_TOOL_NAME);
  if (tool.size == ${tool.length} && memcmp(tool.data, "${tool}", tool.size) == 0) abort();`));
}

before(async () => {
  if (skip) return;
  [admin, teacher] = await Promise.all([Client.as('system_admin'), Client.as('teacher')]);
  await author.keygen();
  succeeds(await author.at('publisher', 'register', author.name));
  succeeds(await operate('publisher', 'review', author.name));
  succeeds(await author.rapt('new', name, '--language', 'c', '--publisher', author.name));
}, { timeout: 120_000 });

after(async () => {
  if (skip) return;
  await administer('module', 'remove', name, '--purge');
  for (const version of ['0.1.0', '0.1.1']) await author.at('yank', `${name}@${version}`, '--because', 'The test is over.');
  author.end();
}, { timeout: 120_000 });

test('a new version is taken by policy; when it fails it goes back, is held, and the administrator is told', options, async () => {
  await publish('0.1.0', () => {});
  succeeds(await administer('module', 'install', name, '--yes'));
  succeeds(await administer('module', 'policy', name, '--auto', 'patch'));
  await eventually('it runs', async () => (await installed())?.state === 'running', 60);
  const definition = `name: "${tool}"\ntype: chat\nversion: 1.0.0\nbehavior: Talk about the weather.\nmodules:\n  - name: ${name}\n    on_failure: open\n`;
  const made = await teacher.post('/tools', { definition, group_id: run.groups.find((group) => group.type === 'school').id });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const begun = await teacher.post('/sessions', { tool_id: made.body.data.id });
  assert.equal(begun.status, 201, JSON.stringify(begun.body));
  session = begun.body.data.id;
  const say = async () => (await teacher.post(`/sessions/${session}/messages`, { content: 'Will it rain?' })).status;
  assert.equal(await say(), 200);

  await publish('0.1.1', breakIt);
  look();
  await eventually('the new version is taken', async () => (await installed())?.version === '0.1.1', 90);
  assert.ok((await policy()).events.some((one) => one.kind === 'updated' && one.version === '0.1.1'));
  await eventually('it has failed often enough', async () => {
    assert.equal(await say(), 200, 'the conversation goes on without it');
    return (await installed())?.version === '0.1.0';
  }, 150);
  const now = await policy();
  const back = now.events.find((one) => one.kind === 'rolled_back');
  assert.equal(back?.version, '0.1.1', JSON.stringify(now.events));
  assert.equal(now.held[0].version, '0.1.1');
  assert.match(now.held[0].because, /failed/);
  look();
  await eventually('the old version runs', async () => (await installed())?.state === 'running', 60);
  assert.equal((await installed()).version, '0.1.0', 'what failed is not taken again');
});
