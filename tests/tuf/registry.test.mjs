// SPDX-License-Identifier: AGPL-3.0-or-later
// An independent client follows a registry through a thousand random steps. RAPT_TUF_SEED repeats a run, RAPT_TUF_STEPS
// makes it longer or shorter.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from './client.mjs';
import { Registry, Walk } from './walk.mjs';

const SEED = Number(process.env.RAPT_TUF_SEED ?? randomInt(1, 2 ** 31));
const STEPS = Number(process.env.RAPT_TUF_STEPS ?? 1000);
const MOST_AT_ONCE = 11; // steps between two refreshes of the client that is always on: one to so many
const LATE = 10; // refreshes of that client between two of a client that is seldom on
const FRESH = 50; // and between new clients, which begin at the first root
const CHANGED = 6; // of what has changed meanwhile, how much is looked at

const folder = mkdtempSync(join(tmpdir(), 'rapt-tuf-'));
let walk, registry;

before(async () => {
  walk = await Walk.start(SEED);
  registry = await Registry.start(walk);
});

after(async () => {
  await registry?.end();
  await walk?.end();
  rmSync(folder, { recursive: true, force: true });
});

function client(name) {
  return new Client(join(folder, name), registry, walk.root);
}

/** The paths that have changed, and one that may not have. */
function interesting(then, now, round) {
  const all = Object.keys(now);
  const changed = all.filter((path) => JSON.stringify(then[path]) !== JSON.stringify(now[path]));
  return [...changed.slice(-CHANGED), ...all.slice(round % Math.max(all.length, 1)).slice(0, 1)];
}

async function checkAll(who, { targets, root_version }) {
  await who.refresh();
  assert.equal(who.rootVersion(), root_version);
  for (const [path, expected] of Object.entries(targets)) await who.check(path, expected);
}

/** "published", "rotated the keys of the root": what kind of step it was. */
function kind(did) {
  return did.replace(/,.*/, '').replace(/:? (modules\/\S+|p\d+|\d+ .*)$/, '');
}

test(`tuf-js follows the registry through ${STEPS} random steps`, async (t) => {
  t.diagnostic(`RAPT_TUF_SEED=${SEED}`);
  const steady = client('steady');
  const late = client('late');
  const kinds = new Set();
  let [now, made, advisories] = [{ targets: {} }, 0, 0];
  for (let round = 1; made < STEPS; ++round) {
    const then = now.targets;
    now = await walk.steps(Math.min(1 + ((SEED + round * 5) % MOST_AT_ONCE), STEPS - made));
    made += now.did.length;
    for (const did of now.did) kinds.add(kind(did));
    advisories += now.did.filter((did) => kind(did) === 'told of').length;
    try {
      await steady.refresh();
      assert.equal(steady.rootVersion(), now.root_version);
      for (const path of interesting(then, now.targets, round)) await steady.check(path, now.targets[path]);
      assert.equal((await steady.advisories()).length, advisories);
      if (round % LATE === 0) await checkAll(late, now);
      if (round % FRESH === 0) await checkAll(client(`fresh-${round}`), now);
    } catch (error) {
      throw new Error(`step ${made}, ${now.did.join('; ')}, RAPT_TUF_SEED=${SEED}: ${error.message}`, { cause: error });
    }
  }
  for (const who of [steady, late, client('last')]) await checkAll(who, now);
  t.diagnostic(`${Object.keys(now.targets).length} targets, root ${now.root_version}; ${[...kinds].sort().join(', ')}`);
  if (STEPS >= 1000) assert.ok(kinds.size >= 14, 'the walk has been everywhere');
});

test('a client that pins another root believes nothing', async () => {
  const other = await Walk.start(SEED + 1);
  try {
    const stranger = new Client(join(folder, 'stranger'), registry, other.root);
    await assert.rejects(stranger.refresh());
  } finally {
    await other.end();
  }
});
