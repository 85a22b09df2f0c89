-- SPDX-License-Identifier: AGPL-3.0-or-later
UPDATE modules SET time_limits = '{"chat:before_ai": 150}', previous_version = '0.9.0', previous_digest = repeat('1', 64);
INSERT INTO module_health (module, health, released_at) VALUES ('safety-filter', '{"failures": 1}', '2026-01-06T00:00:00Z');
INSERT INTO module_reports (host, module, status) VALUES ('host:3000', 'safety-filter', '{"state": "running"}');
INSERT INTO module_lines (module, host, level, line, logged_at) VALUES ('safety-filter', 'host:3000', 'info', 'ready', '2026-01-06T00:00:00Z');
