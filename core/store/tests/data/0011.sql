-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Rows as they are after 0011, for the migrations that come behind it.
INSERT INTO ai_usage_modules (day, module, group_id, model, request_type, requests, input_tokens, output_tokens)
  SELECT '2026-01-08', 'safety-filter', id, 'm/one', 'module', 2, 20, 8 FROM groups ORDER BY id LIMIT 1;
UPDATE ai_usage_rollup SET modules_until = '2026-01-08T00:00:00Z';
