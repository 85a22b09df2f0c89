// SPDX-License-Identifier: AGPL-3.0-or-later
// The module e2e-stream-filter (modules/stream_filter.c): packed, installed, and attached to tools.
import * as packed from './packed_module.mjs';

export { skip } from './packed_module.mjs';
export const name = 'e2e-stream-filter';

const text = { type: 'string', maxLength: 100 };
const schema = { type: 'object', additionalProperties: false, properties: { mask: text, cut_at: text, die_at: text, last_words: text } };

export const install = () => packed.install({
  name, title: 'A stream filter', description: 'Does what its configuration says.',
  hooks: [{ point: 'chat:on_delta', window: 'token', timeout_ms: 2000, on_failure: 'closed' },
    { point: 'chat:after_ai', timeout_ms: 2000, on_failure: 'closed' }],
}, schema);

export const remove = () => packed.remove(name);

/** A chat tool with the module, which is told what to do. */
export function definition(title, config, onFailure = 'closed') {
  return `name: ${title}\ntype: chat\nversion: 1.0.0\nbehavior: Be kind.\nmodules:\n  - name: ${name}\n    on_failure: ${onFailure}\n    config: ${JSON.stringify(config)}\n`;
}
