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
CREATE INDEX jobs_leased_by_idx ON jobs (leased_by) WHERE state = 'running';
CREATE INDEX jobs_ended_idx ON jobs (ended_at) WHERE state IN ('done', 'failed');
CREATE INDEX jobs_unfinished_idx ON jobs (created_at DESC, id DESC) WHERE state <> 'done';

-- A batch of the outbox is one host's while it is being delivered, so that events keep their order.
ALTER TABLE outbox ADD COLUMN claimed_until timestamptz;
CREATE INDEX outbox_delivered_idx ON outbox (delivered_at) WHERE delivered_at IS NOT NULL;
