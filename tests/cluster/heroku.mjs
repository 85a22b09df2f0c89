// SPDX-License-Identifier: AGPL-3.0-or-later
// Heroku's Platform API v3, as much of it as an update uses, and the app itself.
//   node heroku.mjs FOLDER      ends with its standard input; each line of it is a command (JSON), answered by a line
import { createHash, randomUUID } from 'node:crypto';
import http from 'node:http';
import { gunzipSync } from 'node:zlib';

import { Faults, serveCommands } from './faults.mjs';

const KEY = 'secret-key';
const STEP = 30; // milliseconds from one state to the next
const faults = new Faults();
let app, releases, builds, dynos, uploads, how;

const now = () => new Date().toISOString();
const current = () => releases.find((one) => one.current);
const base = () => `http://127.0.0.1:${server.address().port}`;
const failure = (status, id, message) => ({ status, body: { id, message } });

function reset() {
  app = { name: 'school', web_url: `${base()}/web/`, maintenance: false };
  releases = [];
  builds = [];
  uploads = new Map();
  how = { build: 'ok', phase: 'ok', dyno: 'ok' };
  dynos = [];
  faults.reset();
}

function release(description, status, slug) {
  const out = { id: randomUUID(), version: releases.length + 1, status, description, current: false, created_at: now(), slug,
    output_stream_url: `${base()}/output/release` };
  releases.unshift(out);
  if (status === 'succeeded') take(out);
  return out;
}

/** The release is what the app runs: its dynos start. */
function take(next) {
  releases.forEach((one) => { one.current = one === next; });
  dynos = ['web.1', 'web.2', 'agent.1'].map((name) => ({ id: randomUUID(), name, type: name.split('.')[0], state: 'starting',
    release: { id: next.id, version: next.version } }));
  const mine = dynos;
  const bad = next.slug === how.bad;
  setTimeout(() => mine.forEach((dyno) => { dyno.state = bad && how.dyno === 'crash' ? 'crashed' : 'up'; }), STEP);
}

function deployed(version, age = 0) {
  const made = release('Deploy', 'succeeded', version);
  made.created_at = new Date(Date.now() - age * 1000).toISOString();
  builds.unshift({ id: randomUUID(), status: 'succeeded', source_blob: { version }, release: { id: made.id }, created_at: made.created_at,
    output_stream_url: `${base()}/output/build` });
}

/** Names of the files in a tar.gz. */
function namesIn(archive) {
  const tar = gunzipSync(archive), names = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const field = (from, length) => tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const prefix = field(345, 155);
    names.push(prefix ? `${prefix}/${field(0, 100)}` : field(0, 100));
    at += 512 + Math.ceil(parseInt(field(124, 12), 8) / 512) * 512;
  }
  return names;
}

function startBuild({ source_blob: blob }) {
  if (builds.some((one) => one.status === 'pending')) return failure(422, 'invalid_params', 'Another build is in progress');
  const bytes = uploads.get(blob?.url?.split('/').pop());
  if (!bytes) return failure(422, 'invalid_params', 'Source blob cannot be fetched');
  const right = blob.checksum === `SHA256:${createHash('sha256').update(bytes).digest('hex')}`;
  const whole = right && ['heroku.yml', 'Dockerfile', 'bin/rapt', 'release.json'].every((name) => namesIn(bytes).includes(name));
  const build = { id: randomUUID(), status: 'pending', source_blob: blob, release: null, created_at: now(), output_stream_url: `${base()}/output/build` };
  builds.unshift(build);
  setTimeout(() => {
    if (how.build !== 'ok' || !whole) { build.status = 'failed'; return; }
    const made = release(`Deploy ${blob.version}`, 'pending', blob.version);
    build.status = 'succeeded';
    build.release = { id: made.id };
    setTimeout(() => {
      made.status = how.phase === 'ok' ? 'succeeded' : 'failed';
      if (how.phase === 'ok') take(made);
    }, STEP);
  }, STEP);
  return { status: 201, body: build };
}

function rollBack({ release: id }) {
  const to = releases.find((one) => one.id === id);
  if (!to || to.status !== 'succeeded') return failure(422, 'invalid_params', 'Release cannot be rolled back to');
  return { status: 201, body: release(`Rollback to v${to.version}`, 'succeeded', to.slug) };
}

/** A build that ends just when somebody has been told one of the lists. */
function endBetweenLists() {
  const build = builds.find((one) => one.endsBetweenLists);
  if (!build) return;
  delete build.endsBetweenLists;
  build.status = 'succeeded';
  build.release = { id: release(`Deploy ${build.source_blob.version}`, 'succeeded', build.source_blob.version).id };
}

const byRange = (request, list) => {
  setImmediate(endBetweenLists);
  if (!/^(version|started_at) \.\.; order=desc, max=\d+$/.test(request.headers.range ?? '')) return failure(416, 'range', 'order it');
  return { status: 206, body: list };
};
const one = (list, id) => { const out = list.find((each) => each.id === id); return out ? { status: 200, body: out } : failure(404, 'not_found', "Couldn't find that."); };

function answer(request, path, body) {
  if (request.headers.accept !== 'application/vnd.heroku+json; version=3') return failure(406, 'not_acceptable', 'no version 3 asked for');
  if (request.headers.authorization !== `Bearer ${KEY}`) return failure(401, 'unauthorized', 'Invalid credentials provided.');
  if (request.method === 'POST' && path === '/sources') {
    const id = randomUUID();
    return { status: 201, body: { source_blob: { put_url: `${base()}/upload/${id}`, get_url: `${base()}/upload/${id}` } } };
  }
  const [, name, rest] = /^\/apps\/([^/]+)(.*)$/.exec(path) ?? [];
  if (name !== app.name) return failure(404, 'not_found', "Couldn't find that app.");
  const [, plural, id] = rest.split('/');
  if (request.method === 'POST') return plural === 'builds' ? startBuild(JSON.parse(body)) : rollBack(JSON.parse(body));
  switch (plural) {
    case undefined: return { status: 200, body: app };
    case 'dynos': return { status: 200, body: dynos };
    case 'builds': return id ? one(builds, id) : byRange(request, builds);
    case 'releases': return id ? one(releases, id) : byRange(request, releases);
    default: return failure(404, 'not_found', 'no such route');
  }
}

function handle(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => faults.pass(request, response, () => {
    const body = Buffer.concat(pieces);
    const send = (status, text) => { response.writeHead(status); response.end(text); };
    if (pathname === '/web/ready') return send(current()?.slug === how.bad && how.dyno === 'unready' ? 503 : 200, '');
    if (pathname === '/output/build') return send(200, 'Step 1\nStep 2\nERROR: no space left on device\n');
    if (pathname === '/output/release') return send(200, 'rapt migrate\nERROR: relation "users" is locked\n');
    if (pathname.startsWith('/upload/')) {
      if (request.headers.authorization || request.headers['content-type']) return send(403, 'SignatureDoesNotMatch');
      uploads.set(pathname.split('/').pop(), body);
      return send(200, '');
    }
    const what = answer(request, pathname, body.toString());
    response.writeHead(what.status, { 'Content-Type': 'application/json', 'RateLimit-Remaining': '4499', 'Request-Id': randomUUID() });
    return response.end(JSON.stringify(what.body));
  }));
}

const server = http.createServer(handle).listen(0, '127.0.0.1', () => {
  reset();
  serveCommands({ url: base() }, {
    reset,
    deployed: ({ version, age }) => deployed(version, age),
    configured: () => { release('Set AI_API_KEY config vars', 'succeeded', current().slug); },
    behave: (what) => { Object.assign(how, what); },
    app: (what) => { Object.assign(app, what); },
    scale: () => { dynos = []; },
    foreign: () => { builds.unshift({ id: randomUUID(), status: 'pending', source_blob: { version: 'abcdef' }, release: null, created_at: now() }); },
    ending: ({ version }) => { builds.unshift({ id: randomUUID(), status: 'pending', source_blob: { version }, release: null, created_at: now(), endsBetweenLists: true }); },
    fault: (rule) => faults.add(rule),
    heal: () => faults.reset(),
    state: () => ({ hanging: faults.hanging, releases, builds, dynos, slug: current()?.slug, uploads: uploads.size }),
  });
});
