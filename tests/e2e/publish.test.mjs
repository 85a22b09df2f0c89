// SPDX-License-Identifier: AGPL-3.0-or-later
// A module's whole way from `rapt new` to a running host: registered, handed in, reviewed, vouched for, installed by its name,
// yanked, and told so. And what is refused on that way, each with a sentence that says what to do.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, eventually, run } from './client.mjs';
import { Author, administer, ask, askSigned, bomb, operate, registry, skip } from './registry_author.mjs';

const options = { skip, timeout: 300_000 };
const unique = process.pid.toString(36).replace(/[0-9]/g, (digit) => 'abcdefghij'[digit]);
const author = new Author(`lakeside-${unique}`);
const other = new Author(`riverside-${unique}`);
const name = `tide-table-${unique}`;
const versions = (module) => `/api/modules/${module}/versions`;
let key, otherKey, bundle, admin;

/** Says another version in the module's manifest. */
function edit(folder, change) {
  const file = join(folder, 'manifest.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
}

const succeeds = ({ status, out, err }) => { assert.equal(status, 0, out + err); return out; };
const fails = ({ status, out, err }, sentence) => { assert.notEqual(status, 0, out); assert.match(err + out, sentence); };
const refused = ({ status, body }, expected, code, sentence) => {
  assert.equal(status, expected, JSON.stringify(body));
  assert.equal(body.code, code, JSON.stringify(body));
  assert.match([body.error, ...(body.details?.fields ?? []).map((one) => one.message)].join(' '), sentence);
};

before(async () => {
  if (skip) return;
  admin = await Client.as('system_admin');
  key = await author.keygen();
  otherKey = await other.keygen();
}, { timeout: 60_000 });

after(async () => {
  if (skip) return;
  await administer('module', 'remove', name, '--purge');
  // Nothing of it is offered to whoever looks at this registry next.
  for (const version of ['0.1.0', '0.2.0']) await author.at('yank', `${name}@${version}`, '--because', 'The test is over.');
  author.end();
  other.end();
}, { timeout: 120_000 });

test('an author registers once, and under no name of the platform', options, async () => {
  succeeds(await author.at('publisher', 'register', author.name, '--title', 'Lakeside School'));
  fails(await author.at('publisher', 'register', author.name), /is taken|already/);
  fails(await other.at('publisher', 'register', 'raptsca1lions'), /kept for the platform/);
  succeeds(await other.at('publisher', 'register', other.name));
  assert.match(succeeds(await author.at('publisher', 'show')), new RegExp(key.id));
});

test('a new module is handed in, and waits for an operator, because nobody knows its author', options, async () => {
  succeeds(await author.rapt('new', name, '--language', 'c', '--publisher', author.name));
  const before = await author.at('publish', name, '--category', 'other', '--json');
  const state = JSON.parse(succeeds(before));
  assert.equal(state.state, 'review', JSON.stringify(state.findings));
  assert.ok(state.findings.some((one) => one.check === 'conformance' || /conformance/.test(one.text)), JSON.stringify(state.findings));
  assert.equal((await ask('GET', `/api/modules/${name}`)).status, 404, 'what nobody has approved is not shown');
  assert.match(succeeds(await operate('review', 'show', `${name}@0.1.0`)), new RegExp(author.name));
});

test('a review that says no is told with its reason; the mended one is approved, signed and listed', options, async () => {
  succeeds(await operate('review', 'reject', `${name}@0.1.0`, '--because', 'Say what it is for.'));
  edit(join(author.folder, name), { description: 'Says when the tide comes.' });
  const again = JSON.parse(succeeds(await author.at('publish', name, '--category', 'other', '--json')));
  assert.equal(again.state, 'review');
  succeeds(await operate('review', 'approve', `${name}@0.1.0`, '--note', 'Welcome.'));
  const published = JSON.parse(succeeds(await author.at('publish', name, '--category', 'other', '--json')));
  assert.equal(published.state, 'published', JSON.stringify(published));
  const shown = await ask('GET', `/api/modules/${name}`);
  assert.equal(shown.status, 200);
  assert.equal(shown.body.data.description, 'Says when the tide comes.');
  assert.equal(shown.body.data.publisher, author.name);
  const download = await fetch(`${registry}/api/modules/${name}/download/0.1.0`);
  bundle = Buffer.from(await download.arrayBuffer());
  assert.equal(download.headers.get('etag').length, 66);
});

test('the running host installs it by its name, from signed metadata, with its publisher in the plan', options, async () => {
  const plan = await admin.post('/admin/module-plans', { install: [{ name }] });
  assert.equal(plan.status, 200, JSON.stringify(plan.body));
  const [step] = plan.body.data.steps;
  assert.ok(step.vouched && step.signed && step.publisher === author.name, JSON.stringify(step));
  succeeds(await administer('module', 'install', name, '--yes'));
  await eventually('it runs', async () => {
    const { data } = (await admin.get('/admin/modules')).body;
    return data.find((one) => one.name === name)?.state === 'running';
  }, 60);
});

test('a download goes on where it was cut off, over real HTTP', options, async () => {
  const url = `${registry}/api/modules/${name}/download/0.1.0`;
  const cut = Math.floor(bundle.length / 3);
  const first = await fetch(url, { headers: { range: `bytes=0-${cut - 1}` } });
  assert.equal(first.status, 206);
  const tag = first.headers.get('etag');
  const rest = await fetch(url, { headers: { range: `bytes=${cut}-`, 'if-range': tag } });
  assert.equal(rest.status, 206);
  assert.equal(rest.headers.get('content-range'), `bytes ${cut}-${bundle.length - 1}/${bundle.length}`);
  assert.ok(Buffer.concat([Buffer.from(await first.arrayBuffer()), Buffer.from(await rest.arrayBuffer())]).equals(bundle));
  const other_file = await fetch(url, { headers: { range: `bytes=${cut}-`, 'if-range': '"another"' } });
  assert.equal(other_file.status, 200, 'of another file the rest is of no use');
  assert.equal((await fetch(url, { headers: { range: `bytes=${bundle.length}-` } })).status, 416);
  assert.equal((await fetch(url, { headers: { 'if-none-match': tag } })).status, 304);
});

test('what is no whole bundle is refused at once', options, async () => {
  const path = `${versions(name)}/0.3.0`;
  refused(await askSigned(key, 'POST', path, bundle.subarray(0, bundle.length / 2)), 400, 'VALIDATION_ERROR', /whole|end|truncated|cut|archive/i);
  refused(await askSigned(key, 'POST', path, bomb()), 400, 'VALIDATION_ERROR', /unpacks to more than 256 MiB|larger than/);
  // The connection carries half of what was signed.
  const headers = key.headers('POST', registry + path, bundle);
  refused(await ask('POST', path, { headers, body: bundle.subarray(0, 1000) }), 401, 'BODY_CHANGED', /body/i);
  assert.equal((await ask('GET', `${versions(name)}/0.3.0`)).status, 404);
});

test('a request is taken once, from a key that counts, and lately', options, async () => {
  const path = '/api/publishers/me';
  const headers = key.headers('GET', registry + path, '');
  assert.equal((await ask('GET', path, { headers })).status, 200);
  refused(await ask('GET', path, { headers }), 401, 'REQUEST_REPLAYED', /came before/);
  const stranger = await other.keygen('stranger');
  refused(await askSigned(stranger, 'GET', path), 401, 'KEY_UNKNOWN', new RegExp(stranger.id));
  const late = await askSigned(key, 'GET', path, undefined, { created: Math.floor(Date.now() / 1000) - 3600 });
  assert.equal(late.status, 401, JSON.stringify(late.body));
  assert.match(late.body.error, /clock/i);
  const forged = { ...key.headers('GET', registry + path, ''), signature: otherKey.headers('GET', registry + path, '').signature };
  assert.equal((await ask('GET', path, { headers: forged })).status, 401);
});

test('a published version stays as it is, and belongs to its publisher', options, async () => {
  edit(join(author.folder, name), { description: 'Other bytes under the same number.' });
  fails(await author.at('publish', name), /0\.1\.0/);
  refused(await askSigned(otherKey, 'POST', `${versions(name)}/0.1.0`, bundle), 403, 'MODULE_OF_ANOTHER', /belongs to the publisher lakeside/);
  // The same name by somebody else, and one that looks like it. Names are protected once somebody has the module, and downloads are counted
  // a while after they were made.
  await eventually('the downloads are counted', async () => (await ask('GET', `/api/modules/${name}`)).body.data.downloads > 0, 120);
  for (const taken of [name, name.replace('l', '1')]) {
    succeeds(await other.rapt('new', taken, '--language', 'c', '--publisher', other.name, '--dir', `of-${taken}`));
    edit(join(other.folder, `of-${taken}`), { version: '9.0.0' });
    fails(await other.at('publish', `of-${taken}`), taken === name ? /belongs to the publisher/ : /looks too much like/);
  }
});

test('a revoked key signs nothing any more; the new one publishes the next version', options, async () => {
  await author.keygen('next');
  succeeds(await author.at('publisher', 'add-key', 'next.key', '--label', 'laptop'));
  author.signer = 'next';
  succeeds(await author.at('publisher', 'revoke-key', key.id, '--because', 'It was on a stolen disk.'));
  fails(await author.rapt('publisher', 'show', '--key', `${author.name}.key`), /was revoked.*stolen disk/);
  edit(join(author.folder, name), { version: '0.2.0', description: 'Says when the tide comes.' });
  writeFileSync(join(author.folder, name, 'CHANGELOG.md'), '# Changes\n\n## 0.2.0\n\nSigned with another key.\n');
  const { stage } = JSON.parse(succeeds(await author.rapt('build', name, '--json')));
  succeeds(await author.rapt('pack', stage, '--key', `${author.name}.key`, '--out', 'old-key.rapt'));
  fails(await author.at('publish', 'old-key.rapt'), new RegExp(`${key.id}.*revoked`));
  succeeds(await operate('publisher', 'review', author.name));
  const third = await other.keygen('third');
  refused(await askSigned(third, 'POST', '/api/publishers', JSON.stringify({ name: author.name.replace('i', '1'), public_key: third.raw.toString('base64url') })),
    409, 'NAME_SIMILAR', /looks too much like the publisher lakeside/);
  const published = JSON.parse(succeeds(await author.at('publish', name, '--category', 'other', '--json')));
  assert.equal(published.state, 'published', JSON.stringify(published));
});

test('a yank reaches the host that has it installed', options, async () => {
  succeeds(await administer('module', 'upgrade', name, '--yes'));
  succeeds(await author.at('yank', `${name}@0.2.0`, '--because', 'It says the wrong hour.'));
  const shown = await ask('GET', `${versions(name)}/0.2.0`);
  assert.match(JSON.stringify(shown.body.data.yanked), /wrong hour/);
  // Hosts look every hour; this one is told that the hour is over.
  execFileSync('psql', ['-q', run.database_url, '-c', 'UPDATE module_update_schedule SET next_at = now()']);
  await eventually('the host says so', async () => {
    const { data } = (await admin.get('/admin/modules')).body;
    return /wrong hour/.test(JSON.stringify(data.find((one) => one.name === name)?.yanked ?? ''));
  }, 60);
  succeeds(await administer('module', 'remove', name, '--purge'));
  const anew = await administer('module', 'install', `${name}@0.2.0`, '--dry-run');
  assert.match(anew.out + anew.err, /0\.2\.0 is yanked/);
  succeeds(await author.at('yank', `${name}@0.2.0`, '--undo'));
  assert.equal((await ask('GET', `${versions(name)}/0.2.0`)).body.data.yanked, null);
});
