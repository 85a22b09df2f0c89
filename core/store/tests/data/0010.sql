-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Rows as they are after 0010, for the migrations that come behind it.
INSERT INTO platform_agents (name, deployment, version, previous_version) VALUES ('one', 'bare', '1.1.0', '1.0.0');
INSERT INTO platform_look (checked_at, next_at, offer) VALUES (now(), now(), '{"version": "1.2.0"}');
INSERT INTO platform_holds (version, because) VALUES ('1.1.1', 'It did not become ready.');
INSERT INTO platform_updates (id, agent, kind, from_version, to_version, state, phase, started_at, ended_at)
  VALUES ('00000000-0000-7000-8000-000000001001', 'one', 'update', '1.0.0', '1.1.0', 'updated', 'watching', now(), now());
INSERT INTO platform_instance (rollout_id, registry, instance_id, token_sealed)
  VALUES ('00000000-0000-7000-8000-000000001002', 'https://registry.example', '00000000-0000-7000-8000-000000001003', '\x00');
