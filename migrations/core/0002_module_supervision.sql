-- What has to be known of modules beyond one host's memory: an admin's limits, the version before, health, reports, log lines.

ALTER TABLE modules
  ADD COLUMN time_limits jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(time_limits) = 'object'),  -- ms by hook point
  ADD COLUMN previous_version text,
  ADD COLUMN previous_digest text CHECK (previous_digest ~ '^[0-9a-f]{64}$'),
  ADD CHECK ((previous_version IS NULL) = (previous_digest IS NULL));

-- Survives every host: how often a module failed, and whether it is in quarantine.
CREATE TABLE module_health (
  module text PRIMARY KEY REFERENCES modules (name) ON DELETE CASCADE,
  health jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(health) = 'object'),
  released_at timestamptz,  -- an admin let it out of quarantine
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER module_health_updated_at BEFORE UPDATE ON module_health FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- What each host last said of each of its modules.
CREATE TABLE module_reports (
  host text NOT NULL CHECK (host <> ''),
  module text NOT NULL,
  status jsonb NOT NULL CHECK (jsonb_typeof(status) = 'object'),
  reported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (host, module)
);

-- The newest lines that modules logged; older ones are removed as new ones come.
CREATE TABLE module_lines (
  id bigserial PRIMARY KEY,
  module text NOT NULL REFERENCES modules (name) ON DELETE CASCADE,
  host text NOT NULL,
  level text NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
  line text NOT NULL,
  logged_at timestamptz NOT NULL
);
CREATE INDEX module_lines_module_idx ON module_lines (module, id DESC);
