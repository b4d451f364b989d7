-- Totals of lists (CASE-022): cases handed in by department, year, channel and state; what case_days holds of them,
-- summed up over days, items and counters. A list adds some hundred of these instead of counting its cases.
CREATE TABLE case_totals (
  org_id @id NOT NULL,
  year @int NOT NULL,
  channel @text NOT NULL,
  state @text NOT NULL,
  number @int NOT NULL,
  PRIMARY KEY (org_id, year, channel, state)
);
-- A list of one item adds up its cells and nobody else's.
CREATE INDEX case_days_by_item ON case_days (item_slug, moment, day);
-- The until_at that the totals were counted with. Another one, or none, means that a node of the release before counted
-- last, without them: they are not read until they are summed up anew.
ALTER TABLE case_counting ADD COLUMN summed_until @time
