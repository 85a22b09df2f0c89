-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The core's tables: identity, teaching, tools, conversations, runs, usage, modules, outbox.
-- Times are timestamptz; ids are UUIDs made by the program (version 7), with a default for hand-written SQL.

CREATE EXTENSION IF NOT EXISTS ltree;

CREATE TYPE user_status AS ENUM ('active', 'inactive', 'suspended');
CREATE TYPE group_type AS ENUM ('district', 'school', 'department', 'custom');
CREATE TYPE member_role AS ENUM ('system_admin', 'group_admin', 'teacher', 'student');
CREATE TYPE class_role AS ENUM ('teacher', 'student');
CREATE TYPE tool_type AS ENUM ('chat', 'product');
CREATE TYPE session_state AS ENUM ('active', 'paused', 'completed');
CREATE TYPE message_role AS ENUM ('user', 'assistant', 'system');
CREATE TYPE run_state AS ENUM ('pending', 'processing', 'complete', 'failed');
CREATE TYPE submission_state AS ENUM ('in_progress', 'submitted', 'late');
CREATE TYPE request_type AS ENUM ('chat', 'product');
CREATE TYPE usage_outcome AS ENUM ('answered', 'blocked', 'failed', 'abandoned');

CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;

-- Identity ------------------------------------------------------------------------------------------------------------

CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 255 AND email = btrim(email)),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  given_name text,
  family_name text,
  status user_status NOT NULL DEFAULT 'active',
  password_hash text,  -- Argon2id in PHC form; NULL for those who come through a provider
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  last_login_at timestamptz,
  deleted_at timestamptz
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email)) WHERE deleted_at IS NULL;
CREATE TRIGGER users_updated_at BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE groups (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  parent_id uuid REFERENCES groups (id) ON DELETE RESTRICT,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  type group_type NOT NULL,
  path ltree NOT NULL UNIQUE,  -- kept by the triggers below: the parent's path and a label made of the id
  settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE INDEX groups_path_gist ON groups USING gist (path);
CREATE INDEX groups_parent_id_idx ON groups (parent_id);
CREATE TRIGGER groups_updated_at BEFORE UPDATE ON groups FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- The path follows from the parents, so the two cannot disagree.
CREATE FUNCTION place_group() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  label ltree := text2ltree(replace(NEW.id::text, '-', '_'));
  parent_path ltree;
BEGIN
  IF NEW.parent_id IS NULL THEN
    NEW.path := label;
    RETURN NEW;
  END IF;
  SELECT path INTO parent_path FROM groups WHERE id = NEW.parent_id;
  IF parent_path IS NULL THEN
    RAISE foreign_key_violation USING MESSAGE = 'the parent group does not exist', CONSTRAINT = 'groups_parent_id_fkey';
  END IF;
  IF TG_OP = 'UPDATE' AND parent_path <@ OLD.path THEN
    RAISE check_violation USING MESSAGE = 'a group cannot be moved below itself', CONSTRAINT = 'groups_no_cycle';
  END IF;
  NEW.path := parent_path || label;
  RETURN NEW;
END $$;
CREATE TRIGGER groups_place BEFORE INSERT OR UPDATE OF parent_id ON groups
  FOR EACH ROW EXECUTE FUNCTION place_group();

CREATE FUNCTION move_descendants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE groups SET path = NEW.path || subpath(path, nlevel(OLD.path))
   WHERE path <@ OLD.path AND nlevel(path) > nlevel(OLD.path);
  RETURN NULL;
END $$;
CREATE TRIGGER groups_move AFTER UPDATE OF parent_id ON groups
  FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION move_descendants();

CREATE TABLE group_members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  group_id uuid NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  role member_role NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, group_id)
);
CREATE INDEX group_members_group_id_idx ON group_members (group_id);
CREATE TRIGGER group_members_updated_at BEFORE UPDATE ON group_members
  FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Logins. The cookie's token itself is nowhere in the database.
CREATE TABLE auth_sessions (
  token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  context text NOT NULL DEFAULT 'unknown' CHECK (context IN ('personal', 'shared', 'unknown')),
  last_activity_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX auth_sessions_user_id_idx ON auth_sessions (user_id);
CREATE INDEX auth_sessions_expires_at_idx ON auth_sessions (expires_at);

-- Teaching ------------------------------------------------------------------------------------------------------------

CREATE TABLE classes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  group_id uuid NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE INDEX classes_group_id_idx ON classes (group_id);
CREATE TRIGGER classes_updated_at BEFORE UPDATE ON classes FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE class_members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  class_id uuid NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role class_role NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (class_id, user_id)
);
CREATE INDEX class_members_user_id_idx ON class_members (user_id);

-- A tool keeps its id; what it says lives in versions that never change.
CREATE TABLE tools (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  type tool_type NOT NULL,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  group_id uuid REFERENCES groups (id) ON DELETE CASCADE,  -- NULL: for the whole system
  created_by uuid REFERENCES users (id) ON DELETE SET NULL,
  current_version_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE INDEX tools_group_id_idx ON tools (group_id);
CREATE INDEX tools_created_by_idx ON tools (created_by);
CREATE INDEX tools_listing_idx ON tools (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TRIGGER tools_updated_at BEFORE UPDATE ON tools FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE tool_versions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tool_id uuid NOT NULL REFERENCES tools (id) ON DELETE CASCADE,
  version text NOT NULL CHECK (char_length(version) BETWEEN 5 AND 64),  -- semantic version
  definition_yaml text NOT NULL,                                        -- exactly as written
  parsed jsonb NOT NULL CHECK (jsonb_typeof(parsed) = 'object'),
  created_by uuid REFERENCES users (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tool_id, version),
  UNIQUE (id, tool_id)
);
-- Deferred, so that a tool and its first version can be written in one transaction; and only a version of its own.
ALTER TABLE tools ADD CONSTRAINT tools_current_version_fkey FOREIGN KEY (current_version_id, id)
  REFERENCES tool_versions (id, tool_id) DEFERRABLE INITIALLY DEFERRED;

-- The creator may be forgotten (SET NULL on erasure); everything else stands as it was written.
CREATE FUNCTION refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.tool_id, NEW.version, NEW.definition_yaml, NEW.parsed, NEW.created_at)
     IS DISTINCT FROM (OLD.id, OLD.tool_id, OLD.version, OLD.definition_yaml, OLD.parsed, OLD.created_at) THEN
    RAISE check_violation USING MESSAGE = 'a tool version never changes: add a new one',
                                CONSTRAINT = 'tool_versions_immutable';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tool_versions_immutable BEFORE UPDATE ON tool_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_version_change();

CREATE TABLE assignments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  class_id uuid NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  tool_id uuid NOT NULL,
  tool_version_id uuid NOT NULL,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  instructions text NOT NULL DEFAULT '',
  config jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(config) = 'object'),
  available_at timestamptz,
  due_at timestamptz,
  closes_at timestamptz,
  max_attempts integer CHECK (max_attempts > 0),
  time_limit interval CHECK (time_limit > interval '0'),
  created_by uuid REFERENCES users (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  CONSTRAINT assignments_version_fkey FOREIGN KEY (tool_version_id, tool_id) REFERENCES tool_versions (id, tool_id),
  CONSTRAINT assignments_window_check CHECK (
    (available_at IS NULL OR due_at IS NULL OR available_at <= due_at) AND
    (due_at IS NULL OR closes_at IS NULL OR due_at <= closes_at) AND
    (available_at IS NULL OR closes_at IS NULL OR available_at < closes_at))
);
CREATE INDEX assignments_class_id_idx ON assignments (class_id);
CREATE INDEX assignments_tool_id_idx ON assignments (tool_id);
CREATE TRIGGER assignments_updated_at BEFORE UPDATE ON assignments FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Conversations and runs ----------------------------------------------------------------------------------------------

CREATE TABLE chat_sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tool_id uuid NOT NULL,
  tool_version_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  assignment_id uuid REFERENCES assignments (id) ON DELETE SET NULL,
  state session_state NOT NULL DEFAULT 'active',
  next_seq integer NOT NULL DEFAULT 1 CHECK (next_seq > 0),  -- number of the next message
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  last_message_at timestamptz,
  CONSTRAINT chat_sessions_version_fkey FOREIGN KEY (tool_version_id, tool_id) REFERENCES tool_versions (id, tool_id),
  CONSTRAINT chat_sessions_ended_check CHECK ((state = 'completed') = (ended_at IS NOT NULL))
);
CREATE INDEX chat_sessions_user_id_idx ON chat_sessions (user_id, started_at DESC, id DESC);
CREATE INDEX chat_sessions_tool_id_idx ON chat_sessions (tool_id, started_at DESC);
CREATE INDEX chat_sessions_assignment_id_idx ON chat_sessions (assignment_id) WHERE assignment_id IS NOT NULL;
CREATE INDEX chat_sessions_started_at_idx ON chat_sessions (started_at DESC, id DESC);
CREATE INDEX chat_sessions_open_idx ON chat_sessions (state) WHERE state <> 'completed';

CREATE TABLE messages (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid NOT NULL REFERENCES chat_sessions (id) ON DELETE CASCADE,
  seq integer NOT NULL CHECK (seq > 0),
  role message_role NOT NULL,
  content text NOT NULL,
  meta jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(meta) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT messages_session_seq_unique UNIQUE (session_id, seq)
);

CREATE TABLE runs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tool_id uuid NOT NULL,
  tool_version_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  assignment_id uuid REFERENCES assignments (id) ON DELETE SET NULL,
  state run_state NOT NULL DEFAULT 'pending',
  input jsonb NOT NULL,
  output jsonb,
  error jsonb,  -- the body that the caller got
  meta jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(meta) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  CONSTRAINT runs_version_fkey FOREIGN KEY (tool_version_id, tool_id) REFERENCES tool_versions (id, tool_id),
  CONSTRAINT runs_ended_check CHECK ((state IN ('complete', 'failed')) = (completed_at IS NOT NULL)),
  CONSTRAINT runs_output_check CHECK (state <> 'complete' OR output IS NOT NULL),
  CONSTRAINT runs_error_check CHECK (state <> 'failed' OR error IS NOT NULL)
);
CREATE INDEX runs_user_id_idx ON runs (user_id, created_at DESC, id DESC);
CREATE INDEX runs_tool_id_idx ON runs (tool_id, created_at DESC);
CREATE INDEX runs_assignment_id_idx ON runs (assignment_id) WHERE assignment_id IS NOT NULL;
CREATE INDEX runs_unfinished_idx ON runs (created_at) WHERE state IN ('pending', 'processing');

CREATE TABLE submissions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  assignment_id uuid NOT NULL REFERENCES assignments (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  session_id uuid REFERENCES chat_sessions (id) ON DELETE CASCADE,
  run_id uuid REFERENCES runs (id) ON DELETE CASCADE,
  attempt integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
  state submission_state NOT NULL DEFAULT 'in_progress',
  started_at timestamptz NOT NULL DEFAULT now(),
  submitted_at timestamptz,
  UNIQUE (assignment_id, user_id, attempt),
  CONSTRAINT submissions_one_work CHECK (num_nonnulls(session_id, run_id) = 1)
);
CREATE INDEX submissions_user_id_idx ON submissions (user_id);

-- What modules found out about a conversation or a run.
CREATE TABLE extractions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id uuid REFERENCES chat_sessions (id) ON DELETE CASCADE,
  run_id uuid REFERENCES runs (id) ON DELETE CASCADE,
  module text NOT NULL CHECK (module <> ''),
  type text NOT NULL CHECK (type <> ''),
  data jsonb NOT NULL,
  message_seq integer CHECK (message_seq > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT extractions_one_subject CHECK (num_nonnulls(session_id, run_id) = 1)
);
CREATE INDEX extractions_session_id_idx ON extractions (session_id, created_at) WHERE session_id IS NOT NULL;
CREATE INDEX extractions_run_id_idx ON extractions (run_id, created_at) WHERE run_id IS NOT NULL;

-- What was paid for. Rows outlive what they are about: sums must not shrink when a user is erased.
CREATE TABLE ai_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid REFERENCES users (id) ON DELETE SET NULL,
  group_id uuid REFERENCES groups (id) ON DELETE SET NULL,
  class_id uuid REFERENCES classes (id) ON DELETE SET NULL,
  tool_id uuid REFERENCES tools (id) ON DELETE SET NULL,
  session_id uuid REFERENCES chat_sessions (id) ON DELETE SET NULL,
  run_id uuid REFERENCES runs (id) ON DELETE SET NULL,
  assignment_id uuid REFERENCES assignments (id) ON DELETE SET NULL,
  model text NOT NULL,
  request_type request_type NOT NULL,
  outcome usage_outcome NOT NULL DEFAULT 'answered',  -- blocked, failed and abandoned answers are paid for as well
  input_tokens integer NOT NULL CHECK (input_tokens >= 0),
  output_tokens integer NOT NULL CHECK (output_tokens >= 0),
  total_tokens bigint GENERATED ALWAYS AS (input_tokens::bigint + output_tokens) STORED,
  estimated boolean NOT NULL DEFAULT false,  -- the gateway reported no tokens
  cost numeric(16, 8) CHECK (cost >= 0),     -- US dollars; NULL while the model's price is not known
  latency_ms integer CHECK (latency_ms >= 0),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ai_usage_user_idx ON ai_usage (user_id, created_at);
CREATE INDEX ai_usage_group_idx ON ai_usage (group_id, created_at);
CREATE INDEX ai_usage_created_at_idx ON ai_usage (created_at);
CREATE INDEX ai_usage_session_id_idx ON ai_usage (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX ai_usage_run_id_idx ON ai_usage (run_id) WHERE run_id IS NOT NULL;

-- Modules and events --------------------------------------------------------------------------------------------------

CREATE TABLE modules (
  name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{0,63}$'),
  version text NOT NULL,
  publisher text NOT NULL DEFAULT '',
  digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),  -- SHA-256 of the bundle
  signed_by text,                                          -- key id; NULL for an unsigned one in development mode
  permissions jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(permissions) = 'array'),  -- granted
  manifest jsonb NOT NULL CHECK (jsonb_typeof(manifest) = 'object'),
  enabled boolean NOT NULL DEFAULT true,
  installed_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER modules_updated_at BEFORE UPDATE ON modules FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Events, written in the transaction that they tell of and delivered after it.
CREATE TABLE outbox (
  id bigserial PRIMARY KEY,
  topic text NOT NULL CHECK (topic <> ''),
  key text NOT NULL DEFAULT '',  -- subject: events of one key are delivered in order
  payload jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(payload) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  delivered_at timestamptz
);
CREATE INDEX outbox_undelivered_idx ON outbox (id) WHERE delivered_at IS NULL;
