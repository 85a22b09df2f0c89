-- The registry's database: what is published, by whom, and what vouches for it. Blobs are elsewhere, named by digest.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;

-- == metadata (The Update Framework) ==================================================================================

-- Documents as they were signed: all of the offline roles' and the publishers'; of the online roles those that a client
-- may still be reading. The highest version of a role is current; it is never deleted, so that no number is used twice.
CREATE TABLE tuf_metadata (
  role text NOT NULL CHECK (role ~ '^[a-z][a-z0-9-]{0,79}$'),
  version bigint NOT NULL CHECK (version >= 1),
  file bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (role, version)
);

-- Small targets that the registry itself makes (advisories); bundles and releases are blobs. The one before stays for a
-- while, for clients that are reading.
CREATE TABLE tuf_targets (
  path text NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bytea NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (path, sha256)
);

-- == publishers =======================================================================================================

CREATE TABLE publishers (
  name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{1,62}$'),
  title text NOT NULL DEFAULT '' CHECK (length(title) <= 100),
  contact text NOT NULL DEFAULT '' CHECK (length(contact) <= 254),  -- for the registry's operator alone
  url text NOT NULL DEFAULT '' CHECK (length(url) <= 500),
  reviewed boolean NOT NULL DEFAULT false,  -- an operator knows it: its versions need no review unless they ask for more
  suspended_because text,
  uploads_on date NOT NULL DEFAULT current_date,  -- the day of which `uploads` counts, for the quota
  uploads integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER publishers_updated_at BEFORE UPDATE ON publishers FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE publisher_keys (
  key_id text PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{16}$'),
  publisher text NOT NULL REFERENCES publishers (name),
  public_key text NOT NULL UNIQUE,  -- base64url; a key belongs to one publisher for ever
  label text NOT NULL DEFAULT '' CHECK (length(label) <= 100),
  added_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  revoked_because text
);
CREATE INDEX publisher_keys_publisher_idx ON publisher_keys (publisher);

-- Each signed request once: a repeated one within its time is refused.
CREATE TABLE request_nonces (
  key_id text NOT NULL,
  nonce text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (key_id, nonce)
);

-- == modules ==========================================================================================================

CREATE TABLE modules (
  name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{1,62}$'),
  publisher text NOT NULL REFERENCES publishers (name),
  category text NOT NULL DEFAULT 'other',
  -- What the newest published version says, for lists and search.
  title text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  license text NOT NULL DEFAULT '',
  latest_stable text, latest_beta text,
  downloads bigint NOT NULL DEFAULT 0,
  rating_sum bigint NOT NULL DEFAULT 0,
  rating_count bigint NOT NULL DEFAULT 0,
  hooks text[] NOT NULL DEFAULT '{}',
  permissions text[] NOT NULL DEFAULT '{}',
  -- Where one of its versions runs, as "CHANNEL/ABI/ARCHITECTURE", each part also left out: "/1.2/".
  runs_on text[] NOT NULL DEFAULT '{}',
  -- Few ratings say little: five of three stars are thought to be there already.
  rating_key bigint NOT NULL GENERATED ALWAYS AS ((rating_sum + 15) * 1000 / (rating_count + 5)) STORED,
  search tsvector NOT NULL DEFAULT ''::tsvector,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- What can be found: a module none of whose versions may be installed is not listed.
CREATE INDEX modules_search_idx ON modules USING gin (search) WITH (fastupdate = off);
CREATE INDEX modules_downloads_idx ON modules (downloads, name);
CREATE INDEX modules_rating_idx ON modules (rating_key, name);
CREATE INDEX modules_updated_idx ON modules (updated_at, name);
CREATE INDEX modules_publisher_idx ON modules (publisher);

CREATE TABLE module_versions (
  module text NOT NULL REFERENCES modules (name),
  version text NOT NULL,
  sort_key text NOT NULL,  -- orders as semantic versions do, compared in "C"
  channel text NOT NULL CHECK (channel IN ('stable', 'beta')),
  -- submitted: being checked; review: an operator has to look; approved: the publisher may sign it into its document;
  -- published; rejected. Yanked ones stay published, with the reason.
  state text NOT NULL CHECK (state IN ('submitted', 'review', 'approved', 'published', 'rejected')),
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint NOT NULL CHECK (bytes > 0),
  key_id text NOT NULL REFERENCES publisher_keys (key_id),
  manifest jsonb NOT NULL CHECK (jsonb_typeof(manifest) = 'object'),
  abi_major integer NOT NULL, abi_minor integer NOT NULL,
  hooks text[] NOT NULL DEFAULT '{}',
  permissions text[] NOT NULL DEFAULT '{}',
  architectures text[] NOT NULL DEFAULT '{}',
  dependencies jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(dependencies) = 'object'),
  change_log text NOT NULL DEFAULT '',
  findings jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(findings) = 'array'),
  review_note text NOT NULL DEFAULT '',
  yanked_because text,
  yanked_at timestamptz,
  downloads bigint NOT NULL DEFAULT 0,
  submitted_at timestamptz NOT NULL DEFAULT now(),
  checking_until timestamptz,  -- a server has taken the check upon itself until then; it says so again while it works
  published_at timestamptz,
  PRIMARY KEY (module, version),
  CHECK ((state = 'published') = (published_at IS NOT NULL)),
  CHECK ((yanked_because IS NULL) = (yanked_at IS NULL))
);
CREATE INDEX module_versions_waiting_idx ON module_versions (submitted_at) WHERE state = 'submitted';
CREATE INDEX module_versions_sha256_idx ON module_versions (sha256);
CREATE INDEX module_versions_order_idx ON module_versions (module, sort_key COLLATE "C" DESC);

-- The words that search knows, to tell what somebody meant who has mistyped one.
CREATE TABLE search_words (word text PRIMARY KEY CHECK (length(word) BETWEEN 3 AND 40));
CREATE INDEX search_words_idx ON search_words USING gin (word gin_trgm_ops) WITH (fastupdate = off);

-- Each typed word, or the known one that looks most like it.
CREATE FUNCTION meant_words(typed text[]) RETURNS text[] LANGUAGE sql STABLE
SET pg_trgm.similarity_threshold = 0.25 AS $$
  SELECT array_agg(coalesce((SELECT s.word FROM search_words s WHERE s.word % lower(t.word)
                             ORDER BY similarity(s.word, lower(t.word)) DESC, s.word LIMIT 1), t.word) ORDER BY t.place)
  FROM unnest(typed) WITH ORDINALITY t(word, place)
$$;

-- What lists and search say of a module, made anew from its published versions: call it in the transaction that
-- publishes, yanks or un-yanks one.
CREATE FUNCTION refresh_module(module_name text) RETURNS void LANGUAGE sql AS $$
  WITH offered AS (
    SELECT v.* FROM module_versions v
    WHERE v.module = module_name AND v.state = 'published' AND v.yanked_at IS NULL
  ), stable AS (
    SELECT * FROM offered WHERE channel = 'stable' ORDER BY sort_key COLLATE "C" DESC LIMIT 1
  ), beta AS (
    SELECT * FROM offered WHERE channel = 'beta' ORDER BY sort_key COLLATE "C" DESC LIMIT 1
  ), shown AS (
    SELECT * FROM stable UNION ALL (SELECT * FROM beta WHERE NOT EXISTS (SELECT 1 FROM stable))
  )
  UPDATE modules m SET
    latest_stable = (SELECT version FROM stable), latest_beta = (SELECT version FROM beta),
    title = coalesce((SELECT manifest->>'title' FROM shown), m.title),
    description = coalesce((SELECT manifest->>'description' FROM shown), m.description),
    license = coalesce((SELECT manifest->>'license' FROM shown), m.license),
    runs_on = coalesce((SELECT array_agg(DISTINCT c || '/' || a || '/' || r) FROM offered o,
                        unnest(ARRAY['', o.channel]) c, unnest(ARRAY['', o.abi_major || '.' || o.abi_minor]) a,
                        unnest(ARRAY[''] || o.architectures) r), '{}'),
    hooks = coalesce((SELECT hooks FROM shown), '{}'), permissions = coalesce((SELECT permissions FROM shown), '{}'),
    search = (SELECT setweight(to_tsvector('english', replace(m.name, '-', ' ')), 'A')
                || setweight(to_tsvector('english', coalesce(manifest->>'title', '')), 'A')
                || setweight(to_tsvector('english', coalesce(manifest->>'description', '')), 'B')
                || setweight(to_tsvector('english', replace(m.publisher, '-', ' ')), 'C')
                || setweight(to_tsvector('simple', replace(array_to_string(hooks, ' '), ':', ' ')), 'D')
              FROM (SELECT * FROM shown UNION ALL
                    SELECT * FROM (SELECT * FROM module_versions WHERE module = module_name AND state = 'published'
                                   ORDER BY sort_key COLLATE "C" DESC LIMIT 1) any_version
                    WHERE NOT EXISTS (SELECT 1 FROM shown)) said),
    updated_at = now()
  WHERE m.name = module_name AND EXISTS (SELECT 1 FROM module_versions v
                                         WHERE v.module = module_name AND v.state = 'published');
  INSERT INTO search_words SELECT DISTINCT word FROM modules m,
    regexp_split_to_table(lower(m.name || ' ' || m.title || ' ' || left(m.description, 2000)), '[^[:alpha:]]+') word
  WHERE m.name = module_name AND length(word) BETWEEN 3 AND 40 ON CONFLICT DO NOTHING
$$;

CREATE TABLE module_screenshots (
  module text NOT NULL REFERENCES modules (name),
  position integer NOT NULL CHECK (position BETWEEN 1 AND 8),
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  content_type text NOT NULL CHECK (content_type IN ('image/png', 'image/jpeg', 'image/webp')),
  caption text NOT NULL DEFAULT '' CHECK (length(caption) <= 200),
  PRIMARY KEY (module, position)
);

-- One an instance and module: who rates has it installed.
CREATE TABLE module_ratings (
  module text NOT NULL REFERENCES modules (name),
  instance_id uuid NOT NULL,
  stars integer NOT NULL CHECK (stars BETWEEN 1 AND 5),
  version text NOT NULL,
  rated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (module, instance_id)
);

CREATE TABLE advisories (
  id text PRIMARY KEY CHECK (id ~ '^RA-[0-9]{4}-[0-9]{4,}$'),
  module text REFERENCES modules (name),  -- NULL: the platform itself
  affected text NOT NULL,
  fixed text NOT NULL DEFAULT '',
  severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  title text NOT NULL, body text NOT NULL DEFAULT '', url text NOT NULL DEFAULT '',
  published_at timestamptz NOT NULL DEFAULT now(),
  withdrawn_at timestamptz
);
CREATE INDEX advisories_module_idx ON advisories (module) WHERE withdrawn_at IS NULL;

-- == releases of the platform, community tools, instances =============================================================

CREATE TABLE releases (
  version text PRIMARY KEY,
  sort_key text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('stable', 'beta')),
  files jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(files) = 'array'),  -- target path, SHA-256, bytes, architecture
  image text NOT NULL DEFAULT '',  -- with its digest, for Docker and Kubernetes
  notes text NOT NULL DEFAULT '',
  min_from text NOT NULL DEFAULT '',  -- the oldest version that may go to this one at once
  rollout_percent integer NOT NULL DEFAULT 100 CHECK (rollout_percent BETWEEN 0 AND 100),
  halted_because text,
  -- What instances have reported since decides whether it is halted; when an operator resumes it, that begins anew.
  watched_since timestamptz NOT NULL DEFAULT now(),
  published_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE community_tools (
  id uuid PRIMARY KEY,
  publisher text NOT NULL REFERENCES publishers (name),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  type text NOT NULL CHECK (type IN ('chat', 'product')),
  subject text NOT NULL DEFAULT '', grade_level text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  yaml text NOT NULL CHECK (length(yaml) <= 262144),
  modules text[] NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'review' CHECK (state IN ('review', 'published', 'rejected')),
  review_note text NOT NULL DEFAULT '',
  downloads bigint NOT NULL DEFAULT 0,
  search tsvector NOT NULL DEFAULT ''::tsvector,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX community_tools_name_idx ON community_tools (publisher, name) WHERE state <> 'rejected';
CREATE INDEX community_tools_search_idx ON community_tools USING gin (search);
CREATE INDEX community_tools_order_idx ON community_tools (updated_at, id) WHERE state = 'published';

-- Opt-in; no personal data: an id that the instance was given, what it runs, and how it fares.
CREATE TABLE instances (
  id uuid PRIMARY KEY,
  token_sha256 text NOT NULL CHECK (token_sha256 ~ '^[0-9a-f]{64}$'),
  version text NOT NULL DEFAULT '',
  channel text NOT NULL DEFAULT 'stable',
  deployment_type text NOT NULL DEFAULT '',
  modules jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(modules) = 'object'),
  update_state text NOT NULL DEFAULT '' CHECK (update_state IN ('', 'updating', 'healthy', 'rolled_back', 'failed')),
  update_version text NOT NULL DEFAULT '',
  update_reported_at timestamptz,  -- when these two last became others
  registered_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX instances_update_idx ON instances (update_version, update_reported_at);
CREATE INDEX instances_seen_idx ON instances (seen_at);
