// SPDX-License-Identifier: AGPL-3.0-or-later
// What a browser does with a login: it follows redirects one by one and keeps each site's cookies to itself.
import { once } from 'node:events';
import { request as overHttp } from 'node:http';
import { request as overTls } from 'node:https';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

export class Browser {
  #jars = new Map();
  #ca;

  constructor(caFile) { this.#ca = readFileSync(caFile); }

  jar(url) {
    const { origin } = new URL(url);
    if (!this.#jars.has(origin)) this.#jars.set(origin, new Map());
    return this.#jars.get(origin);
  }

  /** One request, without following. */
  async get(url, headers = {}) {
    const jar = this.jar(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { accept: 'text/html', ...(cookie && { cookie }), ...headers };
    const asked = (url.startsWith('https:') ? overTls : overHttp)(url, { headers: all, ca: this.#ca });
    asked.end();
    const [response] = await once(asked, 'response');
    for (const line of response.headers['set-cookie'] ?? []) {
      const [name, value] = line.split(';')[0].split(/=(.*)/s);
      if (value === '' || /max-age=0/i.test(line)) jar.delete(name); else jar.set(name, value);
    }
    const { location } = response.headers;
    return { status: response.statusCode, location: location && new URL(location, url).href, body: await text(response), headers: response.headers };
  }
}
