-- Themes of groups, and the codes by which students join a class.

ALTER TABLE groups ADD COLUMN theme jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(theme) = 'object');

-- A join code is an invitation, not a credential: whoever uses it is logged in already. Short-lived, revocable, counted.
CREATE TABLE class_join_codes (
  id uuid PRIMARY KEY,
  class_id uuid NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  code text NOT NULL UNIQUE CHECK (code ~ '^[A-HJ-NP-Z2-9]{8}$'),
  created_by uuid REFERENCES users (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
  revoked_at timestamptz,
  max_uses integer NOT NULL CHECK (max_uses BETWEEN 1 AND 1000),
  uses integer NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND max_uses)
);
CREATE INDEX class_join_codes_class_id_idx ON class_join_codes (class_id);
