-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Rows as they are after 0009, for the migrations that come behind it.

-- trust and installation
INSERT INTO trusted_publishers (publisher, key_id, public_key, source)
  VALUES ('raptscallions', '0123456789abcdef', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'https://registry.example');
INSERT INTO module_archives (digest, bytes) VALUES (repeat('a', 64), 3);
INSERT INTO module_archive_chunks (digest, position, piece) VALUES (repeat('a', 64), 0, 'abc');
INSERT INTO module_uploads (id, digest, module, version)
  VALUES ('00000000-0000-7000-8000-000000000901', repeat('a', 64), 'sample', '1.0.0');
INSERT INTO module_operations (id, kind, state, plan_id, host, started_by, ended_at)
  VALUES ('00000000-0000-7000-8000-000000000902', 'install', 'done', repeat('b', 64), 'one', 'Ada', now());

-- policies, advisories, updates of modules
INSERT INTO module_policies (module, auto_update, channel, pin, updated_by) SELECT name, 'patch', 'beta', '^1', 'anna' FROM modules LIMIT 1;
INSERT INTO module_holds (module, version, because) SELECT name, '9.0.0', 'It failed.' FROM modules LIMIT 1;
INSERT INTO module_updates (module, installed_version, version, held_because) SELECT name, version, '9.0.0', 'It failed.' FROM modules LIMIT 1;
INSERT INTO module_update_schedule (next_at) VALUES ('2026-03-01T00:00:00Z');
INSERT INTO module_probations (module, update_id, position, from_version, to_version, calls_before, failures_before)
  SELECT name, '00000000-0000-7000-8000-000000000901', 0, '1.0.0', version, 100, 1 FROM modules LIMIT 1;
INSERT INTO module_update_events (module, kind, version, text) VALUES ('safety-filter', 'updated', '1.0.1', 'It is newer.');
INSERT INTO module_advisories (id, module, affected, severity, title, published_at) VALUES
  ('RA-2026-0001', NULL, '<2', 'high', 'The platform leaks.', '2026-03-01T00:00:00Z');
