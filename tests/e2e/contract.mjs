// SPDX-License-Identifier: AGPL-3.0-or-later
// Holds every answer against the API's own description, which the running host tells at /api/openapi.json.
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const named = '#/components/schemas/';

/** References of the document as ajv finds them: each component is a schema of its own. */
function linked(value) {
  if (Array.isArray(value)) return value.map(linked);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) =>
    [key, key === '$ref' && typeof inner === 'string' ? inner.replace(named, 'components:') : linked(inner)]));
}

export class Contract {
  #document;
  #ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, allowUnionTypes: true });
  #compiled = new Map();
  #paths;

  constructor(document) {
    this.#document = document;
    addFormats.default ? addFormats.default(this.#ajv) : addFormats(this.#ajv);
    for (const [name, schema] of Object.entries(document.components.schemas)) this.#ajv.addSchema(linked(schema), `components:${name}`);
    this.#paths = Object.keys(document.paths).map((path) => ({
      path, pattern: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`),
    }));
    // "/classes/join" is no class: what has fewer parameters comes first.
    const parameters = (path) => path.split('{').length;
    this.#paths.sort((a, b) => parameters(a.path) - parameters(b.path));
  }

  static async of(base) {
    const response = await fetch(`${base}/api/openapi.json`);
    if (response.status !== 200) throw new Error(`GET /api/openapi.json: ${response.status} ${await response.text()}`);
    return new Contract(await response.json());
  }

  #resolved(value) {
    if (!value.$ref) return value;
    return value.$ref.slice(2).split('/').reduce((node, part) => node[part], this.#document);
  }

  operation(method, route) {
    const path = new URL(route, 'http://x').pathname.replace(/^\/api(\/v1)?(?=\/)/, '');
    const wanted = (method === 'HEAD' ? 'GET' : method).toLowerCase();
    for (const one of this.#paths) {
      const operation = one.pattern.test(path) && this.#document.paths[one.path][wanted];
      if (operation) return operation;
    }
    return undefined;
  }

  /** What is wrong with an answer; '' when it is as described. `body` is its text. */
  fault({ method, route, status, headers, body }) {
    const operation = this.operation(method, route);
    if (!operation) return status >= 400 ? this.#bodyFault({ $ref: `${named}Error` }, body, 'Error') : '';
    // What a module answers, its manifest does not say.
    const described = operation.responses[status] ?? operation.responses[`${String(status)[0]}XX`] ?? operation.responses.default;
    if (!described) return `${operation.operationId} describes no ${status}`;
    const response = this.#resolved(described);
    for (const [name, header] of Object.entries(response.headers ?? {})) {
      if (this.#resolved(header).required && !headers.get(name)) return `the header ${name} is missing`;
    }
    const type = (headers.get('content-type') ?? '').split(';')[0];
    if (!response.content) return type === '' && body === '' ? '' : 'it is described without a body';
    const media = response.content[type];
    if (!media) return `the content type "${type}" is not described`;
    if (type !== 'application/json' || method === 'HEAD') return '';
    return this.#bodyFault(media.schema, body, `${operation.operationId} ${status}`);
  }

  #bodyFault(schema, body, key) {
    let value;
    try { value = JSON.parse(body); } catch (error) { return `the body is no JSON: ${error.message}`; }
    if (!this.#compiled.has(key)) this.#compiled.set(key, this.#ajv.compile(linked(schema)));
    const valid = this.#compiled.get(key);
    if (valid(value)) return '';
    return valid.errors.map((one) => `${one.instancePath || '(body)'} ${one.message} ${JSON.stringify(one.params)}`).join('\n  ');
  }
}
