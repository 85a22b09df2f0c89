-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Looking up the conversation of each message and finding was a fifth of what storing them costs, three times for one row
-- that the same statement has just changed, and holds. Whoever writes one takes the conversation from a row that it holds
-- (core/chat, turn_store.cpp; core/usage, extractions.cpp), so a deletion waits for it; what was said in a conversation goes
-- with it here.
ALTER TABLE messages DROP CONSTRAINT messages_session_id_fkey;
ALTER TABLE extractions DROP CONSTRAINT extractions_session_id_fkey;
CREATE FUNCTION delete_what_was_said() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  deleted uuid;
BEGIN
  FOR deleted IN SELECT id FROM gone LOOP
    DELETE FROM messages WHERE session_id = deleted;
    DELETE FROM extractions WHERE session_id = deleted;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER chat_sessions_said AFTER DELETE ON chat_sessions REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION delete_what_was_said();
