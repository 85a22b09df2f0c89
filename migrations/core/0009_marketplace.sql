-- Modules from a registry: whose keys are believed, what is to be installed on every host, and how modules keep up.

-- == trust and installation ===========================================================================================


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
