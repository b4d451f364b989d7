-- Progress of cases handled in the other network, the newest of each (DATASEC-013).
-- proof: blind index of the digest of number and query code; empty for a case without a code.
CREATE TABLE outside_progress (
  case_id @id PRIMARY KEY,
  case_number @text NOT NULL,
  item_name @text NOT NULL,
  state @text NOT NULL,
  event_no @int NOT NULL,
  proof @text NOT NULL,
  at @time NOT NULL
);
CREATE INDEX outside_progress_number ON outside_progress (case_number)
