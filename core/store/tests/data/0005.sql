-- SPDX-License-Identifier: AGPL-3.0-or-later
UPDATE auth_sessions SET ip_address = '192.0.2.7', user_agent = 'Firefox', provider = NULL;
INSERT INTO password_resets (token_hash, user_id, email, expires_at) VALUES
  (decode(repeat('01', 32), 'hex'), '00000000-0000-7000-8000-000000000201', 'ada@example.org', '2026-02-01T00:00:00Z');
INSERT INTO email_verifications (token_hash, user_id, email, expires_at) VALUES
  (decode(repeat('02', 32), 'hex'), '00000000-0000-7000-8000-000000000201', 'new@example.org', '2026-02-01T00:00:00Z');
INSERT INTO totp_secrets (user_id, sealed_secret, confirmed_at, last_step) VALUES
  ('00000000-0000-7000-8000-000000000201', '1.abcdef01.AAAA', '2026-02-01T00:00:00Z', 58000000);
INSERT INTO recovery_codes (user_id, code_hash) VALUES
  ('00000000-0000-7000-8000-000000000201', decode(repeat('03', 32), 'hex'));
INSERT INTO auth_providers (name, module, title, settings, enabled, default_group_id) VALUES
  ('school', 'oidc', 'School login', '{"client_id": "x"}', true, '00000000-0000-7000-8000-000000000102');
INSERT INTO auth_provider_domains (domain, provider, forced) VALUES ('example.org', 'school', true);
INSERT INTO oauth_accounts (user_id, provider, provider_user_id) VALUES
  ('00000000-0000-7000-8000-000000000202', 'school', 'subject-1');
INSERT INTO user_imports (id, ordered_by, dry_run, invite, state, total, done, created, created_at, finished_at) VALUES
  ('00000000-0000-7000-8000-000000000a01', '00000000-0000-7000-8000-000000000201', false, false, 'complete', 1, 1, 1,
   '2026-01-31T00:00:00Z', '2026-02-01T00:00:00Z');
INSERT INTO user_import_lines (import_id, line, outcome, email) VALUES
  ('00000000-0000-7000-8000-000000000a01', 2, 'created', 'ada@example.org');
INSERT INTO outgoing_mails (recipient, subject, sealed_body) VALUES ('ada@example.org', 'Hello', '1.abcdef01.AAAA');
INSERT INTO idempotency_keys (user_id, key, route, request_hash, status, headers, body) VALUES
  ('00000000-0000-7000-8000-000000000201', 'k', 'POST /groups', decode(repeat('04', 32), 'hex'), 201, '{}', '{}');
UPDATE group_members SET role = role;
INSERT INTO user_import_parts (import_id, part, bytes) VALUES ('00000000-0000-7000-8000-000000000a01', 0, 'email');
