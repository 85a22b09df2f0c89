-- SPDX-License-Identifier: AGPL-3.0-or-later
-- A thousand students of a school of their own (so without limits), each logged in, with a conversation of twenty messages of 800 bytes
-- with a tool whose answers pass the two stream filters of the benchmark. Running it again puts everything back to that.
BEGIN;
CREATE TEMP TABLE bench ON COMMIT DROP AS
  SELECT n, ('00000000-0000-7000-9100-' || lpad(n::text, 12, '0'))::uuid AS person,
         ('00000000-0000-7000-9101-' || lpad(n::text, 12, '0'))::uuid AS session,
         'stream' || lpad(n::text, 37, '0') AS token, 'stream' AS word FROM generate_series(1, 1000) n;
CREATE TEMP TABLE place ON COMMIT DROP AS
  SELECT '00000000-0000-7000-9104-000000000000'::uuid AS tool_id, '00000000-0000-7000-9105-000000000000'::uuid AS tool_version_id,
         '00000000-0000-7000-9103-000000000000'::uuid AS class_id, '00000000-0000-7000-9102-000000000000'::uuid AS group_id;
INSERT INTO groups (id, name, type) SELECT group_id, 'Stream bench', 'school' FROM place ON CONFLICT DO NOTHING;
INSERT INTO classes (id, group_id, name) SELECT class_id, group_id, 'Stream bench' FROM place ON CONFLICT DO NOTHING;
INSERT INTO tools (id, type, name, group_id, current_version_id)
  SELECT tool_id, 'chat', 'Stream bench', group_id, tool_version_id FROM place ON CONFLICT DO NOTHING;
INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed)
  SELECT tool_version_id, tool_id, '1.0.0', definition, definition::jsonb  -- JSON is YAML
    FROM place, (VALUES ('{"name": "Stream bench", "type": "chat", "version": "1.0.0", "behavior": "Ask probing questions.", "modules": [
      {"name": "bench-filter-1", "on_failure": "closed", "config": {"mask": "answer key"}},
      {"name": "bench-filter-2", "on_failure": "closed", "config": {"mask": "nobody says this"}}]}')) AS written (definition)
  ON CONFLICT DO NOTHING;
\ir conversation_seed.sql
COMMIT;
VACUUM ANALYZE chat_sessions, messages, ai_usage, outbox, extractions, users, auth_sessions;
