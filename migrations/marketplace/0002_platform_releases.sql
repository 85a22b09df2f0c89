-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Releases of the platform come as archives, and are published by a document that the role "releases" has signed.

ALTER TABLE releases
  ADD COLUMN schema_from text NOT NULL DEFAULT '',  -- the oldest version whose programs work on this one's schema
  ADD COLUMN withdrawn_because text;                -- as the role "releases" has signed it

-- Archives that were handed in whole and looked at; their bytes are blobs. What is published is in releases.files.
CREATE TABLE release_archives (
  version text NOT NULL,
  architecture text NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint NOT NULL CHECK (bytes > 0),
  -- What its release.json says.
  min_from text NOT NULL,
  schema_from text NOT NULL,
  built_at timestamptz NOT NULL,
  source_commit text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (version, architecture, sha256)
);
