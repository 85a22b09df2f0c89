-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What AI costs and who may spend it: models and their prices, limits and budgets, an exact ledger, and sums of it;
-- and what a conversation needs so that an answer on its way outlives a connection or a host.

-- Models ----------------------------------------------------------------------------------------------------------------

CREATE TABLE ai_models (
  id text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}$'),  -- as the gateway names it
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  provider text NOT NULL DEFAULT '' CHECK (char_length(provider) <= 100),
  active boolean NOT NULL DEFAULT false,
  -- US dollars a thousand tokens; NULL while they are not known: then the model may not be asked where a budget holds.
  input_cost_per_1k numeric(14, 8) CHECK (input_cost_per_1k >= 0),
  output_cost_per_1k numeric(14, 8) CHECK (output_cost_per_1k >= 0),
  max_context_tokens integer CHECK (max_context_tokens > 0),
  max_output_tokens integer CHECK (max_output_tokens > 0),
  config jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(config) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ai_models_price_check CHECK ((input_cost_per_1k IS NULL) = (output_cost_per_1k IS NULL))
);
CREATE TRIGGER ai_models_updated_at BEFORE UPDATE ON ai_models FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Settings ---------------------------------------------------------------------------------------------------------------

-- Of the system (both NULL), a group with everything below it, or a class. The nearest default model counts; limits and
-- budgets of all of them hold at once, each over what is spent below it.
CREATE TABLE ai_settings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  group_id uuid UNIQUE REFERENCES groups (id) ON DELETE CASCADE,
  class_id uuid UNIQUE REFERENCES classes (id) ON DELETE CASCADE,
  default_model text REFERENCES ai_models (id) ON DELETE RESTRICT,
  fallback_models text[] NOT NULL DEFAULT '{}' CHECK (cardinality(fallback_models) <= 5),
  user_requests_per_minute integer CHECK (user_requests_per_minute >= 0),  -- of each person
  user_requests_per_hour integer CHECK (user_requests_per_hour >= 0),
  user_requests_per_day integer CHECK (user_requests_per_day >= 0),
  requests_per_minute integer CHECK (requests_per_minute >= 0),            -- of all together
  requests_per_hour integer CHECK (requests_per_hour >= 0),
  requests_per_day integer CHECK (requests_per_day >= 0),
  tokens_per_day bigint CHECK (tokens_per_day >= 0),
  daily_budget numeric(16, 4) CHECK (daily_budget >= 0),                   -- US dollars
  monthly_budget numeric(16, 4) CHECK (monthly_budget >= 0),
  budget_alert_threshold numeric(4, 3) CHECK (budget_alert_threshold > 0 AND budget_alert_threshold <= 1),  -- share
  soft_limit numeric(4, 3) CHECK (soft_limit > 0 AND soft_limit <= 1),     -- share of a limit at which people are told
  max_output_tokens integer CHECK (max_output_tokens > 0),                 -- of one answer
  time_zone text CHECK (char_length(time_zone) <= 64),                     -- IANA; where days and months begin
  config jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(config) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ai_settings_one_place CHECK (num_nonnulls(group_id, class_id) <= 1)
);
CREATE UNIQUE INDEX ai_settings_system_key ON ai_settings ((true)) WHERE group_id IS NULL AND class_id IS NULL;
CREATE TRIGGER ai_settings_updated_at BEFORE UPDATE ON ai_settings FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
INSERT INTO ai_settings (time_zone, budget_alert_threshold, soft_limit) VALUES ('UTC', 0.8, 0.8);

-- Raised by every change of models, settings or the tree, so that a host may keep what it has resolved under it.
CREATE TABLE ai_policy_version (one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint NOT NULL DEFAULT 1);
INSERT INTO ai_policy_version DEFAULT VALUES;
CREATE FUNCTION raise_ai_policy_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ai_policy_version SET version = version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER ai_models_version AFTER INSERT OR UPDATE OR DELETE ON ai_models
  FOR EACH STATEMENT EXECUTE FUNCTION raise_ai_policy_version();
CREATE TRIGGER ai_settings_version AFTER INSERT OR UPDATE OR DELETE ON ai_settings
  FOR EACH STATEMENT EXECUTE FUNCTION raise_ai_policy_version();
CREATE TRIGGER groups_ai_policy_version AFTER UPDATE OF path, deleted_at ON groups
  FOR EACH STATEMENT EXECUTE FUNCTION raise_ai_policy_version();

-- The ledger ---------------------------------------------------------------------------------------------------------------

-- A row's id is the id of the call, so a call is settled once however often somebody tries.
ALTER TABLE ai_usage ADD COLUMN day date;  -- where it was spent: the budget's day, and the day of reports
UPDATE ai_usage SET day = (created_at AT TIME ZONE 'UTC')::date;
ALTER TABLE ai_usage ALTER COLUMN day SET NOT NULL;
ALTER TABLE ai_usage ADD COLUMN budgeted boolean NOT NULL DEFAULT false;  -- something may be reserved for it
DROP INDEX ai_usage_group_idx;
CREATE INDEX ai_usage_group_day_idx ON ai_usage (group_id, day, created_at);

CREATE TYPE budget_period AS ENUM ('day', 'month');

-- What counts against the limits of one ai_settings row in one period. `reserved` is what calls on their way may cost.
CREATE TABLE ai_spending (
  settings_id uuid NOT NULL REFERENCES ai_settings (id) ON DELETE CASCADE,
  period budget_period NOT NULL,
  starts_on date NOT NULL,
  cost numeric(18, 8) NOT NULL DEFAULT 0,
  reserved_cost numeric(18, 8) NOT NULL DEFAULT 0 CHECK (reserved_cost >= 0),
  tokens bigint NOT NULL DEFAULT 0,
  reserved_tokens bigint NOT NULL DEFAULT 0 CHECK (reserved_tokens >= 0),
  alert_at numeric(18, 8),  -- the cost at which the administrators are told
  alerted_at timestamptz,   -- when they were
  PRIMARY KEY (settings_id, period, starts_on)
);

-- What one call has reserved, so that it can be given back when its host dies. Such a row is emptied, not deleted: it
-- still says where the call counts, should it be settled after all.
CREATE TABLE ai_reservations (
  call_id uuid NOT NULL,
  settings_id uuid NOT NULL,
  period budget_period NOT NULL,
  starts_on date NOT NULL,
  cost numeric(18, 8) NOT NULL CHECK (cost >= 0),
  tokens bigint NOT NULL CHECK (tokens >= 0),
  expires_at timestamptz NOT NULL,  -- a call that is neither settled nor released by then was lost with its host
  PRIMARY KEY (call_id, settings_id, period),
  FOREIGN KEY (settings_id, period, starts_on) REFERENCES ai_spending ON DELETE CASCADE
);
CREATE INDEX ai_reservations_expires_at_idx ON ai_reservations (expires_at);
CREATE INDEX ai_reservations_spending_idx ON ai_reservations (settings_id, period, starts_on);

-- Rows of ai_spending are locked in the order of their key by everything below, so that nobody waits in a circle.

-- What the ledger says of the place of an ai_settings row, from the day `since` to before the day `until`.
CREATE FUNCTION spent_at(place uuid, since date, until date, OUT cost numeric, OUT tokens bigint) LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(paid.cost), 0), coalesce(sum(paid.total_tokens), 0)
    FROM ai_settings s LEFT JOIN groups top ON top.id = s.group_id
   CROSS JOIN LATERAL (
      SELECT u.cost, u.total_tokens FROM groups g JOIN ai_usage u ON u.group_id = g.id AND u.day >= since AND u.day < until
       WHERE s.class_id IS NULL AND (s.group_id IS NULL OR g.path <@ top.path)
      UNION ALL
      SELECT u.cost, u.total_tokens FROM ai_usage u
       WHERE s.class_id IS NULL AND s.group_id IS NULL AND u.group_id IS NULL AND u.day >= since AND u.day < until
      UNION ALL
      SELECT u.cost, u.total_tokens FROM classes c
        JOIN ai_usage u ON u.group_id = c.group_id AND u.class_id = c.id AND u.day >= since AND u.day < until
       WHERE c.id = s.class_id) AS paid
   WHERE s.id = place
$$;

-- Reserves for a call in all of the given periods, or in none. `refused` is the place in the arrays of the first that
-- does not hold out, 0 when all do; `passing` says that it would once the calls on their way have been settled.
-- `fullest` is the place of the one of which most is used, with this call; `share` how much of it. The arrays are in the
-- order of the key of ai_spending. A period that is begun starts from what the ledger knows of it.
CREATE FUNCTION reserve_spending(
  call uuid, most_cost numeric, most_tokens bigint, until timestamptz, places uuid[], periods budget_period[],
  starts date[], cost_limits numeric[], token_limits bigint[], alerts numeric[],
  OUT refused integer, OUT passing boolean, OUT fullest integer, OUT share numeric) LANGUAGE plpgsql AS $$
DECLARE
  held ai_spending;
  here numeric;
BEGIN
  refused := 0; passing := false; fullest := 0; share := 0;
  FOR i IN 1 .. cardinality(places) LOOP
    LOOP
      SELECT * INTO held FROM ai_spending s
       WHERE s.settings_id = places[i] AND s.period = periods[i] AND s.starts_on = starts[i] FOR UPDATE;
      EXIT WHEN FOUND;
      INSERT INTO ai_spending (settings_id, period, starts_on, cost, tokens)
      SELECT places[i], periods[i], starts[i], spent.cost, spent.tokens
        FROM spent_at(places[i], starts[i], (starts[i] + ('1 ' || periods[i]::text)::interval)::date) AS spent
          ON CONFLICT DO NOTHING;
    END LOOP;
    IF refused = 0 AND (held.cost + held.reserved_cost + most_cost > cost_limits[i]
                        OR held.tokens + held.reserved_tokens + most_tokens > token_limits[i]) THEN
      refused := i;
      passing := coalesce(held.cost + most_cost <= cost_limits[i], true)
             AND coalesce(held.tokens + most_tokens <= token_limits[i], true);
    END IF;
    here := greatest((held.cost + held.reserved_cost + most_cost) / nullif(cost_limits[i], 0),
                     (held.tokens + held.reserved_tokens + most_tokens)::numeric / nullif(token_limits[i], 0));
    IF here > share THEN
      fullest := i; share := here;
    END IF;
  END LOOP;
  IF refused > 0 THEN
    RETURN;
  END IF;
  INSERT INTO ai_reservations (call_id, settings_id, period, starts_on, cost, tokens, expires_at)
  SELECT call, w.place, w.period, w.starts_on, most_cost, most_tokens, until
    FROM unnest(places, periods, starts) AS w (place, period, starts_on);
  UPDATE ai_spending s
     SET reserved_cost = s.reserved_cost + most_cost, reserved_tokens = s.reserved_tokens + most_tokens, alert_at = w.alert_at
    FROM unnest(places, periods, starts, alerts) AS w (place, period, starts_on, alert_at)
   WHERE s.settings_id = w.place AND s.period = w.period AND s.starts_on = w.starts_on;
END $$;

-- Gives back what a call has reserved that spent nothing.
CREATE FUNCTION release_reservation(call uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  held record;
BEGIN
  FOR held IN
    WITH gone AS (DELETE FROM ai_reservations WHERE call_id = call RETURNING *)
    SELECT * FROM gone ORDER BY settings_id, period, starts_on
  LOOP
    UPDATE ai_spending s
       SET reserved_cost = s.reserved_cost - held.cost, reserved_tokens = s.reserved_tokens - held.tokens
     WHERE s.settings_id = held.settings_id AND s.period = held.period AND s.starts_on = held.starts_on;
  END LOOP;
END $$;

-- Gives back what calls have reserved that nobody has settled in time. Answers how many reservations that were.
CREATE FUNCTION sweep_reservations(at timestamptz, most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  held record;
  swept bigint := 0;
BEGIN
  FOR held IN
    WITH late AS MATERIALIZED (
      SELECT * FROM ai_reservations WHERE expires_at <= at ORDER BY expires_at LIMIT most FOR UPDATE SKIP LOCKED),
    forgotten AS (
      DELETE FROM ai_reservations r USING late l
       WHERE r.call_id = l.call_id AND r.settings_id = l.settings_id AND r.period = l.period AND l.cost = 0 AND l.tokens = 0),
    emptied AS (
      UPDATE ai_reservations r SET cost = 0, tokens = 0, expires_at = at + interval '7 days' FROM late l
       WHERE r.call_id = l.call_id AND r.settings_id = l.settings_id AND r.period = l.period
         AND (l.cost > 0 OR l.tokens > 0))
    SELECT settings_id, period, starts_on, sum(cost) AS cost, sum(tokens) AS tokens, count(*) AS calls FROM late
     WHERE cost > 0 OR tokens > 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  LOOP
    UPDATE ai_spending s
       SET reserved_cost = s.reserved_cost - held.cost, reserved_tokens = s.reserved_tokens - held.tokens
     WHERE s.settings_id = held.settings_id AND s.period = held.period AND s.starts_on = held.starts_on;
    swept := swept + held.calls;
  END LOOP;
  RETURN swept;
END $$;

-- What was reserved becomes what was spent, in the statement that writes the call into the ledger, and once: a row that
-- is there already fires nothing. Whoever passes the mark of a budget tells others, and orders the letters.
CREATE FUNCTION spend_reserved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held record;
  passed boolean;
  about jsonb;
BEGIN
  FOR held IN
    WITH gone AS (DELETE FROM ai_reservations WHERE call_id = NEW.id RETURNING *)
    SELECT * FROM gone ORDER BY settings_id, period, starts_on
  LOOP
    UPDATE ai_spending s
       SET cost = s.cost + coalesce(NEW.cost, 0), tokens = s.tokens + NEW.input_tokens + NEW.output_tokens,
           reserved_cost = s.reserved_cost - held.cost, reserved_tokens = s.reserved_tokens - held.tokens
     WHERE s.settings_id = held.settings_id AND s.period = held.period AND s.starts_on = held.starts_on
    RETURNING s.alerted_at IS NULL AND s.cost >= s.alert_at INTO passed;
    CONTINUE WHEN passed IS NOT TRUE;
    UPDATE ai_spending s SET alerted_at = NEW.created_at
     WHERE s.settings_id = held.settings_id AND s.period = held.period AND s.starts_on = held.starts_on;
    about := jsonb_build_object('settings_id', held.settings_id, 'period', held.period, 'starts_on', held.starts_on);
    INSERT INTO outbox (topic, key, payload) VALUES ('ai.budget_alert', held.settings_id::text, about);
    WITH ordered AS (
      INSERT INTO jobs (id, kind, idempotency_key, payload)
      VALUES (gen_random_uuid(), 'quota.budget_alert', concat_ws(':', held.settings_id, held.period, held.starts_on), about)
      ON CONFLICT (kind, idempotency_key) DO NOTHING RETURNING id)
    INSERT INTO outbox (topic, key) SELECT 'job', id::text FROM ordered;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER ai_usage_spend_reserved AFTER INSERT ON ai_usage
  FOR EACH ROW WHEN (NEW.budgeted) EXECUTE FUNCTION spend_reserved();

-- Sums of ai_usage by local day and month, made by a job: a (group, day) is replaced as a whole. `rapt usage check`
-- compares them with the rows.
CREATE TABLE ai_usage_daily (
  day date NOT NULL,
  group_id uuid REFERENCES groups (id) ON DELETE SET NULL,
  class_id uuid REFERENCES classes (id) ON DELETE SET NULL,
  user_id uuid REFERENCES users (id) ON DELETE SET NULL,
  tool_id uuid REFERENCES tools (id) ON DELETE SET NULL,
  model text NOT NULL,
  request_type request_type NOT NULL,
  outcome usage_outcome NOT NULL DEFAULT 'answered',
  requests bigint NOT NULL,
  estimated bigint NOT NULL DEFAULT 0,   -- whose tokens nobody reported
  unpriced bigint NOT NULL DEFAULT 0,    -- whose price was not known
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  cost numeric(20, 8) NOT NULL DEFAULT 0,
  latency_ms bigint NOT NULL DEFAULT 0   -- of all requests together
);
CREATE INDEX ai_usage_daily_day_idx ON ai_usage_daily (day);
CREATE INDEX ai_usage_daily_group_idx ON ai_usage_daily (group_id, day);
CREATE INDEX ai_usage_daily_class_idx ON ai_usage_daily (class_id, day) WHERE class_id IS NOT NULL;
CREATE INDEX ai_usage_daily_user_idx ON ai_usage_daily (user_id, day);

-- The same without users, classes, tools and outcomes, for summaries of large districts: `period` is a day or a month.
CREATE TABLE ai_usage_totals (
  period budget_period NOT NULL,
  starts_on date NOT NULL,
  group_id uuid REFERENCES groups (id) ON DELETE SET NULL,
  model text NOT NULL,
  request_type request_type NOT NULL,
  requests bigint NOT NULL,
  unanswered bigint NOT NULL DEFAULT 0,  -- blocked, failed, abandoned
  estimated bigint NOT NULL DEFAULT 0,
  unpriced bigint NOT NULL DEFAULT 0,
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  cost numeric(20, 8) NOT NULL DEFAULT 0,
  latency_ms bigint NOT NULL DEFAULT 0
);
CREATE INDEX ai_usage_totals_idx ON ai_usage_totals (group_id, period, starts_on);
CREATE INDEX ai_usage_totals_day_idx ON ai_usage_totals (period, starts_on);

-- Rows of ai_usage made until then have been added up. Whoever adds up holds this row.
CREATE TABLE ai_usage_rollup (one boolean PRIMARY KEY DEFAULT true CHECK (one), until timestamptz NOT NULL DEFAULT '-infinity');
INSERT INTO ai_usage_rollup DEFAULT VALUES;

-- Conversations and runs -----------------------------------------------------------------------------------------------------

-- Who pays: the group of the assignment's class, else the deepest group that the user is a member of. Pinned at start.
ALTER TABLE chat_sessions ADD COLUMN group_id uuid REFERENCES groups (id) ON DELETE SET NULL;
ALTER TABLE runs ADD COLUMN group_id uuid REFERENCES groups (id) ON DELETE SET NULL;
CREATE FUNCTION paying_group(who uuid, assignment uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT coalesce(
    (SELECT c.group_id FROM assignments a JOIN classes c ON c.id = a.class_id WHERE a.id = assignment),
    (SELECT g.id FROM group_members m JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
      WHERE m.user_id = who ORDER BY nlevel(g.path) DESC, m.created_at, g.id LIMIT 1),
    (SELECT c.group_id FROM class_members m JOIN classes c ON c.id = m.class_id AND c.deleted_at IS NULL
      WHERE m.user_id = who ORDER BY m.created_at, c.id LIMIT 1))
$$;
UPDATE chat_sessions SET group_id = paying_group(user_id, assignment_id);
UPDATE runs SET group_id = paying_group(user_id, assignment_id);

-- The answer that is being made in a conversation: one at a time, over all hosts. A row is the host's until `expires_at`,
-- which the host puts off while it works; afterwards another host settles the call and clears the row away. No foreign key:
-- the row lives for seconds, and costs each message as little as can be.
CREATE TABLE chat_turns (
  session_id uuid PRIMARY KEY,
  turn_id uuid NOT NULL,  -- also the id of its call to the model
  request_id uuid,        -- chosen by the client, so that sending again is the same turn
  user_id uuid NOT NULL,
  host text NOT NULL,
  started_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

ALTER TABLE messages ADD COLUMN request_id uuid;          -- of the user's message: as above
ALTER TABLE messages ADD COLUMN replaced_at timestamptz;  -- edited or generated anew since; kept, but no longer told to the AI

-- A run is one host's until `leased_until`, which the host puts off while it works; without one it waits for any host.
ALTER TABLE runs ADD COLUMN host text;
ALTER TABLE runs ADD COLUMN leased_until timestamptz;
ALTER TABLE runs ADD COLUMN attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0);
ALTER TABLE runs ADD COLUMN call_id uuid;  -- the last call to the model that was made for it
-- As they were written, with the order of their fields.
ALTER TABLE runs ALTER COLUMN input TYPE json, ALTER COLUMN output TYPE json;

CREATE INDEX extractions_session_type_idx ON extractions (session_id, type, created_at, id) WHERE session_id IS NOT NULL;
CREATE INDEX extractions_run_type_idx ON extractions (run_id, type, created_at, id) WHERE run_id IS NOT NULL;
DROP INDEX extractions_session_id_idx;
DROP INDEX extractions_run_id_idx;
