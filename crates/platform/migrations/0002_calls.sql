-- Every call in both directions: who, what, how it ended. The payload itself is not kept, its digest is.
CREATE TABLE calls (
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
CREATE INDEX calls_time ON calls (at, id);
CREATE INDEX calls_case ON calls (case_number, id);
CREATE INDEX calls_party ON calls (party, id)
