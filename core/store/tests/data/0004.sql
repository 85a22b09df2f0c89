-- SPDX-License-Identifier: AGPL-3.0-or-later
UPDATE groups SET theme = '{"color": "#123456"}' WHERE parent_id IS NULL;
INSERT INTO class_join_codes (id, class_id, code, created_by, created_at, expires_at, max_uses, uses) VALUES
  ('00000000-0000-7000-8000-000000000901', '00000000-0000-7000-8000-000000000301', 'ABCDEFGH', '00000000-0000-7000-8000-000000000201', '2026-01-08T00:00:00Z', '2026-01-09T00:00:00Z', 40, 3);
