-- Modules from a registry: whose keys are believed, what is to be installed on every host, and how modules keep up.

-- == trust and installation ===========================================================================================

-- Publishers' keys that an administrator has agreed to believe, on every host: beside the folder VAR/trust of each.
CREATE TABLE trusted_publishers (
  publisher text NOT NULL CHECK (publisher ~ '^[a-z][a-z0-9-]{1,62}$'),
  key_id text NOT NULL CHECK (key_id ~ '^[0-9a-f]{16}$'),
  public_key text NOT NULL,  -- base64url
  source text NOT NULL DEFAULT '' CHECK (length(source) <= 2000),  -- the registry whose metadata named it
  added_by text NOT NULL DEFAULT '' CHECK (length(added_by) <= 300),
  added_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz,  -- an administrator believes it no longer
  PRIMARY KEY (publisher, key_id)
);

-- The bundles of the installed modules and of those before them, so that each host gets what it lacks by itself.
CREATE TABLE module_archives (
  digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
  bytes bigint NOT NULL CHECK (bytes > 0),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE module_archive_chunks (
  digest text NOT NULL REFERENCES module_archives (digest) ON DELETE CASCADE,
  position integer NOT NULL CHECK (position >= 0),
  piece bytea NOT NULL,
  PRIMARY KEY (digest, position)
);

-- A bundle that an administrator has uploaded and may install; kept for an hour.
CREATE TABLE module_uploads (
  id uuid PRIMARY KEY,
  digest text NOT NULL REFERENCES module_archives (digest),
  module text NOT NULL,
  version text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX module_uploads_digest_idx ON module_uploads (digest);

-- Installing and upgrading, for whoever watches. One at a time, whichever host does it: its host says again and again
-- that it lives, and one that has fallen silent is taken for dead.
CREATE TABLE module_operations (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('install', 'upgrade')),
  state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  plan_id text NOT NULL CHECK (plan_id ~ '^[0-9a-f]{64}$'),
  steps jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(steps) = 'array'),
  error text NOT NULL DEFAULT '',
  host text NOT NULL,
  started_by text NOT NULL,
  heard_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  CHECK ((state = 'running') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX module_operations_running_idx ON module_operations ((true)) WHERE state = 'running';
CREATE INDEX module_operations_started_at_idx ON module_operations (started_at DESC);

-- == policies, advisories, updates of modules =========================================================================

-- What an admin has said about a module's versions. No row: nothing, which is as the defaults here.
CREATE TABLE module_policies (
  module text PRIMARY KEY REFERENCES modules (name) ON DELETE CASCADE,
  auto_update text NOT NULL DEFAULT 'manual' CHECK (auto_update IN ('manual', 'patch', 'minor')),
  channel text NOT NULL DEFAULT 'stable' CHECK (channel IN ('stable', 'beta')),
  pin text CHECK (length(pin) BETWEEN 1 AND 128),  -- a range of versions
  updated_by text NOT NULL CHECK (length(updated_by) <= 300),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER module_policies_updated_at BEFORE UPDATE ON module_policies FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Versions that failed here after an automatic update: never taken again by themselves.
CREATE TABLE module_holds (
  module text NOT NULL REFERENCES modules (name) ON DELETE CASCADE,
  version text NOT NULL,
  because text NOT NULL,
  held_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (module, version)
);

-- What the last look at the registry came to, for each module that it knows.
CREATE TABLE module_updates (
  module text PRIMARY KEY REFERENCES modules (name) ON DELETE CASCADE,
  installed_version text NOT NULL,  -- that it is about
  version text,                     -- the newest that could be had; NULL: none
  needs_consent boolean NOT NULL DEFAULT false,
  held_because text,                -- why it has not been taken by itself
  yanked_because text,              -- of the installed version
  checked_at timestamptz NOT NULL DEFAULT now()
);

-- When the registry is looked at next, and which host does it. One row.
CREATE TABLE module_update_schedule (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  seed uuid NOT NULL DEFAULT gen_random_uuid(),  -- spreads instances over the hour
  next_at timestamptz NOT NULL,
  host text,
  leads_until timestamptz,
  checked_at timestamptz,
  fault text NOT NULL DEFAULT ''  -- of the last look
);

-- New versions that are being watched. Those of one update go back together.
CREATE TABLE module_probations (
  module text PRIMARY KEY REFERENCES modules (name) ON DELETE CASCADE,
  update_id uuid NOT NULL,
  position integer NOT NULL,  -- in the update
  from_version text NOT NULL,
  to_version text NOT NULL,
  calls_before bigint NOT NULL, failures_before bigint NOT NULL,  -- of the version before
  failed_because text,  -- it is going back
  started_at timestamptz NOT NULL DEFAULT now()
);

-- What was done without anybody being asked, for admins.
CREATE TABLE module_update_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  module text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('updated', 'kept', 'rolled_back', 'failed')),
  version text NOT NULL,
  text text NOT NULL,
  happened_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX module_update_events_module_idx ON module_update_events (module, id DESC);

-- Of the registry, about modules that are installed here and about the platform (module: NULL). Which versions they
-- touch is asked when they are shown.
CREATE TABLE module_advisories (
  id text PRIMARY KEY CHECK (length(id) <= 64),
  module text,
  affected text NOT NULL,
  fixed text NOT NULL DEFAULT '',
  severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  title text NOT NULL, body text NOT NULL DEFAULT '', url text NOT NULL DEFAULT '',
  published_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX module_advisories_module_idx ON module_advisories (module);

-- == what modules are told ============================================================================================

-- Ids only, in the transaction of what it tells of: once for each attempt, when it is handed in, in time or late.
CREATE FUNCTION tell_modules_of_submission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM module_subscriptions s WHERE s.type = 'submission.submitted') THEN
    PERFORM tell_modules('submission.submitted', NEW.assignment_id || '/' || NEW.user_id,
      jsonb_build_object('submission_id', NEW.id, 'assignment_id', a.id, 'class_id', a.class_id, 'group_id', c.group_id,
        'user_id', NEW.user_id, 'session_id', NEW.session_id, 'run_id', NEW.run_id, 'attempt', NEW.attempt, 'state', NEW.state),
      a.tool_id, c.group_id, NEW.user_id, NEW.session_id, NEW.run_id)
      FROM assignments a JOIN classes c ON c.id = a.class_id WHERE a.id = NEW.assignment_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER submissions_told AFTER INSERT ON submissions
  FOR EACH ROW WHEN (NEW.state <> 'in_progress') EXECUTE FUNCTION tell_modules_of_submission();
CREATE TRIGGER submissions_handed_in_told AFTER UPDATE OF state ON submissions
  FOR EACH ROW WHEN (OLD.state = 'in_progress' AND NEW.state <> 'in_progress') EXECUTE FUNCTION tell_modules_of_submission();
