-- SPDX-License-Identifier: AGPL-3.0-or-later
INSERT INTO jobs (id, kind, idempotency_key, payload, state, attempts, leased_until, leased_by) VALUES
  ('00000000-0000-7000-8000-000000000801', 'chat.hook', 'one', '{"session_id": "x"}', 'running', 2, '2026-01-07T00:00:00Z', 'host:3000'),
  ('00000000-0000-7000-8000-000000000802', 'chat.hook', 'two', '{}', 'waiting', 0, NULL, NULL);
UPDATE outbox SET claimed_until = '2026-01-07T00:00:00Z';
