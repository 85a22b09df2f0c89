-- 10,000 modules of 500 publishers with ten versions each, for registry_bench.cpp.
-- SPDX-License-Identifier: AGPL-3.0-or-later
INSERT INTO publishers (name, title) SELECT 'publisher-' || i, 'People of ' || i FROM generate_series(1, 500) i;
INSERT INTO publisher_keys (key_id, publisher, public_key) SELECT lpad(to_hex(i), 16, '0'), 'publisher-' || i, 'key-' || i FROM generate_series(1, 500) i;
INSERT INTO modules (name, publisher, category, downloads, rating_sum, rating_count)
SELECT (ARRAY['safety','reading','quiz','essay','math','lesson','feedback','grade','language','history'])[1 + i % 10] || '-' ||
       (ARRAY['filter','log','helper','detector','planner','report','coach','bridge','sync','board'])[1 + (i / 10) % 10] || '-' || i,
       'publisher-' || (1 + i % 500), (ARRAY['safety','assessment','analytics','content','other'])[1 + i % 5], (i * 7919) % 50000, i % 200 * 4, i % 200
FROM generate_series(1, 10000) i;
INSERT INTO module_versions (module, version, sort_key, channel, state, sha256, bytes, key_id, manifest, abi_major, abi_minor, hooks, permissions, architectures, published_at)
SELECT m.name, '1.' || v || '.0', '1.' || lpad(v::text, 9, '0'), CASE WHEN v % 5 = 4 THEN 'beta' ELSE 'stable' END, 'published',
 lpad(to_hex(n * 16 + v), 64, '0'), 100000, lpad(to_hex(1 + n % 500), 16, '0'),
 jsonb_build_object('title', initcap(replace(m.name, '-', ' ')), 'description', 'Helps a class with number ' || n || ': ' || (ARRAY['notes what was read','stops what harms','asks back instead of answering','marks essays','plans lessons','tells teachers who struggles'])[1 + n % 6] || '.', 'license', 'MIT', 'permissions', '[{"name":"log","reason":"to tell"}]'::jsonb),
 1, v % 4, ARRAY['chat:after_ai'], CASE WHEN n % 3 = 0 THEN ARRAY['http','log'] ELSE ARRAY['log'] END, ARRAY['x86_64-linux-gnu'], now() - v * interval '1 day'
FROM (SELECT name, row_number() OVER (ORDER BY name) AS n FROM modules) m, generate_series(1, 10) v;
SELECT count(refresh_module(name)) FROM modules;

