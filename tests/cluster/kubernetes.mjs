// SPDX-License-Identifier: AGPL-3.0-or-later
// An API server of Kubernetes with an authority of its own: as much of it as `kubectl get, patch, rollout status, logs` use.
//   node kubernetes.mjs FOLDER      writes FOLDER/account/{token,ca.crt,namespace}; ends with its standard input
// Each line of the input is a command (JSON), each is answered by a line.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';

import { Cluster } from './kubernetes_cluster.mjs';
import { Faults, serveCommands } from './faults.mjs';

const folder = process.argv[2];
const account = path.join(folder, 'account');
const namespace = 'school';
const cluster = new Cluster(namespace);
const faults = new Faults();
let token = 'first-token';
let deny = [];

const GROUPS = { '/apis/apps/v1': { deployments: 'Deployment' }, '/apis/batch/v1': { jobs: 'Job' }, '/api/v1': { pods: 'Pod', events: 'Event' } };

function makeAuthority() {
  fs.mkdirSync(account, { recursive: true });
  const file = (name) => path.join(folder, name);
  const openssl = (...words) => execFileSync('openssl', words, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', file('ca.key'), '-out', path.join(account, 'ca.crt'), '-subj', '/CN=cluster', '-days', '2');
  openssl('req', ...key, '-keyout', file('server.key'), '-out', file('server.csr'), '-subj', '/CN=kubernetes');
  fs.writeFileSync(file('names'), 'subjectAltName=IP:127.0.0.1\n');
  openssl('x509', '-req', '-in', file('server.csr'), '-CA', path.join(account, 'ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial',
    '-out', file('server.crt'), '-days', '2', '-extfile', file('names'));
  fs.writeFileSync(path.join(account, 'namespace'), namespace);
  fs.writeFileSync(path.join(account, 'token'), `${token}\n`);
  return { key: fs.readFileSync(file('server.key')), cert: fs.readFileSync(file('server.crt')) };
}

const status = (code, reason, message) => ({ code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code } });
const ok = (body, code = 200) => ({ code, body });

/** A strategic merge: null takes away, lists of named things are merged by name. */
function merge(target, patch) {
  if (Array.isArray(patch) && patch.every((one) => one && typeof one === 'object' && 'name' in one)) {
    const out = Array.isArray(target) ? target.map((one) => one) : [];
    for (const one of patch) {
      const at = out.findIndex((other) => other.name === one.name);
      if (at < 0) out.push(one);
      else out[at] = merge(out[at], one);
    }
    return out;
  }
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const out = target && typeof target === 'object' && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) continue; // directives of kubectl's own
    if (value === null) delete out[name];
    else out[name] = merge(out[name], value);
  }
  return out;
}

function selects(url, object) {
  const fields = url.searchParams.get('fieldSelector') ?? '', labels = url.searchParams.get('labelSelector') ?? '';
  const at = (name) => name.split('.').reduce((value, part) => value?.[part], object);
  return fields.split(',').filter(Boolean).every((term) => { const [name, value] = term.split('='); return at(name) === value; })
    && labels.split(',').filter(Boolean).every((term) => { const [name, value] = term.split('='); return object.metadata.labels?.[name] === value; });
}

function discovery(pathname) {
  const versions = { '/api': { kind: 'APIVersions', versions: ['v1'] }, '/version': { major: '1', minor: '32', gitVersion: 'v1.32.0' } };
  if (versions[pathname]) return ok(versions[pathname]);
  if (pathname === '/apis') {
    return ok({ kind: 'APIGroupList', apiVersion: 'v1', groups: ['apps', 'batch'].map((name) => {
      const version = { groupVersion: `${name}/v1`, version: 'v1' };
      return { name, versions: [version], preferredVersion: version };
    }) });
  }
  const kinds = GROUPS[pathname];
  if (!kinds) return undefined;
  const resources = Object.entries(kinds).map(([name, kind]) => ({ name, singularName: name.slice(0, -1), namespaced: true, kind,
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'] }));
  return ok({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: pathname.replace(/^\/apis?\//, ''), resources });
}

function watch(url, plural, response) {
  const from = Number(url.searchParams.get('resourceVersion') ?? 0);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  const send = (type, object) => response.write(`${JSON.stringify({ type, object })}\n`);
  if (from !== 0 && from < cluster.compacted) {
    send('ERROR', status(410, 'Expired', `too old resource version: ${from} (${cluster.compacted})`).body);
    response.end();
    return;
  }
  const take = (event) => { if (event.plural === plural && event.version > from && selects(url, event.object)) send(event.type, event.object); };
  cluster.history.forEach(take);
  cluster.watchers.add(take);
  const end = () => {
    clearTimeout(timer);
    cluster.watchers.delete(take);
    if (url.searchParams.get('allowWatchBookmarks') === 'true')
      send('BOOKMARK', { kind: 'Bookmark', metadata: { resourceVersion: String(cluster.version) } });
    response.end();
  };
  const timer = setTimeout(end, Number(url.searchParams.get('timeoutSeconds') ?? 300) * 1000);
  response.on('close', () => { clearTimeout(timer); cluster.watchers.delete(take); });
}

function patched(plural, name, body) {
  const object = cluster.get(plural, name);
  const patch = JSON.parse(body);
  const expected = patch.metadata?.resourceVersion;
  if (expected !== undefined && expected !== object.metadata.resourceVersion)
    return status(409, 'Conflict', `Operation cannot be fulfilled on ${plural} "${name}": the object has been modified; please apply your changes to the latest version and try again`);
  cluster.replace(plural, merge(object, patch));
  return ok(cluster.get(plural, name));
}

function answer(request, url, body, response) {
  const known = discovery(url.pathname);
  if (known) return known;
  const match = /^(\/apis\/[a-z]+\/v1|\/api\/v1)\/namespaces\/([a-z]+)\/([a-z]+)(?:\/([^/]+))?(\/log)?$/.exec(url.pathname);
  const kind = match && GROUPS[match[1]]?.[match[3]];
  if (!kind || match[2] !== namespace) return status(404, 'NotFound', 'the server could not find the requested resource');
  const [, group, , plural, name, log] = match;
  const watching = /^(1|true)$/.test(url.searchParams.get('watch') ?? '');
  const verb = { GET: name ? 'get' : watching ? 'watch' : 'list', POST: 'create', PATCH: 'patch', DELETE: 'delete' }[request.method];
  if (deny.includes(`${verb} ${plural}`)) {
    return status(403, 'Forbidden', `${plural} is forbidden: User "system:serviceaccount:${namespace}:agent" cannot ${verb} resource "${plural}" in the namespace "${namespace}"`);
  }
  if (verb === 'watch') return watch(url, plural, response);
  if (verb === 'list') {
    const items = cluster.list(plural).filter((object) => selects(url, object));
    return ok({ kind: `${kind}List`, apiVersion: group.replace(/^\/apis?\//, ''), metadata: { resourceVersion: String(cluster.version) }, items });
  }
  if (verb === 'create') {
    const object = JSON.parse(body);
    if (cluster.get(plural, object.metadata.name)) return status(409, 'AlreadyExists', `${plural} "${object.metadata.name}" already exists`);
    return ok(cluster.add(plural, object), 201);
  }
  const object = cluster.get(plural, name);
  if (!object) return status(404, 'NotFound', `${plural} "${name}" not found`);
  if (log) return { code: 200, text: object.log ?? 'config: DATABASE_URL is missing\n' };
  if (verb === 'get') return ok(object);
  if (verb === 'delete') return ok(cluster.remove(plural, name));
  if (!/(strategic-)?merge-patch\+json$/.test(request.headers['content-type'])) return status(415, 'UnsupportedMediaType', 'not a patch');
  return patched(plural, name, body);
}

function handle(request, response) {
  const url = new URL(request.url, 'https://localhost');
  let body = '';
  request.on('data', (piece) => { body += piece; });
  request.on('end', () => faults.pass(request, response, () => {
    if (request.headers.authorization !== `Bearer ${token}`) return reply(response, status(401, 'Unauthorized', 'Unauthorized'));
    return reply(response, answer(request, url, body, response));
  }));
}

function reply(response, what) {
  if (!what || response.silenced) return;
  response.writeHead(what.code, { 'Content-Type': what.text === undefined ? 'application/json' : 'text/plain' });
  response.end(what.text ?? JSON.stringify(what.body));
}

function deploy({ name, image, replicas = 2, version, sidecar }) {
  const labels = { app: name };
  const containers = [{ name: 'raptscallions', image, args: ['serve'], ports: [{ containerPort: 3000 }],
    env: [{ name: 'DATABASE_URL', value: 'postgresql://db' }], readinessProbe: { httpGet: { path: '/ready', port: 3000 } } }];
  if (sidecar) containers.push({ name: 'proxy', image: 'proxy:1' });
  cluster.add('deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels, annotations: version ? { 'raptscallions.org/version': version } : {} },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } }, status: {} });
}

const server = https.createServer(makeAuthority(), handle).listen(0, '127.0.0.1', () => {
  serveCommands({ url: `https://127.0.0.1:${server.address().port}` }, {
    deploy,
    edit: ({ name, spec = {}, annotations = {} }) => cluster.replace('deployments', merge(cluster.get('deployments', name), { spec, metadata: { annotations } })),
    behave: (how) => { Object.assign(cluster.behavior, how); },
    set: ({ migration, quota }) => { if (migration) cluster.migration = migration; if (quota !== undefined) cluster.quota = quota; },
    deny: ({ rules }) => { deny = rules; },
    reset: () => { cluster.reset(); faults.reset(); deny = []; },
    heal: () => faults.reset(),
    compact: () => cluster.compact(),
    rotate: () => { token = `next-${token}`; fs.writeFileSync(path.join(account, 'token'), token); },
    fault: (rule) => faults.add(rule),
    state: () => ({ hanging: faults.hanging, requests: faults.count,
      deployments: cluster.list('deployments'), jobs: cluster.list('jobs'), pods: cluster.list('pods').map(({ metadata, spec }) => ({ metadata, spec })) }),
  });
});
