-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What storing a message costs, without what it does not need.

-- A statement that knows no module to be listening says so, and the trigger need not be run to find out: that took longer than
-- writing the row. Whoever says nothing leaves it to the trigger.
ALTER TABLE outbox ADD COLUMN modules_listen boolean NOT NULL DEFAULT true;
DROP TRIGGER outbox_told ON outbox;
CREATE TRIGGER outbox_told AFTER INSERT ON outbox
  FOR EACH ROW WHEN (NEW.topic <> 'job' AND NEW.modules_listen) EXECUTE FUNCTION tell_modules_of_outbox();

-- Rows come and go in these two. Cut to nothing at each vacuum they look empty to the planner, whose plan then reads all of
-- what has gathered by the next one instead of using an index.
ALTER TABLE outbox SET (vacuum_truncate = false);
ALTER TABLE chat_turns SET (vacuum_truncate = false);
