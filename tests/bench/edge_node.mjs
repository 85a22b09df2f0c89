// SPDX-License-Identifier: AGPL-3.0-or-later
// The least that a Node server can do: one JSON answer to everything. Prints its port; ends with its standard input.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end('{"data":{"status":"ok"}}');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
