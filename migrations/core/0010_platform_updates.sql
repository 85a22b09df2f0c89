-- Releases of the platform: which are known, which were taken, and how that went.

-- Who looks after a part of this instance: one row for each `rapt agent` (a bare machine, a Docker host, a cluster, an app).
CREATE TABLE platform_agents (
  name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 100),
  deployment text NOT NULL DEFAULT '' CHECK (deployment IN ('', 'bare', 'docker', 'kubernetes', 'heroku')),
  version text NOT NULL,    -- that its servers run
  previous_version text,    -- what a roll-back would go to
  seen_at timestamptz NOT NULL DEFAULT now()
);

-- The last look at the registry.
CREATE TABLE platform_look (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  checked_at timestamptz,
  next_at timestamptz NOT NULL DEFAULT now(),
  looker text, leads_until timestamptz,  -- who is looking
  fault text NOT NULL DEFAULT '',  -- why the last look came to nothing
  failing_since timestamptz,       -- the first look without success since the last with it
  told_version text NOT NULL DEFAULT '',  -- the release that administrators were told of
  offer jsonb CHECK (jsonb_typeof(offer) = 'object')  -- the newest release that there is, and what stands in its way
);

-- Releases that are not taken by themselves again, because they failed here.
CREATE TABLE platform_holds (
  version text PRIMARY KEY,
  because text NOT NULL,
  held_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE platform_updates (
  id uuid PRIMARY KEY,
  agent text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('update', 'rollback')),
  from_version text NOT NULL, to_version text NOT NULL,
  state text NOT NULL CHECK (state IN ('requested', 'running', 'updated', 'rolled_back', 'failed', 'broken', 'cancelled')),
  phase text NOT NULL DEFAULT '', detail text NOT NULL DEFAULT '',
  with_pause boolean NOT NULL DEFAULT false,        -- an administrator agrees that nobody is served meanwhile
  restore_database boolean NOT NULL DEFAULT false,  -- of a roll-back: the copy of before the update comes back, too
  source text NOT NULL DEFAULT '',                  -- a mirror's address, where it is not the usual registry
  abandoned boolean NOT NULL DEFAULT false,         -- ended by another, because its agent was gone
  because text NOT NULL DEFAULT '',
  requested_by text NOT NULL DEFAULT '',  -- '' when nobody was asked (AUTO_UPDATE)
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz, ended_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((state IN ('requested', 'running')) = (ended_at IS NULL))
);
-- One at a time over all agents: a fault that the first machine finds stays on that machine.
CREATE UNIQUE INDEX platform_updates_one_idx ON platform_updates ((true)) WHERE state IN ('requested', 'running');
CREATE INDEX platform_updates_newest_idx ON platform_updates (created_at DESC, id);
CREATE TRIGGER platform_updates_updated_at BEFORE UPDATE ON platform_updates FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- What the registry knows this instance by, where its administrators have agreed to tell it (UPDATE_REPORTS); and the number by
-- which it is decided whether a roll-out has come to it, which nobody is told.
CREATE TABLE platform_instance (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  rollout_id uuid NOT NULL,
  registry text NOT NULL DEFAULT '',  -- the address it was registered at
  instance_id uuid,
  token_sealed bytea,
  reported_at timestamptz
);
