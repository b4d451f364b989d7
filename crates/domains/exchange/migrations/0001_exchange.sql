-- Messages carried out, written in the command's transaction.
CREATE TABLE exchange_messages (
  system_id @id NOT NULL,
  subject @text NOT NULL,
  event @text NOT NULL,
  sequence @int NOT NULL,
  version @int NOT NULL,
  digest @text NOT NULL,
  case_id @id NOT NULL,
  case_number @text NOT NULL,
  state @text NOT NULL,
  event_no @int NOT NULL,
  supplement @bool NOT NULL,
  taken_at @time NOT NULL,
  PRIMARY KEY (system_id, subject, event, sequence, version)
);

-- How far each case has been reported to the upper platform.
CREATE TABLE exchange_reports (
  case_id @id PRIMARY KEY,
  case_number @text NOT NULL,
  sent_no @int NOT NULL,
  last_no @int NOT NULL,
  state @text NOT NULL,
  attempts @int NOT NULL,
  last_error @text,
  updated_at @time NOT NULL
);
CREATE INDEX exchange_reports_state ON exchange_reports (state, case_id)
