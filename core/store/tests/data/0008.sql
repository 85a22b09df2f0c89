-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Rows as they are after 0008, for the migrations that come behind it.

-- ai, secrets
INSERT INTO ai_module_calls (id, module) SELECT id, 'safety-filter' FROM ai_usage LIMIT 1;
INSERT INTO jobs (id, kind, idempotency_key, payload, module, name, key, lane, seq, due_at, postponed, depth, user_id, session_id) VALUES
  ('00000000-0000-7000-8000-000000000811', 'module.event', 'safety-filter/e1', '{}', 'safety-filter', 'session.completed', 'e1',
   'safety-filter/s', 1, '2026-01-08T00:00:00Z', 1, 2, '00000000-0000-7000-8000-000000000201', '00000000-0000-7000-8000-000000000601');
INSERT INTO module_schedules (module, job, cron, next_at) SELECT name, 'nightly', '0 3 * * *', '2026-01-08T03:00:00Z' FROM modules LIMIT 1;
INSERT INTO module_subscriptions (type, module) SELECT 'session.completed', name FROM modules LIMIT 1;

-- directory, sessions, grades
INSERT INTO module_external_ids (module, source, external_id, user_id, made, created_at)
  SELECT 'sample', 'oneroster', 'u-1', id, false, '2026-02-01T00:00:00Z' FROM users ORDER BY id LIMIT 1;
INSERT INTO submission_grades (submission_id, score, score_of, feedback, by_module, at)
  SELECT id, 7.5, 10, 'Well argued.', 'sample', '2026-02-01T00:00:00Z' FROM submissions ORDER BY id LIMIT 1;
