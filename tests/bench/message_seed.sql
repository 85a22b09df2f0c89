-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Two hundred students of a school of their own (so without limits), each logged in, with a conversation of twenty messages of
-- 800 bytes with the demonstration's chat tool. Running it again puts everything back to that.
BEGIN;
CREATE TEMP TABLE bench ON COMMIT DROP AS
  SELECT n, ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid AS person,
         ('00000000-0000-7000-9001-' || lpad(n::text, 12, '0'))::uuid AS session,
         'bench' || lpad(n::text, 38, '0') AS token FROM generate_series(1, 200) n;
INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-9002-000000000000', 'Bench', 'school') ON CONFLICT DO NOTHING;
INSERT INTO classes (id, group_id, name)
  VALUES ('00000000-0000-7000-9003-000000000000', '00000000-0000-7000-9002-000000000000', 'Bench') ON CONFLICT DO NOTHING;
CREATE TEMP TABLE place ON COMMIT DROP AS
  SELECT id AS tool_id, current_version_id AS tool_version_id, '00000000-0000-7000-9003-000000000000'::uuid AS class_id,
         '00000000-0000-7000-9002-000000000000'::uuid AS group_id
    FROM tools WHERE type = 'chat' AND deleted_at IS NULL ORDER BY created_at LIMIT 1;
DELETE FROM ai_usage WHERE user_id IN (SELECT person FROM bench);
DELETE FROM chat_sessions WHERE user_id IN (SELECT person FROM bench);
INSERT INTO users (id, email, name) SELECT person, 'bench' || n || '@bench.example', 'Bench ' || n FROM bench ON CONFLICT DO NOTHING;
INSERT INTO group_members (user_id, group_id, role) SELECT person, group_id, 'student' FROM bench, place ON CONFLICT DO NOTHING;
INSERT INTO class_members (user_id, class_id, role) SELECT person, class_id, 'student' FROM bench, place ON CONFLICT DO NOTHING;
INSERT INTO auth_sessions (token_hash, user_id, expires_at, context)
  SELECT sha256(token::bytea), person, now() + interval '30 days', 'personal' FROM bench
  ON CONFLICT (token_hash) DO UPDATE SET expires_at = EXCLUDED.expires_at;
INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id, next_seq, group_id)
  SELECT session, tool_id, tool_version_id, person, 21, group_id FROM bench, place;
INSERT INTO messages (session_id, seq, role, content)
  SELECT session, seq, CASE WHEN seq % 2 = 1 THEN 'user' ELSE 'assistant' END::message_role,
         rpad('Message ' || seq || ': ', 800, 'the boy crosses the river and looks back at the lamp on the other bank. ')
    FROM bench, generate_series(1, 20) seq;
DELETE FROM outbox;
COMMIT;
VACUUM ANALYZE chat_sessions, messages, ai_usage, outbox, extractions, users, auth_sessions;
