CREATE INDEX exchange_messages_case ON exchange_messages (case_id, event);

-- How far the channel a case came through has been told about it.
CREATE TABLE exchange_channel_status (
  case_id @id PRIMARY KEY,
  case_number @text NOT NULL,
  app_id @text NOT NULL,
  channel @text NOT NULL,
  sent_no @int NOT NULL,
  last_no @int NOT NULL,
  attempts @int NOT NULL,
  round @int NOT NULL,
  last_error @text,
  next_at @time,
  updated_at @time NOT NULL,
  version @int NOT NULL
)
