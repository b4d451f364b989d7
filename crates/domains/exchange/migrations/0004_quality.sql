-- What the quality check before reporting found, and what was mended for the report alone.
CREATE TABLE exchange_report_checks (
  case_id @id PRIMARY KEY,
  case_number @text NOT NULL,
  problems @text NOT NULL,
  mended @text NOT NULL,
  reason @text,
  mended_by @text,
  checked_at @time NOT NULL,
  version @int NOT NULL
);

-- What was reported on a day, compared with what the upper platform has of it.
CREATE TABLE exchange_reconciliations (
  day @text PRIMARY KEY,
  ours @int NOT NULL,
  theirs @int NOT NULL,
  missing @text NOT NULL,
  extra @text NOT NULL,
  compared_at @time NOT NULL,
  compared_by @text NOT NULL
)
