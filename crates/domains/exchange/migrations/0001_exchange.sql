-- Every call in both directions: who, what, how it ended. The payload itself is not kept, its digest is.
CREATE TABLE exchange_ledger (
  id @id PRIMARY KEY,
  at @time NOT NULL,
  direction @text NOT NULL,
  party @text NOT NULL,
  party_name @text NOT NULL,
  address @text NOT NULL,
  operation @text NOT NULL,
  event @text,
  case_id @id,
  case_number @text,
  digest @text NOT NULL,
  size @int NOT NULL,
  result @text NOT NULL,
  status @int NOT NULL,
  code @text NOT NULL,
  detail @text,
  duration_ms @int NOT NULL
);
CREATE INDEX exchange_ledger_time ON exchange_ledger (at, id);
CREATE INDEX exchange_ledger_case ON exchange_ledger (case_number, id);
CREATE INDEX exchange_ledger_party ON exchange_ledger (party, id);

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
