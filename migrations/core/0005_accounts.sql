-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Accounts: verified addresses, resets, second factors, providers; users by the thousand; outgoing mail; requests that
-- are made twice.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Users ---------------------------------------------------------------------------------------------------------------

ALTER TYPE user_status ADD VALUE 'pending_verification' BEFORE 'active';

ALTER TABLE users ADD COLUMN email_verified_at timestamptz;
-- Those that are there were made by administrators, who stand for the address. Nobody has edited them.
ALTER TABLE users DISABLE TRIGGER users_updated_at;
UPDATE users SET email_verified_at = created_at;
ALTER TABLE users ENABLE TRIGGER users_updated_at;

-- A login is no change of the account: whoever edits it would find it changed (If-Match).
DROP TRIGGER users_updated_at ON users;
CREATE TRIGGER users_updated_at BEFORE UPDATE OF email, name, given_name, family_name, status, email_verified_at, deleted_at
  ON users FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Lists are paged by name, by age or by the last login; without deleted ones, which no list shows.
CREATE INDEX users_name_idx ON users (lower(name), id) WHERE deleted_at IS NULL;
CREATE INDEX users_created_at_idx ON users (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_last_login_idx ON users (coalesce(last_login_at, '1970-01-01 00:00:00+00'::timestamptz), id)
  WHERE deleted_at IS NULL;
CREATE INDEX users_search_idx ON users USING gin ((lower(name) || ' ' || lower(email)) gin_trgm_ops) WHERE deleted_at IS NULL;
CREATE INDEX users_status_idx ON users (status, lower(name), id) WHERE deleted_at IS NULL AND status <> 'active';
CREATE INDEX group_members_admins_idx ON group_members (user_id) WHERE role = 'system_admin';

-- Logins --------------------------------------------------------------------------------------------------------------

-- The id is what lists and the person see; the token's hash stays where it is.
ALTER TABLE auth_sessions
  ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  ADD COLUMN ip_address inet,
  ADD COLUMN user_agent text CHECK (char_length(user_agent) <= 400),
  ADD COLUMN provider text;  -- NULL: by password

-- One-time secrets that were mailed. Only their SHA-256 is kept.
CREATE TABLE password_resets (
  token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  email text NOT NULL,               -- to which it was mailed: worth nothing once the account has another one
  requested_by uuid REFERENCES users (id) ON DELETE SET NULL,  -- NULL: the person
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX password_resets_user_id_idx ON password_resets (user_id);

CREATE TABLE email_verifications (
  token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 255),  -- what is proven; becomes the account's address
  -- Of a registration. They become the account's with this link alone, so that a stranger who registers somebody else's
  -- address has no password there once its owner follows the own link.
  name text,
  password_hash text,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX email_verifications_user_id_idx ON email_verifications (user_id);

-- Second factor (RFC 6238). The secret is sealed with the host's key.
CREATE TABLE totp_secrets (
  user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  sealed_secret text NOT NULL,
  confirmed_at timestamptz,          -- NULL: being set up, not yet asked for
  last_step bigint NOT NULL DEFAULT 0,  -- a code counts once
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE recovery_codes (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  code_hash bytea NOT NULL CHECK (octet_length(code_hash) = 32),
  used_at timestamptz,
  PRIMARY KEY (user_id, code_hash)
);

-- Providers -----------------------------------------------------------------------------------------------------------

-- What an administrator has set up: a module that knows the protocol, and its settings.
CREATE TABLE auth_providers (
  name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{0,39}$'),  -- in the path: /auth/NAME
  module text NOT NULL,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 100),
  settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
  sealed_secrets text,               -- sealed JSON object: name -> value; never in the module's memory
  enabled boolean NOT NULL DEFAULT false,
  create_users boolean NOT NULL DEFAULT false,
  default_group_id uuid REFERENCES groups (id) ON DELETE SET NULL,
  default_role member_role NOT NULL DEFAULT 'student' CHECK (default_role IN ('student', 'teacher')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER auth_providers_updated_at BEFORE UPDATE ON auth_providers
  FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Which addresses a provider speaks for. An address of a forced domain cannot log in by password.
CREATE TABLE auth_provider_domains (
  domain text PRIMARY KEY CHECK (domain = lower(domain) AND char_length(domain) BETWEEN 3 AND 253),
  provider text NOT NULL REFERENCES auth_providers (name) ON DELETE CASCADE,
  forced boolean NOT NULL DEFAULT false
);
CREATE INDEX auth_provider_domains_provider_idx ON auth_provider_domains (provider);

CREATE TABLE oauth_accounts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider text NOT NULL REFERENCES auth_providers (name) ON DELETE CASCADE,
  provider_user_id text NOT NULL CHECK (char_length(provider_user_id) BETWEEN 1 AND 255),
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  UNIQUE (provider, provider_user_id),
  UNIQUE (user_id, provider)
);

-- Import of users -----------------------------------------------------------------------------------------------------

CREATE TABLE user_imports (
  id uuid PRIMARY KEY,
  ordered_by uuid REFERENCES users (id) ON DELETE SET NULL,
  by_machine boolean NOT NULL DEFAULT false,  -- ordered on the host itself; else nobody's when the orderer has gone
  dry_run boolean NOT NULL,
  invite boolean NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'complete', 'failed')),
  position bigint NOT NULL DEFAULT 0,  -- bytes of the file that have been dealt with: where the next batch begins
  next_line integer NOT NULL DEFAULT 1,  -- the number of the line that stands there
  total integer NOT NULL,
  done integer NOT NULL DEFAULT 0,
  created integer NOT NULL DEFAULT 0,
  updated integer NOT NULL DEFAULT 0,
  unchanged integer NOT NULL DEFAULT 0,
  faulty integer NOT NULL DEFAULT 0,
  error text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE INDEX user_imports_created_at_idx ON user_imports (created_at, id);

-- The file, in parts of 256 KiB; gone once it has been read to its end.
CREATE TABLE user_import_parts (
  import_id uuid NOT NULL REFERENCES user_imports (id) ON DELETE CASCADE,
  part integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (import_id, part)
);

CREATE TABLE user_import_lines (
  import_id uuid NOT NULL REFERENCES user_imports (id) ON DELETE CASCADE,
  line integer NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('created', 'updated', 'unchanged', 'faulty')),
  email text,
  user_id uuid,
  faults jsonb,                      -- [{"path": column, "message": sentence}]
  PRIMARY KEY (import_id, line)
);
CREATE INDEX user_import_lines_email_idx ON user_import_lines (import_id, lower(email)) WHERE outcome <> 'faulty';

-- Mail ----------------------------------------------------------------------------------------------------------------

-- Written in the transaction that gives reason for it, sent by a job. The text is gone once it has been sent.
CREATE TABLE outgoing_mails (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  recipient text NOT NULL,
  subject text NOT NULL,
  sealed_body text,                  -- sealed: it may hold a one-time link
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  last_error text
);
CREATE INDEX outgoing_mails_created_at_idx ON outgoing_mails (created_at);

-- Requests that are made twice ----------------------------------------------------------------------------------------

CREATE TABLE idempotency_keys (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
  route text NOT NULL,
  request_hash bytea NOT NULL CHECK (octet_length(request_hash) = 32),
  claim uuid NOT NULL DEFAULT gen_random_uuid(),  -- who is answering: one who was taken for dead keeps nothing
  status integer,                    -- NULL: being answered
  headers jsonb,
  body text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

-- What a host may remember of somebody --------------------------------------------------------------------------------

-- A person's memberships are read once and kept in memory by every host. What is kept is right as long as both versions
-- are what they were: a request reads them together with its login. Whatever an actor is made of raises one of them in
-- the transaction that changes it, so there is no moment at which an old actor has a present version.
CREATE TABLE actor_versions (          -- of a person's memberships; no row is version 0
  user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  version bigint NOT NULL
);
CREATE TABLE places_version (          -- of all groups' and classes' names, places and ends
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version bigint NOT NULL
);
INSERT INTO places_version (version) VALUES (1);

-- Memberships that go because their user goes need no version any more: the user is not there to join with.
CREATE FUNCTION raise_actor_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO actor_versions (user_id, version)
    SELECT DISTINCT c.user_id, 1 FROM changed c JOIN users u ON u.id = c.user_id ORDER BY c.user_id
    ON CONFLICT (user_id) DO UPDATE SET version = actor_versions.version + 1;
  RETURN NULL;
END $$;

CREATE FUNCTION raise_places_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE places_version SET version = version + 1;
  RETURN NULL;
END $$;

CREATE TRIGGER group_members_added AFTER INSERT ON group_members
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_actor_versions();
CREATE TRIGGER group_members_changed AFTER UPDATE ON group_members
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_actor_versions();
CREATE TRIGGER group_members_left AFTER UPDATE ON group_members
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_actor_versions();
CREATE TRIGGER group_members_removed AFTER DELETE ON group_members
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_actor_versions();
CREATE TRIGGER class_members_added AFTER INSERT ON class_members
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_actor_versions();
CREATE TRIGGER class_members_changed AFTER UPDATE ON class_members
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_actor_versions();
CREATE TRIGGER class_members_left AFTER UPDATE ON class_members
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_actor_versions();
CREATE TRIGGER class_members_removed AFTER DELETE ON class_members
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_actor_versions();

-- A new group or class is nobody's yet: its members raise their own version.
CREATE TRIGGER groups_changed AFTER UPDATE OR DELETE OR TRUNCATE ON groups
  FOR EACH STATEMENT EXECUTE FUNCTION raise_places_version();
CREATE TRIGGER classes_changed AFTER UPDATE OR DELETE OR TRUNCATE ON classes
  FOR EACH STATEMENT EXECUTE FUNCTION raise_places_version();
CREATE TRIGGER group_members_emptied AFTER TRUNCATE ON group_members
  FOR EACH STATEMENT EXECUTE FUNCTION raise_places_version();
CREATE TRIGGER class_members_emptied AFTER TRUNCATE ON class_members
  FOR EACH STATEMENT EXECUTE FUNCTION raise_places_version();
