-- Sums of what modules asked for by themselves, by local day: the part of ai_usage_daily that ai_module_calls names, with
-- the module. Made as those are; `rapt usage check` compares them with the rows.
CREATE TABLE ai_usage_modules (
  day date NOT NULL,
  module text NOT NULL CHECK (module <> ''),
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
CREATE INDEX ai_usage_modules_module_idx ON ai_usage_modules (module, day);
CREATE INDEX ai_usage_modules_day_idx ON ai_usage_modules (day);
CREATE INDEX ai_usage_modules_group_idx ON ai_usage_modules (group_id, day);
CREATE INDEX ai_usage_modules_class_idx ON ai_usage_modules (class_id, day) WHERE class_id IS NOT NULL;
CREATE INDEX ai_usage_modules_user_idx ON ai_usage_modules (user_id, day);

-- Of its own: what was added up before there was this table, or by hosts that do not know it yet, is added up later.
ALTER TABLE ai_usage_rollup ADD COLUMN modules_until timestamptz NOT NULL DEFAULT '-infinity';
