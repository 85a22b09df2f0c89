-- SPDX-License-Identifier: AGPL-3.0-or-later
INSERT INTO module_kv (module, scope, scope_id, key, value, expires_at) VALUES
  ('sample', 1, '00000000-0000-0000-0000-000000000000', 'count', '7', NULL),
  ('sample', 4, '00000000-0000-7000-8000-000000000201', 'seen', 'a text', '2026-02-02T00:00:00Z');
INSERT INTO module_kv_room (module, part, bytes) SELECT 'sample', n, 1048576 - CASE n WHEN 0 THEN 168 ELSE 0 END
  FROM generate_series(0, 15) AS n;
INSERT INTO module_kv_freed (module, bytes) VALUES ('sample', 24);
INSERT INTO module_schemas (module, schema_name, role_name, password) VALUES
  ('sample', 'module_sample', 'module_sample_01234567', '1.01234567.sealed');
INSERT INTO module_settings (module, group_id, settings, secrets)
  SELECT name, '00000000-0000-7000-8000-000000000102', '{"max_words": 80}', '{"api_key": "1.key.sealed"}' FROM modules LIMIT 1;
