// SPDX-License-Identifier: AGPL-3.0-or-later
// dockerd and an image registry of the tests' own: data, sockets and ports are nobody else's, and the machine's firewall is left alone.
// The images are made here of busybox and a script, and handed to the registry, as a release's would be.
import { execFile, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as behaviors from './behaviors.mjs';

const run = promisify(execFile);
const seconds = 60;

const free_port = () => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

async function until(what, log, tries) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try { return await tries(); } catch (error) {
      if (Date.now() > deadline) throw new Error(`${what} does not answer: ${error.message}\n${readFileSync(log, 'utf8').slice(-2000)}`);
      await new Promise((later) => setTimeout(later, 100));
    }
  }
}

function start_program(folder, name, words, environment = {}) {
  const log = join(folder, `${name}.log`);
  const out = openSync(log, 'w');
  // It ends with this process, however that ends.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...words], { stdio: ['ignore', out, out], env: { ...process.env, HOME: folder, ...environment } });
  const ended = new Promise((done) => child.on('exit', done));
  child.on('error', (error) => writeFileSync(log, String(error)));
  return { log, stop: async () => { child.kill('SIGTERM'); await ended; } };
}

const script = `#!/bin/sh
case "$BEHAVIOR:$1" in
  unmigrated:migrate) echo "${behaviors.words.unmigrated}" >&2; exit 1 ;;
  *:migrate) echo migrated; exit 0 ;;
  ends:*) echo "${behaviors.words.ends}" >&2; exit 3 ;;
esac
trap 'exit 0' TERM
rounds=0
while sleep 0.1; do
  rounds=$((rounds + 1))
  [ "$BEHAVIOR:$rounds" != later:30 ] || { echo "${behaviors.words.later}"; exit 4; }
done
`;
const health = `#!/bin/sh\n[ "$BEHAVIOR" != sick ] || { echo "${behaviors.words.sick}"; exit 1; }\n`;

function make_root(folder) {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'bin'), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  chmodSync(join(root, 'bin/busybox'), 0o755);
  for (const name of ['sh', 'sleep', 'echo', 'cat']) symlinkSync('busybox', join(root, 'bin', name));
  for (const [name, text] of [['rapt', script], ['healthy', health]]) writeFileSync(join(root, name), text, { mode: 0o755 });
  return root;
}

async function make_images(folder, docker, registry) {
  const root = make_root(folder);
  const tar = join(folder, 'root.tar');
  await run('tar', ['-C', root, '-cf', tar, '.']);
  const made = {};
  for (const [name, { version, behavior }] of Object.entries(behaviors.images)) {
    const tag = `${registry}/${behaviors.repository}:${name}`;
    const lines = ['ENTRYPOINT ["/rapt"]', 'CMD ["serve"]', `ENV RELEASE=${version} BEHAVIOR=${behavior}`, `LABEL org.opencontainers.image.version=${version}`,
      'VOLUME /var/data', 'EXPOSE 3000', 'HEALTHCHECK --interval=300ms --retries=2 CMD ["/healthy"]'];
    await docker('import', ...lines.flatMap((line) => ['--change', line]), tar, tag);
    await docker('push', tag);
    made[name] = (await docker('inspect', '--format', '{{index .RepoDigests 0}}', tag)).trim();
    await docker('rmi', tag);
  }
  await docker('pull', made.one);
  return made;
}

export async function start(folder) {
  const port = await free_port();
  const config = join(folder, 'registry.yml');
  writeFileSync(config, `version: 0.1\nstorage: {filesystem: {rootdirectory: ${join(folder, 'registry')}}}\nhttp: {addr: "127.0.0.1:${port}"}\n`);
  const registry = start_program(folder, 'registry', ['docker-registry', 'serve', config]);
  const socket = join(folder, 'real.sock');
  const daemon = start_program(folder, 'dockerd', ['dockerd', '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-H', `unix://${socket}`,
    '--pidfile', join(folder, 'dockerd.pid'), '--storage-driver', 'vfs', '--iptables=false', '--ip6tables=false', '--ip-masq=false', '--bridge=none']);
  const docker = async (...words) => (await run('docker', ['-H', `unix://${socket}`, ...words], { env: { ...process.env, HOME: folder, DOCKER_CONFIG: folder } })).stdout;
  const stop = async () => {
    const left = (await docker('ps', '-aq')).split('\n').filter(Boolean);
    if (left.length) await docker('rm', '-fv', ...left);
    const networks = (await docker('network', 'ls', '-q', '--filter', 'type=custom')).split('\n').filter(Boolean);
    if (networks.length) await docker('network', 'rm', ...networks);
    await daemon.stop();
    await registry.stop();
  };
  await until('docker-registry', registry.log, async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/`);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
  });
  await until('dockerd', daemon.log, () => docker('version'));
  const made = await make_images(folder, docker, `127.0.0.1:${port}`);
  return { images: () => made, stop };
}
