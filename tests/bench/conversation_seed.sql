-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Included by the others within their transaction: puts the students of the table `bench` at the `place`, each logged in and with a
-- conversation of twenty messages of 800 bytes.
DELETE FROM ai_usage WHERE user_id IN (SELECT person FROM bench);
DELETE FROM chat_sessions WHERE user_id IN (SELECT person FROM bench);
INSERT INTO users (id, email, name) SELECT person, word || n || '@bench.example', initcap(word) || ' ' || n FROM bench ON CONFLICT DO NOTHING;
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
