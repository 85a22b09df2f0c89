-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Rows as they are after 0013, for the migrations that come behind it.
INSERT INTO messages (session_id, seq, role, content) VALUES
  ('00000000-0000-7000-8000-000000000601', 3, 'user', 'It still belongs to a conversation.');
INSERT INTO extractions (session_id, module, type, data, message_seq) VALUES
  ('00000000-0000-7000-8000-000000000601', 'struggle-detector', 'struggle', '{"level": 3}', 3);
