// SPDX-License-Identifier: AGPL-3.0-or-later
// A Docker Engine for tests at FOLDER/engine.sock: the made-up one, or with --real a dockerd of its own behind it. Says in a line of
// JSON when it is ready, and ends with its standard input. Beside the engine's API, tests may ask for faults:
//   POST /_test/fault {"match": "^POST /containers/.*/start", "nth": 1, "times": 1, "action": …}; a client may ask anew when a connection goes
//       "fail" (a 500 with `message`), "full" (an error within a 200's stream); nothing is done, and the connection goes ("cut") or no
//       answer comes ("hang"); it is done, and the connection goes ("lost") or no answer comes ("stall"); "away": cut, and so is all else
//   POST /_test/clear           no fault any more; what hangs is cut
//   GET  /_test/state           {"hit": whether the fault has come to pass, "changes": what has been asked for but GET}
import http from 'node:http';
import { join } from 'node:path';
import { FakeEngine } from './fake_engine.mjs';

const folder = process.argv[2];
const real = process.argv.includes('--real');
const socket = join(folder, 'engine.sock');

let fault = null;
let hit = false; // set when all that the fault lets happen has happened
let changes = [];
const hanging = new Set();

const read = async (stream) => {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
};
const answer = (response, status, value) => {
  const body = Buffer.from(value === undefined ? '' : JSON.stringify(value));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
};

function control(path, body, response) {
  if (path === '/_test/fault') [fault, hit] = [{ seen: 0, nth: 1, times: 1, ...JSON.parse(body) }, false];
  if (path === '/_test/clear') {
    fault = null;
    for (const each of hanging) each.destroy();
    hanging.clear();
  }
  if (path === '/_test/forget') changes = [];
  answer(response, 200, { hit, changes });
}

/** Which fault this request meets, "" for none. */
function fault_for(line) {
  if (!fault) return '';
  if (fault.action === 'away' && hit) return 'cut';
  if (!new RegExp(fault.match).test(line)) return '';
  fault.seen += 1;
  if (fault.seen < fault.nth || fault.seen >= fault.nth + fault.times) return '';
  hit = fault.action !== 'stall';
  return fault.action;
}

/** Hands the request to dockerd and its answer back, piece by piece. */
function forward(request, body, response) {
  const headers = { ...request.headers, 'content-length': body.length };
  delete headers['transfer-encoding'];
  const upstream = http.request({ socketPath: join(folder, 'real.sock'), method: request.method, path: request.url, headers });
  return new Promise((done) => {
    upstream.on('response', (from) => {
      response.writeHead(from.statusCode, from.headers);
      from.pipe(response);
      from.on('end', done);
    });
    upstream.on('error', () => { response.destroy(); done(); });
    upstream.end(body);
  });
}

const fake = real ? null : new FakeEngine();
const engine = real ? await (await import('./real_engine.mjs')).start(folder) : fake;

const server = http.createServer(async (request, response) => {
  const body = await read(request);
  const path = request.url.replace(/^\/v1\.\d+/, '');
  if (path.startsWith('/_test/')) return control(path, body, response);
  const line = `${request.method} ${path}`;
  if (request.method !== 'GET' && request.method !== 'HEAD') changes.push(line);
  const action = fault_for(line);
  if (action === 'fail') return answer(response, 500, { message: fault.message ?? 'something went wrong' });
  if (action === 'full') {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write(`${JSON.stringify({ status: 'Downloading', id: 'abc', progressDetail: { current: 1 << 20, total: 4 << 20 } })}\r\n`);
    const words = 'write /var/lib/docker/tmp/GetImageBlob1: no space left on device';
    return response.end(`${JSON.stringify({ errorDetail: { message: words }, error: words })}\r\n`);
  }
  if (action === 'cut' || action === 'away') return request.socket.destroy();
  if (action === 'hang') return hanging.add(request.socket);
  if (action === 'stall') hanging.add(request.socket);
  if (action === 'lost' || action === 'stall') {
    response.writeHead = () => response;
    response.write = () => true;
    response.end = () => (action === 'lost' ? request.socket.destroy() : (hit = true));
  }
  if (real) return forward(request, body, response);
  return fake.handle(request.method, new URL(path, 'http://docker'), body, request.headers, response);
});

server.listen(socket, () => console.log(JSON.stringify({ socket, images: engine.images() })));
process.stdin.resume();
process.stdin.on('end', async () => {
  await engine.stop();
  process.exit(0);
});
