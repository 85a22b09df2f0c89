// SPDX-License-Identifier: AGPL-3.0-or-later
// What the servers of these tests have in common: commands by lines, and faults that befall requests.
import readline from 'node:readline';

/**
 * A rule befalls requests whose "METHOD path" matches `match`: from the `at`th matching one on, `times` of them.
 *   status   answered with it        close    the connection is lost before anything happens
 *   hang     no answer ever, before anything happens     swallow   it happens, and no answer ever comes
 */
export class Faults {
  constructor() { this.reset(); }
  reset() { this.rules = []; this.count = 0; this.hanging = false; }
  add({ match = '.', at = 1, times = 1, ...what }) { this.rules.push({ match: new RegExp(match), at, times, seen: 0, ...what }); }

  pass(request, response, go) {
    this.count += 1;
    const rule = this.rules.find((one) => {
      if (!one.match.test(`${request.method} ${request.url}`)) return false;
      one.seen += 1;
      return one.seen >= one.at && one.seen < one.at + one.times;
    });
    if (!rule) return go();
    if (rule.close) return request.socket.destroy();
    if (rule.status) {
      response.writeHead(rule.status, { 'Content-Type': 'application/json', ...rule.headers });
      return response.end(rule.body ?? '{}');
    }
    this.hanging = true;
    if (rule.swallow) {
      response.silenced = true;
      for (const name of ['writeHead', 'write', 'end', 'flushHeaders']) response[name] = () => response;
      go();
    }
    return undefined;
  }
}

/** Says `hello`, then answers each line of the input; ends with it. */
export function serveCommands(hello, commands) {
  process.stdout.write(`${JSON.stringify(hello)}\n`);
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const { command, ...rest } = JSON.parse(line);
    let out;
    try {
      out = commands[command](rest) ?? {};
    } catch (error) {
      out = { error: String(error.stack) };
    }
    process.stdout.write(`${JSON.stringify(out)}\n`);
  });
  lines.on('close', () => process.exit(0));
}
