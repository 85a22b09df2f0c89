-- SPDX-License-Identifier: AGPL-3.0-or-later
INSERT INTO ai_models (id, name, provider, active, input_cost_per_1k, output_cost_per_1k, max_output_tokens) VALUES
  ('vendor/model-1', 'Model 1', 'vendor', true, 0.003, 0.015, 4096);
INSERT INTO ai_settings (id, group_id, default_model, requests_per_minute, monthly_budget, time_zone) VALUES
  ('00000000-0000-7000-8000-000000000b01', '00000000-0000-7000-8000-000000000102', 'vendor/model-1', 60, 100, 'America/Chicago');
INSERT INTO ai_spending (settings_id, period, starts_on, cost, tokens) VALUES
  ('00000000-0000-7000-8000-000000000b01', 'month', '2026-02-01', 1.5, 3000);
INSERT INTO ai_reservations (call_id, settings_id, period, starts_on, cost, tokens, expires_at) VALUES
  ('00000000-0000-7000-8000-000000000b02', '00000000-0000-7000-8000-000000000b01', 'month', '2026-02-01', 0.1, 900,
   '2026-02-01T00:10:00Z');
INSERT INTO ai_usage_daily (day, group_id, model, request_type, requests, input_tokens, output_tokens) VALUES
  ('2026-02-01', '00000000-0000-7000-8000-000000000102', 'vendor/model-1', 'chat', 2, 30, 40);
INSERT INTO ai_usage_totals (period, starts_on, group_id, model, request_type, requests, input_tokens, output_tokens) VALUES
  ('month', '2026-02-01', '00000000-0000-7000-8000-000000000102', 'vendor/model-1', 'chat', 2, 30, 40);
INSERT INTO chat_turns (session_id, turn_id, user_id, host, started_at, expires_at) VALUES
  ('00000000-0000-7000-8000-000000000b03', '00000000-0000-7000-8000-000000000b04', '00000000-0000-7000-8000-000000000201', 'h',
   '2026-02-01T00:00:00Z', '2026-02-01T00:00:30Z');
