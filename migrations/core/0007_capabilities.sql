-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What modules keep, and what they may reach, beyond their processes.

-- Values of modules (rapt.kv) ---------------------------------------------------------------------------------------------

-- They outlive the module's removal, until somebody purges them; so `module` refers to nothing.
CREATE TABLE module_kv (
  module text NOT NULL CHECK (module ~ '^[a-z][a-z0-9-]{1,62}$'),
  scope smallint NOT NULL CHECK (scope BETWEEN 1 AND 5),  -- module, group, tool, user, session: rapt_kv_scope
  scope_id uuid NOT NULL,                                 -- zeros where the scope is the module
  key text COLLATE "C" NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 256),
  value text NOT NULL CHECK (octet_length(value) <= 65536),
  expires_at timestamptz,
  unseen_since timestamptz,  -- written while its conversation was not stored yet (session:start)
  bytes integer GENERATED ALWAYS AS (64 + octet_length(key) + octet_length(value)) STORED,  -- 64 for its place
  group_id uuid GENERATED ALWAYS AS (CASE scope WHEN 2 THEN scope_id END) STORED REFERENCES groups (id) ON DELETE CASCADE,
  tool_id uuid GENERATED ALWAYS AS (CASE scope WHEN 3 THEN scope_id END) STORED REFERENCES tools (id) ON DELETE CASCADE,
  user_id uuid GENERATED ALWAYS AS (CASE scope WHEN 4 THEN scope_id END) STORED REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (module, scope, scope_id, key),
  CHECK ((scope = 1) = (scope_id = '00000000-0000-0000-0000-000000000000'))
);
CREATE INDEX module_kv_group_idx ON module_kv (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX module_kv_tool_idx ON module_kv (tool_id) WHERE tool_id IS NOT NULL;
CREATE INDEX module_kv_user_idx ON module_kv (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX module_kv_session_idx ON module_kv (scope_id) WHERE scope = 5;
CREATE INDEX module_kv_expires_idx ON module_kv (module, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX module_kv_unseen_idx ON module_kv (unseen_since) WHERE unseen_since IS NOT NULL;

-- How much more a module may keep: 16 MiB less its values, always, in sixteen parts, so that sixteen writers of one
-- module need not wait for each other. What was freed by many values' end waits beside them until somebody needs it.
-- Rows are locked in this order: values, then parts by number; who holds a single part waits for nobody.
CREATE TABLE module_kv_room (
  module text NOT NULL,
  part smallint NOT NULL,
  bytes bigint NOT NULL CHECK (bytes >= 0),
  PRIMARY KEY (module, part)
) WITH (fillfactor = 50);
CREATE TABLE module_kv_freed (
  module text NOT NULL,
  bytes bigint NOT NULL CHECK (bytes >= 0)
);
CREATE INDEX module_kv_freed_idx ON module_kv_freed (module);

CREATE FUNCTION give_module_room(mod text, spare bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE module_kv_room r SET bytes = r.bytes + spare
   WHERE r.module = mod
     AND r.part = (SELECT p.part FROM module_kv_room p WHERE p.module = mod LIMIT 1 FOR UPDATE SKIP LOCKED);
  IF NOT FOUND THEN
    INSERT INTO module_kv_freed VALUES (mod, spare);
  END IF;
END $$;

-- Ends the module's values whose time is over, but those that somebody is at.
CREATE FUNCTION end_module_values(mod text, at timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  ended bigint;
BEGIN
  DELETE FROM module_kv v USING (
    SELECT k.scope, k.scope_id, k.key FROM module_kv k WHERE k.module = mod AND k.expires_at <= at FOR UPDATE SKIP LOCKED) late
   WHERE v.module = mod AND v.scope = late.scope AND v.scope_id = late.scope_id AND v.key = late.key;
  GET DIAGNOSTICS ended = ROW_COUNT;
  RETURN ended;
END $$;

-- Shares out evenly what is left, what was freed included, less `need`; false when that is not there.
CREATE FUNCTION share_module_room(mod text, need bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  spare bigint;
  enough boolean;
BEGIN
  PERFORM FROM module_kv_room r WHERE r.module = mod ORDER BY r.part FOR UPDATE;
  WITH gone AS (DELETE FROM module_kv_freed f WHERE f.module = mod RETURNING f.bytes)
  SELECT coalesce((SELECT sum(g.bytes) FROM gone g), 0) + coalesce((SELECT sum(r.bytes) FROM module_kv_room r WHERE r.module = mod), 0)
    INTO spare;
  enough := spare >= need;
  IF enough THEN
    spare := spare - need;
  END IF;
  UPDATE module_kv_room r SET bytes = spare / 16 + CASE r.part WHEN 0 THEN spare % 16 ELSE 0 END WHERE r.module = mod;
  RETURN enough;
END $$;

-- Takes room for `need` bytes; false when the module has no more.
CREATE FUNCTION take_module_room(mod text, need bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE module_kv_room r SET bytes = r.bytes - need
   WHERE r.module = mod AND r.part = (SELECT p.part FROM module_kv_room p WHERE p.module = mod AND p.bytes >= need
                                       LIMIT 1 FOR UPDATE SKIP LOCKED);
  IF FOUND THEN
    RETURN true;
  END IF;
  INSERT INTO module_kv_room SELECT mod, n, 1048576 FROM generate_series(0, 15) AS n ON CONFLICT DO NOTHING;
  RETURN share_module_room(mod, need);
END $$;

-- Whoever deletes values, knowingly or by a cascade, gives their room back. A cascade may go on to values that others are
-- at, so it holds no part meanwhile.
CREATE FUNCTION free_module_room() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  first record;
BEGIN
  SELECT min(g.module) AS module, count(*) AS number, sum(g.bytes)::bigint AS bytes INTO first FROM gone g;
  IF first.number = 1 AND pg_trigger_depth() = 1 THEN
    PERFORM give_module_room(first.module, first.bytes);
  ELSIF first.number > 0 THEN
    INSERT INTO module_kv_freed SELECT g.module, sum(g.bytes) FROM gone g GROUP BY g.module;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER module_kv_free_room AFTER DELETE ON module_kv REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION free_module_room();

-- A conversation's values go with it. A foreign key would not do: at session:start it is not stored yet.
CREATE FUNCTION end_session_values() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM module_kv v USING gone g WHERE v.scope = 5 AND v.scope_id = g.id;
  RETURN NULL;
END $$;
CREATE TRIGGER chat_sessions_end_values AFTER DELETE ON chat_sessions REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION end_session_values();

-- The row that is there, locked; `value` NULL when there is none, or its time is over.
CREATE FUNCTION lock_module_value(mod text, place smallint, about uuid, name text, at timestamptz,
                                  OUT value text, OUT bytes integer, OUT until timestamptz) LANGUAGE plpgsql AS $$
BEGIN
  SELECT v.value, v.bytes, v.expires_at INTO value, bytes, until FROM module_kv v
   WHERE v.module = mod AND v.scope = place AND v.scope_id = about AND v.key = name FOR UPDATE;
  IF until <= at THEN
    value := NULL;
  END IF;
END $$;

-- Writes a value over the row that lock_module_value has found, `old_bytes` NULL when it found none. 1: written,
-- 0: there is one by now, so look again, -1: no room.
CREATE FUNCTION write_module_value(mod text, place smallint, about uuid, name text, old_bytes integer, new_value text,
                                   until timestamptz, at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  size integer := 64 + octet_length(name) + octet_length(new_value);
  more integer := size - coalesce(old_bytes, 0);
  unseen timestamptz;
BEGIN
  IF more > 0 AND NOT take_module_room(mod, more) THEN
    RETURN -1;
  END IF;
  IF old_bytes IS NOT NULL THEN
    UPDATE module_kv v SET value = new_value, expires_at = until
     WHERE v.module = mod AND v.scope = place AND v.scope_id = about AND v.key = name;
    IF more < 0 THEN
      PERFORM give_module_room(mod, -more);
    END IF;
    RETURN 1;
  END IF;
  IF place = 5 THEN  -- whoever deletes the conversation waits, and then sees this value
    PERFORM FROM chat_sessions s WHERE s.id = about FOR KEY SHARE;
    IF NOT FOUND THEN
      unseen := at;
    END IF;
  END IF;
  INSERT INTO module_kv (module, scope, scope_id, key, value, expires_at, unseen_since)
  VALUES (mod, place, about, name, new_value, until, unseen) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    RETURN 1;
  END IF;
  PERFORM give_module_room(mod, size);
  RETURN 0;
END $$;

-- false: no room.
CREATE FUNCTION put_module_value(mod text, place smallint, about uuid, name text, new_value text, until timestamptz,
                                 at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  held record;
  outcome integer := 0;
BEGIN
  WHILE outcome = 0 LOOP
    held := lock_module_value(mod, place, about, name, at);
    outcome := write_module_value(mod, place, about, name, held.bytes, new_value, until, at);
  END LOOP;
  RETURN outcome = 1;
END $$;

-- 1: written, 0: something else is there, -1: no room. `expected` NULL: nothing must be there.
CREATE FUNCTION swap_module_value(mod text, place smallint, about uuid, name text, expected text, new_value text,
                                  until timestamptz, at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  held record;
  outcome integer := 0;
BEGIN
  WHILE outcome = 0 LOOP
    held := lock_module_value(mod, place, about, name, at);
    IF held.value IS DISTINCT FROM expected THEN
      RETURN 0;
    END IF;
    outcome := write_module_value(mod, place, about, name, held.bytes, new_value, until, at);
  END LOOP;
  RETURN outcome;
END $$;

-- outcome 1: added, -1: no room, -2: what is there is no whole number, or the sum is none of 64 bits.
CREATE FUNCTION add_module_value(mod text, place smallint, about uuid, name text, delta bigint, until timestamptz,
                                 at timestamptz, OUT outcome integer, OUT total bigint) LANGUAGE plpgsql AS $$
DECLARE
  held record;
  exact numeric;
BEGIN
  outcome := 0;
  WHILE outcome = 0 LOOP
    held := lock_module_value(mod, place, about, name, at);
    IF held.value IS NOT NULL AND held.value !~ '^-?[0-9]{1,19}$' THEN
      outcome := -2;
      RETURN;
    END IF;
    exact := coalesce(held.value::numeric, 0) + delta;
    IF exact NOT BETWEEN -9223372036854775808 AND 9223372036854775807 THEN
      outcome := -2;
      RETURN;
    END IF;
    total := exact::bigint;
    outcome := write_module_value(mod, place, about, name, held.bytes, total::text,
                                  CASE WHEN held.value IS NULL THEN until ELSE held.until END, at);
  END LOOP;
END $$;

-- Ends values whose time is over, and those of conversations that were never stored. What cascades have freed is given
-- back by a statement of its own (share_module_room): whoever holds a single part must not wait for the others.
CREATE FUNCTION tidy_module_values(at timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  known text;
  ended bigint;
BEGIN
  UPDATE module_kv v SET unseen_since = NULL WHERE v.unseen_since <= at - interval '1 hour'
     AND EXISTS (SELECT FROM chat_sessions s WHERE s.id = v.scope_id);
  DELETE FROM module_kv v WHERE v.unseen_since <= at - interval '1 hour'
     AND NOT EXISTS (SELECT FROM chat_sessions s WHERE s.id = v.scope_id);
  GET DIAGNOSTICS ended = ROW_COUNT;
  FOR known IN SELECT DISTINCT r.module FROM module_kv_room r ORDER BY 1 LOOP
    ended := ended + end_module_values(known, at);
  END LOOP;
  RETURN ended;
END $$;

-- Usage and events: what each message writes --------------------------------------------------------------------------------

-- Seven references were a quarter of what storing a message costs, and all of a school locked its one row of groups for
-- each. Whoever writes a row takes what it refers to from rows that it holds (core/usage, settle_sql.hpp); what has gone
-- is forgotten here, after the deletion's own cascades, which wait for those rows.
ALTER TABLE ai_usage
  DROP CONSTRAINT ai_usage_user_id_fkey, DROP CONSTRAINT ai_usage_group_id_fkey, DROP CONSTRAINT ai_usage_class_id_fkey,
  DROP CONSTRAINT ai_usage_tool_id_fkey, DROP CONSTRAINT ai_usage_session_id_fkey, DROP CONSTRAINT ai_usage_run_id_fkey,
  DROP CONSTRAINT ai_usage_assignment_id_fkey;
CREATE FUNCTION forget_in_usage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  deleted uuid;
BEGIN
  FOR deleted IN SELECT id FROM gone LOOP
    EXECUTE format('UPDATE ai_usage SET %1$I = NULL WHERE %1$I = $1', TG_ARGV[0]) USING deleted;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER users_usage AFTER DELETE ON users REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION forget_in_usage('user_id');
CREATE TRIGGER groups_usage AFTER DELETE ON groups REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION forget_in_usage('group_id');
CREATE TRIGGER classes_usage AFTER DELETE ON classes REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION forget_in_usage('class_id');
CREATE TRIGGER tools_usage AFTER DELETE ON tools REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION forget_in_usage('tool_id');
CREATE TRIGGER chat_sessions_usage AFTER DELETE ON chat_sessions REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION forget_in_usage('session_id');
CREATE TRIGGER runs_usage AFTER DELETE ON runs REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION forget_in_usage('run_id');
CREATE TRIGGER assignments_usage AFTER DELETE ON assignments REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION forget_in_usage('assignment_id');

-- An event is claimed in its own page, and deleted once it is delivered.
ALTER TABLE outbox SET (fillfactor = 50);

-- Tables of modules (rapt.sql) --------------------------------------------------------------------------------------------

-- A schema in this database, and a role that may log in and owns nothing else. They outlive the module's removal, until
-- somebody purges them. What migrations have been applied stands in the schema itself, table rapt_migrations.
CREATE TABLE module_schemas (
  module text PRIMARY KEY CHECK (module ~ '^[a-z][a-z0-9-]{1,62}$'),
  schema_name text NOT NULL UNIQUE CHECK (schema_name ~ '^module_[a-z0-9_]+$'),
  role_name text NOT NULL UNIQUE CHECK (role_name ~ '^module_[a-z0-9_]+$'),
  password text NOT NULL,  -- sealed by the host's key
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Settings of modules -----------------------------------------------------------------------------------------------------

-- What administrators have set for a module: for the system (no group), or for a group with everything below it. The nearest
-- place counts, property by property. Uninstalling a module takes its settings and secrets along.
CREATE TABLE module_settings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  module text NOT NULL REFERENCES modules (name) ON DELETE CASCADE,
  group_id uuid REFERENCES groups (id) ON DELETE CASCADE,
  settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
  secrets jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(secrets) = 'object'),  -- by name, each sealed by itself
  updated_by uuid REFERENCES users (id) ON DELETE SET NULL,                      -- NULL: from the command line
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT module_settings_place_key UNIQUE NULLS NOT DISTINCT (module, group_id)
);
CREATE INDEX module_settings_group_idx ON module_settings (group_id) WHERE group_id IS NOT NULL;
CREATE TRIGGER module_settings_updated_at BEFORE UPDATE ON module_settings FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Raised by every change of settings or of the tree: hosts look at this number, and keep what they have resolved under it.
CREATE TABLE module_settings_version (one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint NOT NULL DEFAULT 1);
INSERT INTO module_settings_version DEFAULT VALUES;
CREATE FUNCTION raise_module_settings_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE module_settings_version SET version = version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER module_settings_version AFTER INSERT OR UPDATE OR DELETE ON module_settings
  FOR EACH STATEMENT EXECUTE FUNCTION raise_module_settings_version();
CREATE TRIGGER groups_module_settings_version AFTER UPDATE OF parent_id, path, deleted_at ON groups
  FOR EACH STATEMENT EXECUTE FUNCTION raise_module_settings_version();
