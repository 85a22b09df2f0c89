// SPDX-License-Identifier: AGPL-3.0-or-later
// An S3 store for tests: npm's s3rver behind a gate that verifies every signature with npm's aws4 (s3rver itself
// believes any of version 4), compares each body with the digest that was signed, and misbehaves on demand.
//
// Prints {"url"} when it is ready and ends with its standard input. What it is told, by POST /-/NAME with JSON:
//   faults  [{"method", "status", "code", "times", "cut_after", "drop"}]: the next requests that fit get them, in order
//   clock   {"minutes"}: how far its clock is off
//   forget  {"key"}: that there is such an object
// and GET /-/log answers [{"method", "url", "range", "status"}] of what it was asked.
import aws4 from 'aws4';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';

const KEY = 'S3RVER'; // the one account that s3rver knows
const SECRET = process.env.S3_TEST_SECRET ?? 'S3RVER';
const TOKEN = process.env.S3_TEST_TOKEN; // a session token that has to come with each request
const BUCKET = 'modules';
const SKEW = 15 * 60 * 1000; // what S3 itself allows

const folder = mkdtempSync(join(tmpdir(), 'rapt-s3-'));
const store = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: folder, configureBuckets: [{ name: BUCKET }] });
const behind = await store.run();
const state = { faults: [], minutes: 0, log: [], forgotten: new Set() };

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function refusal(status, code, message) {
  return { status, body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}

/** "20260102T030405Z" in milliseconds. */
function instant(date = '') {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

/** What is wrong with a request's signature, undefined when nothing is. */
function wrong(request, body) {
  const given = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    request.headers.authorization ?? '',
  );
  if (!given) return refusal(403, 'AccessDenied', 'Access Denied');
  const [, key, region, signed, signature] = given;
  if (key !== KEY) return refusal(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  const date = request.headers['x-amz-date'];
  if (!(Math.abs(Date.now() + state.minutes * 60_000 - instant(date)) < SKEW))
    return refusal(403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.');
  const names = signed.split(';');
  // S3 wants all of these signed where they are sent.
  const needed = Object.keys(request.headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  if (needed.some((name) => !names.includes(name))) return refusal(403, 'AccessDenied', 'There were headers present in the request which were not signed');
  const again = {
    service: 's3',
    region,
    method: request.method,
    path: request.url,
    headers: Object.fromEntries(names.map((name) => [name, request.headers[name] ?? ''])),
    extraHeadersToInclude: Object.fromEntries(names.map((name) => [name, true])),
  };
  const expected = aws4.sign(again, { accessKeyId: KEY, secretAccessKey: SECRET }).headers.Authorization;
  if (!expected.endsWith(`Signature=${signature}`))
    return refusal(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.');
  if (TOKEN && request.headers['x-amz-security-token'] !== TOKEN) return refusal(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
  if (sha256(body) !== request.headers['x-amz-content-sha256'])
    return refusal(400, 'XAmzContentSHA256Mismatch', 'The provided x-amz-content-sha256 header does not match what was computed.');
  return undefined;
}

function answer(request, response, { status, body }) {
  response.writeHead(status, { 'Content-Type': 'application/xml', 'Content-Length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Hands the request on; the answer is cut off after so many bytes if a fault says so. */
function pass(request, body, response, fault) {
  const onward = http.request(
    { host: '127.0.0.1', port: behind.port, method: request.method, path: request.url, headers: request.headers },
    (reply) => {
      response.writeHead(reply.statusCode, reply.headers);
      let left = fault?.cut_after ?? Infinity;
      reply.on('data', (piece) => {
        if (left <= 0) return;
        response.write(piece.subarray(0, left));
        left -= piece.length;
        // What has been written still goes out.
        if (left <= 0) response.socket?.destroySoon();
      });
      reply.on('end', () => left > 0 && response.end());
    },
  );
  onward.on('error', () => response.destroy());
  onward.end(body);
}

function control(request, body, response) {
  const name = request.url.slice(3);
  if (name === 'faults') state.faults = JSON.parse(body);
  else if (name === 'clock') state.minutes = JSON.parse(body).minutes;
  else if (name === 'forget') state.forgotten.add(`/${BUCKET}/${JSON.parse(body).key}`);
  else if (name === 'log') {
    response.end(JSON.stringify(state.log));
    return;
  }
  response.end('{}');
}

/** The next fault that is meant for this request. */
function fault_for(request) {
  const fault = state.faults[0];
  if (!fault || (fault.method && fault.method !== request.method)) return undefined;
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) state.faults.shift();
  return fault;
}

const gate = http.createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  if (request.url.startsWith('/-/')) return control(request, body, response);
  const told = { method: request.method, url: request.url, range: request.headers.range, bytes: body.length };
  state.log.push(told);
  response.on('close', () => (told.status = response.statusCode));
  const refused = wrong(request, body);
  if (refused) return answer(request, response, refused);
  const fault = fault_for(request);
  if (fault?.status) return answer(request, response, refusal(fault.status, fault.code, fault.code));
  if (fault?.drop) return response.destroy();
  if (state.forgotten.has(request.url)) return answer(request, response, refusal(404, 'NoSuchKey', 'The specified key does not exist.'));
  return pass(request, body, response, fault);
});

gate.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: `http://127.0.0.1:${gate.address().port}` })));
process.stdin.on('end', () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
process.stdin.resume();
