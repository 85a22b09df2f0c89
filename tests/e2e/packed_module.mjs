// SPDX-License-Identifier: AGPL-3.0-or-later
// Packs one of the modules in modules/ and installs it in the system under test.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { RAPT_BUILD_DIR: build, RAPT_LAUNCHER: launcher, RAPT_INSTANCE: instance } = process.env;
/** Why these tests cannot run; false when they can. */
export const skip = build && launcher && instance ? false : 'RAPT_BUILD_DIR, RAPT_LAUNCHER and RAPT_INSTANCE are not set';
const architecture = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';

export const rapt = (...words) => execFileSync(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

function stageIn(folder, manifest, configSchema) {
  const { name } = manifest;
  const stage = join(folder, name);
  const library = `lib/${architecture}/${name}.so`;
  const write = (path, text) => writeFileSync(join(stage, path), text);
  mkdirSync(join(stage, 'lib', architecture), { recursive: true });
  copyFileSync(join(build, 'tests', 'e2e', 'modules', `${name}.so`), join(stage, library));
  chmodSync(join(stage, library), 0o644);
  write('LICENSE', 'AGPL-3.0-or-later\n');
  write('CHANGELOG.md', '# 1.0.0\n');
  write('sbom.spdx.json', JSON.stringify({
    spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', packages: [{ SPDXID: 'SPDXRef-Package', name, versionInfo: '1.0.0' }],
  }));
  if (configSchema) write('config.schema.json', JSON.stringify(configSchema));
  write('manifest.json', JSON.stringify({
    version: '1.0.0', publisher: 'raptscallions', license: 'AGPL-3.0-or-later', abi: '1.1', permissions: [], hooks: [],
    libraries: { [architecture]: library }, memory_mb: 32, ...(configSchema && { config_schema: 'config.schema.json' }), ...manifest,
  }));
  return stage;
}

/** `manifest` holds what is the module's own: name, title, description, hooks, panels, … */
export function install(manifest, configSchema) {
  const folder = mkdtempSync(join(tmpdir(), 'rapt-e2e-'));
  try {
    chmodSync(folder, 0o755);
    const bundle = join(folder, `${manifest.name}.rapt`);
    execFileSync(join(build, 'bin', 'rapt'), ['pack', stageIn(folder, manifest, configSchema), '--key', join(build, 'keys', 'raptscallions.key'), '--out', bundle], { stdio: 'pipe' });
    chmodSync(bundle, 0o644);
    rapt('module', 'install', bundle, '--yes', '--replace');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const remove = (name) => rapt('module', 'remove', name);
