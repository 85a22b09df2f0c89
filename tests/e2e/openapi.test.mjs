// SPDX-License-Identifier: AGPL-3.0-or-later
// The API's own description: without a finding of a linter, and kept by what the host answers.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { base } from './client.mjs';
import { Contract } from './contract.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** All findings of spectral's rules for OpenAPI: [{code, message, path}]. */
async function findings(document) {
  const folder = await mkdtemp(join(tmpdir(), 'openapi-'));
  try {
    const file = join(folder, 'openapi.json');
    await writeFile(file, JSON.stringify(document));
    const spectral = join(here, 'node_modules/@stoplight/spectral-cli/dist/index.js');
    const args = [spectral, 'lint', file, '--ruleset', join(here, '.spectral.yaml'), '--format', 'json', '--quiet', '--fail-severity', 'hint'];
    const { stdout, stderr } = await new Promise((resolve) => {
      execFile(process.execPath, args, { maxBuffer: 64 << 20 }, (error, out, err) => resolve({ error, stdout: out, stderr: err }));
    });
    // It prints a sentence instead of an empty list when it has none.
    const start = stdout.indexOf('[');
    assert.ok(start >= 0 || /No results/.test(stdout), `spectral said: ${stdout}${stderr}`);
    return start < 0 ? [] : JSON.parse(stdout.slice(start, stdout.lastIndexOf(']') + 1));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function description() {
  const response = await fetch(`${base}/api/openapi.json`);
  assert.equal(response.status, 200);
  return response.json();
}

test('the linter finds nothing in the description, and would', async () => {
  const document = await description();
  const found = await findings(document);
  assert.deepEqual(found.map((one) => `${one.code} ${one.path.join('.')}: ${one.message}`), []);
  delete document.paths['/auth/me'].get.operationId;
  delete document.info.contact;
  const codes = (await findings(document)).map((one) => one.code);
  assert.ok(codes.includes('operation-operationId') && codes.includes('info-contact'), codes.join());
});

test('what is not as described is found', async () => {
  const contract = new Contract(await description());
  const headers = new Headers({ 'content-type': 'application/json', 'x-request-id': '1' });
  const data = { name: 'R', version: '1', demo_model: true, development_mode: false, registration: 'closed' };
  const seen = (status, body, more = headers) => contract.fault({ method: 'GET', route: '/instance', status, headers: more, body: JSON.stringify(body) });
  assert.equal(seen(200, { data }), '');
  assert.match(seen(200, { data: { ...data, more: 1 } }), /additional properties/);
  assert.match(seen(200, { data: { ...data, demo_model: 'yes' } }), /boolean/);
  assert.match(seen(418, {}), /describes no 418/);
  assert.match(seen(200, { data }, new Headers({ 'content-type': 'application/json' })), /x-request-id/i);
  assert.match(seen(200, { data }, new Headers({ 'content-type': 'text/html', 'x-request-id': '1' })), /text\/html/);
  assert.equal(contract.operation('POST', '/classes/join').operationId, 'joinClass');
});

test('an answer that has not changed is not sent again', async () => {
  const first = await fetch(`${base}/api/openapi.json`);
  await first.text();
  const again = await fetch(`${base}/api/v1/openapi.json`, { headers: { 'if-none-match': first.headers.get('etag') } });
  assert.equal(again.status, 304);
});
