// SPDX-License-Identifier: AGPL-3.0-or-later
// var/run.json: where a running system is and who may log in. `write SEED FILE [PART=PID…]` makes it,
// `renew FILE [PART=PID…]` names other processes, `show FILE` tells a reader.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const pidsOf = (parts) => Object.fromEntries(parts.map((part) => part.split('=')).map(([name, pid]) => [name, Number(pid)]));

// It names passwords, so nobody else may read it, at no moment.
function save(run, out) {
  writeFileSync(`${out}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${out}.new`, out);
}

function write(seedFile, out, parts) {
  const { env } = process;
  const seed = JSON.parse(readFileSync(seedFile, 'utf8'));
  const run = {
    base_url: env.BASE_URL,
    marketplace_url: env.MARKETPLACE_URL,
    demo_model: env.DEMO_MODEL === 'yes',
    ...(seed.data ?? seed),
    // The address of somebody's own database may hold a password; that of a private one holds nothing secret.
    ...(env.OWN_DATABASE === 'yes' && { database_url: env.DATABASE_URL }),
    ...(env.OWN_REDIS === 'yes' && { redis_url: env.REDIS_URL }),
    pids: pidsOf(parts),
    started_at: new Date().toISOString(),
  };
  save(run, out);
}

function renew(file, parts) {
  save({ ...JSON.parse(readFileSync(file, 'utf8')), pids: pidsOf(parts) }, file);
}

// Thirty students are one line; every other account is shown.
function show(file) {
  const run = JSON.parse(readFileSync(file, 'utf8'));
  const seen = new Set();
  const shown = run.accounts.filter((account) => account.role !== 'student' || (!seen.has('student') && seen.add('student')));
  const students = run.accounts.filter((account) => account.role === 'student').length;
  console.log(`\n  RaptScallions is at ${run.base_url}\n`);
  for (const account of shown) {
    const more = account.role === 'student' && students > 1 ? `  (and ${students - 1} more)` : '';
    console.log(`    ${account.role.padEnd(14)} ${account.email}${more}`);
  }
  console.log(`\n    password for all  ${run.accounts[0]?.password ?? '(none)'}`);
  console.log(`    registry          ${run.marketplace_url}`);
  if (run.demo_model) console.log('    answers come from the demonstration model; set AI_API_KEY for a real one');
  console.log(`    everything        ${file}\n    stop with         ./rapt down\n`);
}

const [verb, ...rest] = process.argv.slice(2);
if (verb === 'write') write(rest[0], rest[1], rest.slice(2));
else if (verb === 'renew') renew(rest[0], rest.slice(1));
else show(rest[0]);
