-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Rows as they are after 0012, for the migrations that come behind it.
INSERT INTO outbox (topic, key, payload, modules_listen) VALUES ('chat.message_stored', 's', '{}', false);
