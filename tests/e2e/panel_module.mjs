// SPDX-License-Identifier: AGPL-3.0-or-later
// The module e2e-panel-show (modules/panel_show.cpp): panels of every kind at every place, and settings of every kind.
import * as packed from './packed_module.mjs';

export { skip } from './packed_module.mjs';
export const name = 'e2e-panel-show';

const panel = (id, title, place, access, timeout_ms = 5000) => ({ id, title, place, access, timeout_ms });

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    greeting: { type: 'string', title: 'Greeting', description: 'What stands above the log.', maxLength: 40, default: 'Hello' },
    most: { type: 'integer', title: 'Most entries', description: 'How many are shown.', minimum: 1, maximum: 500, default: 20, 'x-rapt-narrow': 'max' },
    share: { type: 'number', title: 'Share that counts', minimum: 0, maximum: 1 },
    public: { type: 'boolean', title: 'Shown to students', default: false },
    order: { type: 'string', title: 'Order', enum: ['newest', 'oldest'], default: 'newest' },
    kinds: { type: 'array', title: 'Kinds', items: { type: 'string', enum: ['book', 'article', 'comic'] }, 'x-rapt-narrow': 'subset' },
    words: { type: 'array', title: 'Words', items: { type: 'string', maxLength: 20 } },
    api_key: { type: 'string', title: 'API key', description: 'Of the library.', 'x-rapt-secret': true },
  },
};

export const install = () => packed.install({
  name, title: 'Panel show', description: 'Shows panels of every kind.', abi: '1.3',
  permissions: [{ name: 'panels', reason: 'It shows what was read.' }, { name: 'metrics', reason: 'It counts what it has shown.' }],
  panels: [
    panel('log', 'Reading log', 'class', 'teacher'),
    panel('task', 'Reading for this assignment', 'assignment', 'user'),
    panel('talk', 'Reading around this conversation', 'session', 'teacher'),
    panel('school', 'Reading in this group', 'group', 'group_admin'),
    panel('mine', 'My reading', 'home', 'user'),
    panel('all', 'Reading on this installation', 'system', 'system_admin'),
    panel('echo', 'What it was told', 'class', 'teacher'),
    panel('empty', 'Nothing', 'class', 'teacher'),
    panel('markup', 'Markup', 'class', 'group_admin'),
    panel('misshapen', 'Misshapen', 'class', 'group_admin'),
    panel('slow', 'Slow', 'class', 'system_admin', 1000),
  ],
}, schema);

export const remove = () => packed.remove(name);

/** Everything that it has logged, as an administrator reads it. */
export const logs = () => packed.rapt('module', 'logs', name, '--limit', '500');
