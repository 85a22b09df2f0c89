-- Work that is done after the transaction that orders it. The truth is here; the Redis stream only wakes whoever does it.

CREATE TYPE job_state AS ENUM ('waiting', 'running', 'done', 'failed');

CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind <> ''),
  idempotency_key text NOT NULL CHECK (idempotency_key <> ''),
  payload jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(payload) = 'object'),  -- ids only
  state job_state NOT NULL DEFAULT 'waiting',
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  max_attempts integer NOT NULL DEFAULT 8 CHECK (max_attempts > 0),
  run_at timestamptz NOT NULL DEFAULT now(),  -- not before
  leased_until timestamptz,                   -- running: by whom, and until when the others leave it alone
  leased_by text,
  last_error text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  UNIQUE (kind, idempotency_key),
  CHECK ((state = 'running') = (leased_until IS NOT NULL))
);
CREATE INDEX jobs_due_idx ON jobs (run_at) WHERE state IN ('waiting', 'running');
