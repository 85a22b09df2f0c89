-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What modules do beside hooks: jobs by the clock, events, what they know of people from outside, marks.

-- == jobs, events ==

-- Work of modules stands among the host's: what a module ordered ('module.job'), what it is told of ('module.event'). Redis knows
-- nothing of it. What is about somebody goes with them; what was written there is cleared when it is done.
ALTER TABLE jobs
  ADD COLUMN module text,                                    -- who does it; NULL: the host itself
  ADD COLUMN name text,                                      -- the module's job, or the event's type
  ADD COLUMN key text,                                       -- the module's own, the part of idempotency_key that it knows
  ADD COLUMN lane text,                                      -- one after the other, in the order of seq; NULL: in any
  ADD COLUMN seq bigint,
  ADD COLUMN due_at timestamptz,                             -- when it was first to be done; run_at moves with each attempt
  ADD COLUMN postponed integer NOT NULL DEFAULT 0 CHECK (postponed >= 0),  -- attempts that nobody could make: they do not count
  ADD COLUMN depth smallint NOT NULL DEFAULT 0,              -- so many publications of modules led to it
  ADD COLUMN by_clock boolean NOT NULL DEFAULT false,
  ADD COLUMN tool_id uuid REFERENCES tools (id) ON DELETE CASCADE,
  ADD COLUMN group_id uuid REFERENCES groups (id) ON DELETE CASCADE,
  ADD COLUMN user_id uuid REFERENCES users (id) ON DELETE CASCADE,
  ADD COLUMN session_id uuid,                                -- not stored yet at session:start, so it refers to nothing
  ADD COLUMN run_id uuid,
  ADD CONSTRAINT jobs_module_check CHECK ((module IS NULL) = (name IS NULL) AND (lane IS NULL OR seq IS NOT NULL));
CREATE SEQUENCE jobs_seq;
CREATE INDEX jobs_module_idx ON jobs (module, run_at) WHERE module IS NOT NULL AND state IN ('waiting', 'running');
CREATE INDEX jobs_module_ended_idx ON jobs (module, state, ended_at DESC) WHERE module IS NOT NULL;
CREATE INDEX jobs_lane_idx ON jobs (lane, seq) WHERE lane IS NOT NULL AND state IN ('waiting', 'running');
CREATE INDEX jobs_tool_id_idx ON jobs (tool_id) WHERE tool_id IS NOT NULL;
CREATE INDEX jobs_group_id_idx ON jobs (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX jobs_user_id_idx ON jobs (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX jobs_session_id_idx ON jobs (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX jobs_run_id_idx ON jobs (run_id) WHERE run_id IS NOT NULL;

CREATE FUNCTION end_work_about() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'runs' THEN
    DELETE FROM jobs j USING gone g WHERE j.run_id = g.id;
  ELSE
    DELETE FROM jobs j USING gone g WHERE j.session_id = g.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER chat_sessions_end_work AFTER DELETE ON chat_sessions REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION end_work_about();
CREATE TRIGGER runs_end_work AFTER DELETE ON runs REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION end_work_about();

-- When the clock next orders a module's job (its manifest says how often).
CREATE TABLE module_schedules (
  module text NOT NULL REFERENCES modules (name) ON DELETE CASCADE,
  job text NOT NULL,
  cron text NOT NULL,
  next_at timestamptz NOT NULL,
  PRIMARY KEY (module, job)
);

-- Who is told of what: kept by the trigger below, from the manifests of the modules that are in use and may be told.
CREATE TABLE module_subscriptions (
  type text NOT NULL,
  module text NOT NULL REFERENCES modules (name) ON DELETE CASCADE,
  PRIMARY KEY (type, module)
);

CREATE FUNCTION follow_module() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM module_subscriptions s WHERE s.module = NEW.name;
  IF NEW.enabled AND NEW.permissions ? 'events' AND jsonb_typeof(NEW.manifest #> '{events,subscribe}') = 'array' THEN
    INSERT INTO module_subscriptions (type, module)
      SELECT DISTINCT t.type, NEW.name FROM jsonb_array_elements_text(NEW.manifest #> '{events,subscribe}') AS t (type);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER modules_followed AFTER INSERT OR UPDATE OF enabled, permissions, manifest ON modules
  FOR EACH ROW EXECUTE FUNCTION follow_module();

CREATE FUNCTION end_work_of_module() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE jobs j SET state = 'failed', leased_until = NULL, leased_by = NULL, ended_at = now(),
         last_error = 'The module was removed before this was done.'
   WHERE j.module = OLD.name AND j.state IN ('waiting', 'running');
  RETURN NULL;
END $$;
CREATE TRIGGER modules_end_work AFTER DELETE ON modules FOR EACH ROW EXECUTE FUNCTION end_work_of_module();

-- Tells all who subscribed, or `only` one: a row of work for each, in the transaction of what it tells of, so that nothing is
-- told of what did not happen, and nothing is lost. Events of one key are told one after the other.
CREATE FUNCTION tell_modules(told text, about text, data jsonb, tool uuid, grp uuid, usr uuid, session uuid, run uuid,
                             deep integer DEFAULT 0, only_one text DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  event uuid := gen_random_uuid();
  n bigint;
BEGIN
  INSERT INTO jobs (id, kind, idempotency_key, payload, module, name, key, lane, seq, due_at, depth,
                    tool_id, group_id, user_id, session_id, run_id)
    SELECT gen_random_uuid(), 'module.event', s.module || '/' || event, jsonb_strip_nulls(data), s.module, told, event::text,
           s.module || '/' || about, nextval('jobs_seq'), now(), deep, tool, grp, usr, session, run
      FROM module_subscriptions s WHERE s.type = told AND (only_one IS NULL OR s.module = only_one);
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;

-- The host's own events, as modules know them. Ids only.
CREATE FUNCTION tell_modules_of_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told text := CASE NEW.topic
    WHEN 'chat.session_started' THEN 'session.started' WHEN 'chat.session_changed' THEN 'session.changed'
    WHEN 'chat.session_ended' THEN 'session.completed' WHEN 'chat.message_stored' THEN 'message.stored'
    WHEN 'chat.message_blocked' THEN 'message.blocked' WHEN 'run.completed' THEN 'run.completed'
    WHEN 'run.failed' THEN 'run.failed' WHEN 'ai.budget_alert' THEN 'budget.alert' END;
BEGIN
  IF NOT EXISTS (SELECT FROM module_subscriptions s WHERE s.type = told) THEN
    RETURN NULL;
  END IF;
  IF told = 'budget.alert' THEN
    PERFORM tell_modules(told, NEW.key, NEW.payload, NULL, NULL, NULL, NULL, NULL);
  ELSIF told LIKE 'run.%' THEN
    PERFORM tell_modules(told, NEW.key, NEW.payload || jsonb_build_object('tool_id', r.tool_id, 'user_id', r.user_id,
      'assignment_id', r.assignment_id, 'class_id', a.class_id, 'group_id', r.group_id),
      r.tool_id, r.group_id, r.user_id, NULL, r.id)
      FROM runs r LEFT JOIN assignments a ON a.id = r.assignment_id WHERE r.id = (NEW.payload ->> 'run_id')::uuid;
  ELSE
    PERFORM tell_modules(told, NEW.key, NEW.payload || jsonb_build_object('tool_id', s.tool_id, 'user_id', s.user_id,
      'assignment_id', s.assignment_id, 'class_id', a.class_id, 'group_id', s.group_id, 'state', s.state),
      s.tool_id, s.group_id, s.user_id, s.id, NULL)
      FROM chat_sessions s LEFT JOIN assignments a ON a.id = s.assignment_id
     WHERE s.id = (NEW.payload ->> 'session_id')::uuid;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_told AFTER INSERT ON outbox
  FOR EACH ROW WHEN (NEW.topic <> 'job') EXECUTE FUNCTION tell_modules_of_outbox();

CREATE FUNCTION tell_modules_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told text := CASE TG_OP WHEN 'INSERT' THEN 'user.created' ELSE 'user.deleted' END;
BEGIN
  PERFORM tell_modules(told, NEW.id::text, jsonb_build_object('user_id', NEW.id), NULL, NULL, NEW.id, NULL, NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER users_told AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION tell_modules_of_user();
CREATE TRIGGER users_deleted_told AFTER UPDATE OF deleted_at ON users
  FOR EACH ROW WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION tell_modules_of_user();

-- A class that goes with its members, or a user with their classes, tells of itself alone.
CREATE FUNCTION tell_modules_of_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told text := CASE TG_OP WHEN 'INSERT' THEN 'class.enrolled' ELSE 'class.left' END;
  member record;
BEGIN
  member := CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
  IF EXISTS (SELECT FROM module_subscriptions s WHERE s.type = told) THEN
    PERFORM tell_modules(told, c.id::text, jsonb_build_object('class_id', c.id, 'user_id', u.id, 'role', member.role),
                         NULL, c.group_id, u.id, NULL, NULL)
      FROM classes c, users u WHERE c.id = member.class_id AND u.id = member.user_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER class_members_told AFTER INSERT OR DELETE ON class_members
  FOR EACH ROW EXECUTE FUNCTION tell_modules_of_member();

CREATE FUNCTION tell_modules_of_group() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told text := CASE TG_OP WHEN 'INSERT' THEN 'group.created' ELSE 'group.archived' END;
BEGIN
  PERFORM tell_modules(told, NEW.id::text, jsonb_build_object('group_id', NEW.id), NULL, NEW.id, NULL, NULL, NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER groups_told AFTER INSERT ON groups FOR EACH ROW EXECUTE FUNCTION tell_modules_of_group();
CREATE TRIGGER groups_archived_told AFTER UPDATE OF deleted_at ON groups
  FOR EACH ROW WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION tell_modules_of_group();

-- A module alone hears of its own settings.
CREATE FUNCTION tell_module_of_settings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_modules('module.settings-changed', 'settings', jsonb_build_object('group_id', NEW.group_id),
                       NULL, NEW.group_id, NULL, NULL, NULL, 0, NEW.module);
  RETURN NULL;
END $$;
CREATE TRIGGER module_settings_told AFTER INSERT OR UPDATE OF settings, secrets ON module_settings
  FOR EACH ROW EXECUTE FUNCTION tell_module_of_settings();

-- Orders work of a module: 1, or 0 where its key was known, or -1 where 10,000 of its jobs wait. A module's processes ask one
-- thing at a time each, three on a host: so many more there may be, and no lock is needed.
CREATE FUNCTION order_module_job(mod text, job text, own_key text, data jsonb, delay_s bigint, most integer, deep integer,
                                 tool uuid, grp uuid, usr uuid, session uuid, run uuid) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  IF EXISTS (SELECT FROM jobs j WHERE j.module = mod AND j.state IN ('waiting', 'running') AND j.kind = 'module.job'
              OFFSET 9999) THEN
    RETURN -1;
  END IF;
  INSERT INTO jobs (id, kind, idempotency_key, payload, max_attempts, module, name, key, seq, run_at, due_at, depth,
                    tool_id, group_id, user_id, session_id, run_id)
    VALUES (gen_random_uuid(), 'module.job', mod || '/' || job || '/' || own_key, data, most, mod, job, own_key,
            nextval('jobs_seq'), now() + delay_s * interval '1 second', now() + delay_s * interval '1 second', deep,
            tool, grp, usr, session, run)
    ON CONFLICT (kind, idempotency_key) DO NOTHING;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;

-- == directory, sessions, grades ==
-- By which id a source outside (a school's information system) knows a person, group or class; each module has its own.
-- Gone with the row, and with the purge of the module.
CREATE TABLE module_external_ids (
  module text NOT NULL CHECK (module ~ '^[a-z][a-z0-9-]{1,62}$'),
  source text COLLATE "C" NOT NULL CHECK (source ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  kind text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN user_id IS NOT NULL THEN 'user' WHEN group_id IS NOT NULL THEN 'group' ELSE 'class' END) STORED,
  external_id text COLLATE "C" NOT NULL CHECK (octet_length(external_id) BETWEEN 1 AND 255),
  user_id uuid REFERENCES users (id) ON DELETE CASCADE,
  group_id uuid REFERENCES groups (id) ON DELETE CASCADE,
  class_id uuid REFERENCES classes (id) ON DELETE CASCADE,
  made boolean NOT NULL,  -- by the module; else it was there before and has been linked
  created_at timestamptz NOT NULL,
  PRIMARY KEY (module, source, kind, external_id),
  CONSTRAINT module_external_ids_one_thing CHECK (num_nonnulls(user_id, group_id, class_id) = 1)
);
-- One id in a source for each thing; led by the thing, for those who delete it.
CREATE UNIQUE INDEX module_external_ids_user_key ON module_external_ids (user_id, module, source) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX module_external_ids_group_key ON module_external_ids (group_id, module, source) WHERE group_id IS NOT NULL;
CREATE UNIQUE INDEX module_external_ids_class_key ON module_external_ids (class_id, module, source) WHERE class_id IS NOT NULL;

-- The mark of a submission. Without a module's name it is a teacher's, and no module replaces it.
CREATE TABLE submission_grades (
  submission_id uuid PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
  score numeric(12, 4) NOT NULL CHECK (score >= 0),
  score_of numeric(12, 4) NOT NULL CHECK (score_of > 0 AND score_of <= 1000000),
  feedback text NOT NULL DEFAULT '' CHECK (octet_length(feedback) <= 16384),
  by_user uuid REFERENCES users (id) ON DELETE SET NULL,
  by_module text CHECK (by_module ~ '^[a-z][a-z0-9-]{1,62}$'),
  at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1 CHECK (version > 0),  -- one more with each change
  CONSTRAINT submission_grades_at_most CHECK (score <= score_of),
  CONSTRAINT submission_grades_one_giver CHECK (by_user IS NULL OR by_module IS NULL)
);
CREATE INDEX submission_grades_by_user_idx ON submission_grades (by_user) WHERE by_user IS NOT NULL;

-- == ai, secrets ==

-- What modules ask the AI for, beside conversations and runs: in ai_usage as all else, and here under which module. Written
-- before the question is put, so that it is known also of a call whose host died. Rows stay as those of ai_usage do.
ALTER TYPE request_type ADD VALUE 'module';
ALTER TYPE request_type ADD VALUE 'embedding';
CREATE TABLE ai_module_calls (
  id uuid PRIMARY KEY,  -- of the call, as in ai_usage
  module text NOT NULL CHECK (module <> ''),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ai_module_calls_module_idx ON ai_module_calls (module, created_at);
