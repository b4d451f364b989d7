-- Which key sealed a file on the disk; empty for one stored before files were sealed.
ALTER TABLE files ADD COLUMN key_id @text NOT NULL DEFAULT '';
CREATE INDEX files_key ON files (key_id, digest);
-- The text of a message is sealed. `body` holds only what an older version wrote, until the upkeep has sealed it.
ALTER TABLE messages ADD COLUMN body_sealed @text NOT NULL DEFAULT '';
CREATE INDEX messages_clear ON messages (id) WHERE body <> '';
CREATE INDEX messages_recipient ON messages (recipient, id);
-- Who wants no reminders by SMS.
CREATE TABLE message_refusals (
  account_id @id PRIMARY KEY,
  since @time NOT NULL
)
