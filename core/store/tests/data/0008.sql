-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Rows as they are after 0008, for the migrations that come behind it.

-- ai, secrets
INSERT INTO ai_module_calls (id, module) SELECT id, 'safety-filter' FROM ai_usage LIMIT 1;
