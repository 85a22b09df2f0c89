-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Two hundred students of a school of their own (so without limits), each logged in, with a conversation of twenty messages of
-- 800 bytes with the demonstration's chat tool. Running it again puts everything back to that.
BEGIN;
CREATE TEMP TABLE bench ON COMMIT DROP AS
  SELECT n, ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid AS person,
         ('00000000-0000-7000-9001-' || lpad(n::text, 12, '0'))::uuid AS session,
         'bench' || lpad(n::text, 38, '0') AS token, 'bench' AS word FROM generate_series(1, 200) n;
INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-9002-000000000000', 'Bench', 'school') ON CONFLICT DO NOTHING;
INSERT INTO classes (id, group_id, name)
  VALUES ('00000000-0000-7000-9003-000000000000', '00000000-0000-7000-9002-000000000000', 'Bench') ON CONFLICT DO NOTHING;
CREATE TEMP TABLE place ON COMMIT DROP AS
  SELECT id AS tool_id, current_version_id AS tool_version_id, '00000000-0000-7000-9003-000000000000'::uuid AS class_id,
         '00000000-0000-7000-9002-000000000000'::uuid AS group_id
    FROM tools WHERE type = 'chat' AND deleted_at IS NULL ORDER BY created_at LIMIT 1;
\ir conversation_seed.sql
COMMIT;
VACUUM ANALYZE chat_sessions, messages, ai_usage, outbox, extractions, users, auth_sessions;
