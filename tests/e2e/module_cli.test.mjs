// SPDX-License-Identifier: AGPL-3.0-or-later
// A module's life from the command line of a running system: installed, upgraded, watched, limited, taken back, switched off
// and on. The module is built here, in two versions, as its author would.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, eventually, run } from './client.mjs';

const { RAPT_BUILD_DIR: build, RAPT_LAUNCHER: launcher } = process.env;
const options = { skip: build && launcher ? false : 'RAPT_BUILD_DIR and RAPT_LAUNCHER are not set' };
const name = 'traveller';
const architecture = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const folder = mkdtempSync(join(tmpdir(), 'rapt-e2e-'));
const toolName = `With a traveller ${process.pid}`;
let toolId;
chmodSync(folder, 0o755);

const rapt = (...words) => execFileSync(launcher, ['module', ...words], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
const asked = (...words) => JSON.parse(rapt(...words, '--json'));
const refused = (...words) => spawnSync(launcher, ['module', ...words], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

const source = `// SPDX-License-Identifier: AGPL-3.0-or-later
#include <rapt/module.hpp>
class Traveller {
 public:
  explicit Traveller(const rapt::Host& host) : host_(host) {}
  rapt::Verdict on_message(const rapt::Context&, rapt::Reply&) {
    host_.log(RAPT_LOG_INFO, "asked, as version " VERSION);
    host_.log(RAPT_LOG_WARN, "a warning of version " VERSION);
    return rapt::Verdict::kContinue;
  }
 private:
  rapt::Host host_;
};
RAPT_MODULE(Traveller, "${name}", VERSION);
`;

/** Builds, packs and signs one version; answers the bundle's path. */
function pack(version) {
  const sdk = join(dirname(launcher), 'sdk');
  const header = readFileSync(join(sdk, 'include', 'rapt', 'abi.h'), 'utf8');
  const abi = ['MAJOR', 'MINOR'].map((part) => header.match(new RegExp(`RAPT_ABI_${part} (\\d+)u`))[1]).join('.');
  const stage = join(folder, version);
  const library = `lib/${architecture}/${name}.so`;
  mkdirSync(join(stage, 'lib', architecture), { recursive: true });
  const file = join(folder, `${version}.cpp`);
  writeFileSync(file, source);
  execFileSync('g++', ['-std=c++20', '-O1', '-shared', '-fPIC', '-fvisibility=hidden', '-fvisibility-inlines-hidden', `-DVERSION="${version}"`,
    `-I${join(sdk, 'include')}`, `-Wl,--version-script=${join(sdk, 'cmake', 'rapt-module.map')}`, '-Wl,-z,now', '-Wl,-z,relro', '-Wl,-z,noexecstack',
    file, '-o', join(stage, library)], { stdio: 'pipe' });
  chmodSync(join(stage, library), 0o644);
  writeFileSync(join(stage, 'LICENSE'), 'AGPL-3.0-or-later\n');
  writeFileSync(join(stage, 'CHANGELOG.md'), `# ${version}\n`);
  writeFileSync(join(stage, 'sbom.spdx.json'), JSON.stringify({
    spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', packages: [{ SPDXID: 'SPDXRef-Package', name, versionInfo: version }],
  }));
  writeFileSync(join(stage, 'manifest.json'), JSON.stringify({
    name, version, title: 'A traveller', description: 'It logs that it was asked.', publisher: 'raptscallions', license: 'AGPL-3.0-or-later',
    abi, permissions: [{ name: 'log', reason: 'For the test.' }], libraries: { [architecture]: library }, memory_mb: 64,
    hooks: [{ point: 'chat:on_message', priority: 5, timeout_ms: 2000, on_failure: 'closed' }],
  }));
  const bundle = join(folder, `${name}-${version}.rapt`);
  execFileSync(join(build, 'bin', 'rapt'), ['pack', stage, '--key', join(build, 'keys', 'raptscallions.key'), '--out', bundle], { stdio: 'pipe' });
  chmodSync(bundle, 0o644);
  return bundle;
}

/** Waits until a host says that it runs that version. */
const runs = (version) => eventually(`${name} ${version} runs`, () => {
  const { hosts } = asked('status', name)[0];
  const live = hosts.find((h) => !h.stale);
  return live?.status.state === 'running' && live.status.version === version && live;
});

let teacher, session;
const say = () => teacher.post(`/sessions/${session}/messages`, { content: 'Is x = 3?' });

before(async () => {
  if (options.skip) return;
  rapt('install', pack('1.0.0'), '--yes');
  await runs('1.0.0');
  teacher = await Client.as('teacher');
  const definition = `name: ${toolName}\ntype: chat\nversion: 1.0.0\nbehavior: Be kind.\nmodules:\n  - ${name}\n`;
  const tool = await teacher.post('/tools', { definition, group_id: run.groups.find((g) => g.type === 'school').id });
  assert.equal(tool.status, 201, JSON.stringify(tool.body));
  toolId = tool.body.data.id;
  const begun = await teacher.post('/sessions', { tool_id: toolId });
  assert.equal(begun.status, 201, JSON.stringify(begun.body));
  session = begun.body.data.id;
});

after(() => {
  if (!options.skip) refused('remove', name);
  rmSync(folder, { recursive: true, force: true });
});

test('the list and the status say what the host says', options, async () => {
  assert.equal((await say()).status, 200);
  const listed = asked('list').find((m) => m.name === name);
  assert.deepEqual([listed.version, listed.state, listed.enabled, listed.quarantined], ['1.0.0', 'running', true, false]);
  assert.match(rapt('list'), /^NAME +VERSION +PUBLISHER +ENABLED +STATE +QUARANTINE\n/);
  const hook = await eventually('the call is counted', async () => {
    const found = (await runs('1.0.0')).status.hooks.find((h) => h.point === 'chat:on_message');
    return found.calls > 0 && found;
  });
  assert.equal(hook.timeout_ms, 2000);
  assert.match(rapt('status', name), /chat:on_message +2000 ms +\d+ +0 +\d+\.\d\d ms/);
});

test('the plan names who is asked, by the tool\'s name and by its id', options, () => {
  const plan = asked('plan', toolName);
  assert.equal(plan.tool.id, toolId);
  assert.deepEqual(plan.hooks.map((h) => [h.point, h.steps.map((s) => [s.module, s.timeout_ms, s.on_failure])]),
    [['chat:on_message', [[name, 2000, 'closed']]]]);
  assert.deepEqual(asked('plan', toolId), plan);
  const wrong = refused('plan', `${toolName}x`);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /Did you mean/);
});

test('a limit narrows, is refused beyond the manifest, and is taken back', options, async () => {
  rapt('limit', name, 'chat:on_message', '1500');
  assert.equal(asked('plan', toolId).hooks[0].steps[0].timeout_ms, 1500);
  const inForce = (ms) => eventually(`${ms} ms are in force`, async () => (await runs('1.0.0')).status.hooks[0].timeout_ms === ms);
  await inForce(1500);
  const wider = refused('limit', name, 'chat:on_message', '2001');
  assert.equal(wider.status, 1);
  assert.match(wider.stderr, /1 to 2000 ms/);
  rapt('limit', name, 'chat:on_message', 'default');
  await inForce(2000);
});

test('the log shows what it logged, and is followed until interrupted', options, async () => {
  await eventually('its lines are stored', () => rapt('logs', name).includes('asked, as version 1.0.0'));
  const loud = rapt('logs', name, '--level', 'warn');
  assert.match(loud, /warn {2}a warning of version 1\.0\.0/);
  assert.doesNotMatch(loud, /asked/);
  const follower = spawn(launcher, ['module', 'logs', name, '--follow', '--limit', '1', '--json'], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let text = '';
  follower.stdout.on('data', (piece) => { text += piece; });
  const ended = new Promise((resolve) => { follower.on('exit', (code, signal) => resolve([code, signal])); });
  try {
    await eventually('the old line is shown', () => text.includes('\n'));
    const before = text.length;
    assert.equal((await say()).status, 200);
    await eventually('the new line is shown', () => text.slice(before).includes('\n'));
  } finally {
    process.kill(-follower.pid, 'SIGINT');
  }
  assert.deepEqual(await ended, [0, null]);
  for (const line of text.trim().split('\n')) assert.equal(JSON.parse(line).module, name);
});

test('upgraded, taken back and forth again', options, async () => {
  assert.equal(refused('rollback', name, '--yes').status, 1, 'there is nothing to go back to yet');
  rapt('install', pack('1.1.0'), '--yes');
  await runs('1.1.0');
  assert.equal(asked('list').find((m) => m.name === name).previous_version, '1.0.0');
  assert.equal(refused('rollback', name).status, 2, 'nobody is there to be asked');
  assert.equal(asked('rollback', name, '--yes').version, '1.0.0');
  await runs('1.0.0');
  assert.equal((await say()).status, 200);
  rapt('rollback', name, '--yes');
  await runs('1.1.0');
  assert.equal((await say()).status, 200);
  await eventually('the new version logs', () => rapt('logs', name).includes('asked, as version 1.1.0'));
});

test('disabled: tools that need it stop; enabled: they go on', options, async () => {
  rapt('disable', name);
  const stopped = await eventually('it is not asked any more', async () => { const answer = await say(); return answer.status === 503 && answer; });
  assert.equal(stopped.body.details.module, name);
  assert.equal(asked('plan', toolId).hooks[0].steps[0].reason, 'disabled');
  rapt('enable', name);
  await eventually('it is asked again', async () => (await say()).status === 200);
});

test('released although it is in no quarantine; a mistyped name is guessed', options, () => {
  assert.deepEqual(asked('release', name), { released: name, was_quarantined: false });
  for (const word of ['status', 'logs', 'release', 'disable']) {
    const wrong = refused(word, 'travelller');
    assert.equal(wrong.status, 1, word);
    assert.match(wrong.stderr, /Did you mean "traveller"\?/);
  }
});
