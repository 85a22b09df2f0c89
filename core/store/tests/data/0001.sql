-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What an instance had that ran with migration 1: a row in every table, with what its programs wrote.
INSERT INTO groups (id, parent_id, name, type, settings) VALUES
  ('00000000-0000-7000-8000-000000000101', NULL, 'District', 'district', '{"models": ["a"]}');
INSERT INTO groups (id, parent_id, name, type) VALUES
  ('00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000101', 'School', 'school');
INSERT INTO users (id, email, name, given_name, family_name, status, password_hash, created_at, updated_at) VALUES
  ('00000000-0000-7000-8000-000000000201', 'Ada@example.org', 'Ada', 'Ada', 'Byron', 'active', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'),
  ('00000000-0000-7000-8000-000000000202', 'sam@example.org', 'Sam', NULL, NULL, 'suspended', NULL, '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z');
INSERT INTO users (id, email, name, deleted_at, created_at, updated_at) VALUES
  ('00000000-0000-7000-8000-000000000203', 'sam@example.org', 'An earlier Sam', '2026-01-03T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-03T00:00:00Z');
INSERT INTO group_members (user_id, group_id, role) VALUES
  ('00000000-0000-7000-8000-000000000201', '00000000-0000-7000-8000-000000000101', 'system_admin'),
  ('00000000-0000-7000-8000-000000000202', '00000000-0000-7000-8000-000000000102', 'student');
INSERT INTO auth_sessions (token_hash, user_id, expires_at, context) VALUES
  (decode(repeat('ab', 32), 'hex'), '00000000-0000-7000-8000-000000000201', '2036-01-01T00:00:00Z', 'personal');
INSERT INTO classes (id, group_id, name) VALUES
  ('00000000-0000-7000-8000-000000000301', '00000000-0000-7000-8000-000000000102', 'Algebra');
INSERT INTO class_members (class_id, user_id, role) VALUES
  ('00000000-0000-7000-8000-000000000301', '00000000-0000-7000-8000-000000000202', 'student');
INSERT INTO tools (id, type, name, group_id, created_by, current_version_id) VALUES
  ('00000000-0000-7000-8000-000000000401', 'chat', 'Tutor', '00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000201', '00000000-0000-7000-8000-000000000402');
INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed) VALUES
  ('00000000-0000-7000-8000-000000000402', '00000000-0000-7000-8000-000000000401', '1.0.0', 'name: Tutor', '{"name": "Tutor"}');
INSERT INTO assignments (id, class_id, tool_id, tool_version_id, name) VALUES
  ('00000000-0000-7000-8000-000000000501', '00000000-0000-7000-8000-000000000301', '00000000-0000-7000-8000-000000000401', '00000000-0000-7000-8000-000000000402', 'Homework');
INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id, assignment_id, state, next_seq, ended_at) VALUES
  ('00000000-0000-7000-8000-000000000601', '00000000-0000-7000-8000-000000000401', '00000000-0000-7000-8000-000000000402', '00000000-0000-7000-8000-000000000202', '00000000-0000-7000-8000-000000000501', 'completed', 3, '2026-01-05T00:00:00Z');
INSERT INTO messages (session_id, seq, role, content, meta) VALUES
  ('00000000-0000-7000-8000-000000000601', 1, 'user', 'Why is the sky blue? ☂', '{}'),
  ('00000000-0000-7000-8000-000000000601', 2, 'assistant', 'What do you think?', '{"model": "m"}');
INSERT INTO runs (id, tool_id, tool_version_id, user_id, state, input, output, completed_at) VALUES
  ('00000000-0000-7000-8000-000000000701', '00000000-0000-7000-8000-000000000401', '00000000-0000-7000-8000-000000000402', '00000000-0000-7000-8000-000000000201', 'complete', '{"topic": "t"}', '{"plan": []}', '2026-01-05T00:00:00Z');
INSERT INTO submissions (assignment_id, user_id, session_id, state) VALUES
  ('00000000-0000-7000-8000-000000000501', '00000000-0000-7000-8000-000000000202', '00000000-0000-7000-8000-000000000601', 'submitted');
INSERT INTO extractions (session_id, module, type, data, message_seq) VALUES
  ('00000000-0000-7000-8000-000000000601', 'struggle-detector', 'struggle', '{"level": 2}', 1);
INSERT INTO ai_usage (user_id, group_id, session_id, model, request_type, input_tokens, output_tokens, cost) VALUES
  ('00000000-0000-7000-8000-000000000202', '00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000601', 'm', 'chat', 10, 5, 0.00012345);
INSERT INTO modules (name, version, publisher, digest, signed_by, permissions, manifest) VALUES
  ('safety-filter', '1.0.0', 'raptscallions', repeat('0', 64), 'abcd', '["read:messages"]', '{"name": "safety-filter"}');
INSERT INTO outbox (topic, key, payload) VALUES ('chat.message_stored', 'k', '{"id": 1}');
