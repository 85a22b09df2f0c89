// SPDX-License-Identifier: AGPL-3.0-or-later
// What a release is made of, as CycloneDX 1.5: the Debian packages whose libraries the programs load or hold, and the npm
// packages of the pages by their lock files. Says nothing of when and where, so that the same parts give the same text.
//   node sbom.mjs VERSION BIN_FOLDER LOCK_FILE… > sbom.json
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

const [version, bin, ...locks] = process.argv.slice(2);
if (!locks.length) {
  console.error('usage: node sbom.mjs VERSION BIN_FOLDER LOCK_FILE…');
  process.exit(2);
}
const run = (program, ...words) => execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** The library files that a program loads. */
function librariesOf(program) {
  return run('ldd', program)
    .split('\n')
    .map((line) => line.match(/(?:=>\s*)?(\/\S+) \(0x/)?.[1])
    .filter(Boolean);
}

/** The package that a file belongs to. Debian knows it by the name that it has in the package, before /lib became a link. */
function packageOf(file) {
  const real = realpathSync(file);
  for (const name of new Set([file, real, file.replace(/^\/usr\/lib/, '/lib'), real.replace(/^\/usr\/lib/, '/lib')])) {
    try {
      return run('dpkg-query', '-S', name).split(': ')[0].split(',')[0];
    } catch {
      // Not under this name; the next may be the one.
    }
  }
  throw new Error(`no Debian package owns ${file}: what it is cannot be said`);
}

/** What is linked into a program, which cannot be seen on it any more. */
const HELD = ['libjemalloc-dev'];

function debianPackages() {
  const files = new Set(readdirSync(bin).flatMap((name) => librariesOf(join(bin, name))));
  const packages = new Set([...[...files].map(packageOf), ...HELD]);
  return [...packages].map((name) => {
    const [plain, number, architecture] = run('dpkg-query', '-W', '-f', '${Package}\t${Version}\t${Architecture}', name).split('\t');
    return { type: 'library', name: plain, version: number, purl: `pkg:deb/debian/${plain}@${encodeURIComponent(number)}?arch=${architecture}` };
  });
}

function npmPackages(lock) {
  const packages = Object.entries(JSON.parse(readFileSync(lock, 'utf8')).packages);
  return packages
    .filter(([path, one]) => path && !one.link)
    .map(([path, one]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const component = { type: 'library', name, version: one.version, purl: `pkg:npm/${name.replace('@', '%40')}@${one.version}` };
      // What builds the pages is no part of them.
      return { ...component, scope: one.dev ? 'excluded' : 'required' };
    });
}

const byPurl = new Map();
for (const one of [...debianPackages(), ...locks.flatMap(npmPackages)]) {
  if (byPurl.get(one.purl)?.scope !== 'required') byPurl.set(one.purl, one);
}
const components = [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
const component = { type: 'application', name: 'raptscallions', version, licenses: [{ license: { id: 'AGPL-3.0-or-later' } }] };
console.log(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata: { component }, components }, null, 1));
