// SPDX-License-Identifier: AGPL-3.0-or-later
// Installing from the running system's registry when the machine fails: a full disk, a clock that is wrong, and two hosts whose
// administrators install at once. The installed state is one whole version throughout.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, eventually } from './client.mjs';
import { ScriptedGateway, startHost } from './scripted_host.mjs';

const { RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance } = process.env;
const skip = launcher && instance ? false : 'RAPT_LAUNCHER and RAPT_INSTANCE are not set';
const options = { skip, timeout: 240_000 };
const name = 'class-webhook';
const kept = instance && join(instance, 'server', 'registry', 'bundles');
const folder = mkdtempSync(join(tmpdir(), 'rapt-faults-'));
const gateway = new ScriptedGateway();
let admin, second;

/** {status, out, err} of a word of the administrator, perhaps behind other programs. */
function says(words, { behind = [], env = {} } = {}) {
  const [program, ...rest] = [...behind, launcher, 'module', ...words];
  return new Promise((resolve) => {
    execFile(program, rest, { env: { ...process.env, ...env } }, (error, out, err) => resolve({ status: error ? (error.code ?? 1) : 0, out, err }));
  });
}

const rows = async (client) => (await client.get('/admin/modules')).body.data.filter((one) => one.name === name);
const remove = () => says(['remove', name, '--purge']);
/** No bundle lies ready: the next plan has to fetch it. */
const forget = () => { for (const file of readdirSync(kept)) rmSync(join(kept, file)); };

before(async () => {
  if (skip) return;
  admin = await Client.as('system_admin');
  await remove();
}, { timeout: 60_000 });

after(async () => {
  if (skip) return;
  await remove();
  gateway.stop();
  await second?.stop();
  rmSync(folder, { recursive: true, force: true });
}, { timeout: 60_000 });

const may_mount = !skip && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0;

test('a disk that is full in mid-download is told, and nothing has changed', { ...options, skip: skip || (may_mount ? false : 'file systems may not be mounted here') }, async () => {
  await says(['install', name, '--dry-run']);
  forget();
  // In a namespace of its own what is kept of the registry is on a disk with 8 KiB left; nobody outside sees that disk.
  const script = `set -eu
copy=$(mktemp -d) && cp -a "$0/." "$copy" && mount -t tmpfs -o size=64m,mode=0700 tmpfs "$0"
cp -a "$copy/." "$0" && chown --reference="$copy" "$0" && rm -rf "$copy"
head -c 80M /dev/zero > "$0/filler" 2>&- || truncate -s -8192 "$0/filler"
exec "$@"`;
  const behind = ['unshare', '--mount', 'sh', '-c', script, join(kept, '..')];
  const full = await says(['install', name, '--yes'], { behind });
  assert.notEqual(full.status, 0, full.out);
  assert.match(full.err + full.out, /no space|is full|cannot be kept/i);
  assert.deepEqual(await rows(admin), []);
  const works = await says(['install', name, '--yes']);
  assert.equal(works.status, 0, works.err);
  assert.equal((await rows(admin)).length, 1);
  assert.equal((await remove()).status, 0);
});

test('a clock that is wrong is named as a reason, and what was believed before still is', options, async () => {
  const shim = join(folder, 'clock.c');
  writeFileSync(shim, `#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *out) {
  const int failed = (int)syscall(SYS_clock_gettime, id, out);
  if (id == CLOCK_REALTIME) out->tv_sec += 3L * 365 * 86400;
  return failed;
}
`);
  const library = join(folder, 'clock.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-o', library, shim]);
  execFileSync('chmod', ['755', folder, library]);
  const late = await says(['install', name, '--dry-run'], { env: { LD_PRELOAD: library } });
  assert.notEqual(late.status, 0, late.out);
  assert.match(late.err + late.out, /this machine's clock is wrong/);
  const now = await says(['install', name, '--dry-run']);
  assert.equal(now.status, 0, now.err);
});

test('of two hosts whose administrators install at once, one is told who is at work; both run one whole version', options, async () => {
  second = await startHost(await gateway.start());
  const there = await Client.as('system_admin', 0, second.url);
  const asked = { install: [{ name }] };
  const plans = await Promise.all([admin, there].map((client) => client.post('/admin/module-plans', asked)));
  assert.equal(plans[0].body.data.id, plans[1].body.data.id, 'both read the same plan');
  const begun = await Promise.all([admin, there].map((client, i) => client.post('/admin/module-operations', { plan: asked, consent: true, plan_id: plans[i].body.data.id })));
  const taken = begun.map((one, i) => [one, [admin, there][i]]).filter(([{ status }]) => status === 202);
  assert.ok(taken.length >= 1, JSON.stringify(begun.map(({ body }) => body)));
  for (const { status, body } of begun.filter((one) => one.status !== 202)) assert.equal(status, 409, JSON.stringify(body));
  const states = await Promise.all(taken.map(([{ body }, client]) => eventually('the operation has ended', async () => {
    const { data } = (await client.get(`/admin/module-operations/${body.data.id}`)).body;
    return data.state !== 'running' && data.state;
  }, 60)));
  assert.ok(states.includes('done'), states.join());
  // Installed once, and each host has got the bundle and runs it.
  assert.equal((await rows(admin)).length, 1);
  await eventually('both hosts run it', async () => {
    const { out } = await says(['status', name, '--json']);
    const live = JSON.parse(out)[0].hosts.filter((host) => !host.stale);
    return live.length === 2 && live.every((host) => host.status.state === 'running' && host.status.version === live[0].status.version);
  }, 90);
});
