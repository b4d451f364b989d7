-- Materials promised for later at acceptance (容缺受理, CASE-013): a deadline of its own per material.
-- state: open, supplied, lapsed (closed by rule), dropped (the case ended otherwise). since: the days run from here;
-- a supply that was sent back starts them anew. closes_at: end of the days of grace. A missing calendar year leaves
-- the three dates empty until it is imported.
CREATE TABLE case_tolerances (
  case_id @id NOT NULL,
  key @text NOT NULL,
  name @text NOT NULL,
  org_id @id NOT NULL,
  item_slug @text NOT NULL,
  taken_at @id,
  state @text NOT NULL,
  days @int NOT NULL,
  grace_days @int NOT NULL,
  promised_at @time NOT NULL,
  since @time NOT NULL,
  warn_at @time,
  due_at @time,
  closes_at @time,
  warned_at @time,
  overdue_at @time,
  supplied_at @time,
  supplied_by_name @text,
  handing @text,
  returned_reason @text,
  PRIMARY KEY (case_id, key)
);
CREATE INDEX case_tolerances_by_due ON case_tolerances (state, due_at, case_id);
CREATE INDEX case_tolerances_by_org ON case_tolerances (org_id, state)
