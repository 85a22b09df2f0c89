// SPDX-License-Identifier: AGPL-3.0-or-later
// The module e2e-stream-filter (modules/stream_filter.c): packed, installed, and attached to tools.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { RAPT_BUILD_DIR: build, RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance } = process.env;
export const skip = build && launcher && instance ? false : 'RAPT_BUILD_DIR, RAPT_LAUNCHER and RAPT_INSTANCE are not set';
export const name = 'e2e-stream-filter';
const architecture = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';

const rapt = (...words) => execFileSync(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

const text = { type: 'string', maxLength: 100 };
const schema = { type: 'object', additionalProperties: false, properties: { mask: text, cut_at: text, die_at: text, last_words: text } };

function stageIn(folder) {
  const stage = join(folder, name);
  const library = `lib/${architecture}/${name}.so`;
  mkdirSync(join(stage, 'lib', architecture), { recursive: true });
  copyFileSync(join(build, 'tests', 'e2e', 'modules', `${name}.so`), join(stage, library));
  chmodSync(join(stage, library), 0o644);
  writeFileSync(join(stage, 'LICENSE'), 'AGPL-3.0-or-later\n');
  writeFileSync(join(stage, 'CHANGELOG.md'), '# 1.0.0\n');
  writeFileSync(join(stage, 'sbom.spdx.json'), JSON.stringify({
    spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', packages: [{ SPDXID: 'SPDXRef-Package', name, versionInfo: '1.0.0' }],
  }));
  writeFileSync(join(stage, 'config.schema.json'), JSON.stringify(schema));
  writeFileSync(join(stage, 'manifest.json'), JSON.stringify({
    name, version: '1.0.0', title: 'A stream filter', description: 'Does what its configuration says.', publisher: 'raptscallions',
    license: 'AGPL-3.0-or-later', abi: '1.1', permissions: [], libraries: { [architecture]: library }, memory_mb: 32,
    config_schema: 'config.schema.json',
    hooks: [{ point: 'chat:on_delta', window: 'token', timeout_ms: 2000, on_failure: 'closed' },
      { point: 'chat:after_ai', timeout_ms: 2000, on_failure: 'closed' }],
  }));
  return stage;
}

export function install() {
  const folder = mkdtempSync(join(tmpdir(), 'rapt-e2e-'));
  try {
    chmodSync(folder, 0o755);
    const bundle = join(folder, `${name}.rapt`);
    execFileSync(join(build, 'bin', 'rapt'), ['pack', stageIn(folder), '--key', join(build, 'keys', 'raptscallions.key'), '--out', bundle], { stdio: 'pipe' });
    chmodSync(bundle, 0o644);
    rapt('module', 'install', bundle, '--yes', '--replace');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const remove = () => rapt('module', 'remove', name);

/** A chat tool with the module, which is told what to do. */
export function definition(title, config, onFailure = 'closed') {
  return `name: ${title}\ntype: chat\nversion: 1.0.0\nbehavior: Be kind.\nmodules:\n  - name: ${name}\n    on_failure: ${onFailure}\n    config: ${JSON.stringify(config)}\n`;
}
