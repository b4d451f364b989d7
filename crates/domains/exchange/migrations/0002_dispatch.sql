-- Cases that a system elsewhere handles: how far the sending and its answers have come.
CREATE TABLE exchange_dispatches (
  case_id @id PRIMARY KEY,
  case_number @text NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  org_id @id NOT NULL,
  taken_at @id,
  mode @text NOT NULL,
  app_id @text NOT NULL,
  system_name @text NOT NULL,
  state @text NOT NULL,
  problem @text NOT NULL,
  reason @text,
  attempts @int NOT NULL,
  round @int NOT NULL,
  next_at @time,
  sent_at @time,
  receipt @text,
  answer_hours @int NOT NULL,
  answer_by @time,
  answered_at @time,
  fallback @text NOT NULL,
  ended_at @time,
  ended_by @text,
  created_at @time NOT NULL,
  updated_at @time NOT NULL,
  version @int NOT NULL
);
CREATE INDEX exchange_dispatches_state ON exchange_dispatches (state, case_id);
CREATE INDEX exchange_dispatches_problem ON exchange_dispatches (problem, case_id);

-- Answers that came before what they follow on; carried out when that has come.
CREATE TABLE exchange_held (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  event @text NOT NULL,
  sequence @int NOT NULL,
  version @int NOT NULL,
  digest @text NOT NULL,
  envelope_sealed @text NOT NULL,
  reason @text NOT NULL,
  held_at @time NOT NULL
);
CREATE UNIQUE INDEX exchange_held_message ON exchange_held (case_id, event, sequence, version)
