-- Figures of cases apart from the cases (OPS-007): what reports read instead of the rows that people work on.
-- case_counted: what each case adds to the figures as it was last counted; days are written as numbers, 20260924.
-- taken_at: the nil id for what came online or from another system, because a key may not be empty.
CREATE TABLE case_counted (
  case_id @id PRIMARY KEY,
  version @int NOT NULL,
  org_id @id NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  taken_at @id NOT NULL,
  channel @text NOT NULL,
  state @text NOT NULL,
  closing @text NOT NULL,
  on_time @bool NOT NULL,
  filed_on @int NOT NULL,
  accepted_on @int,
  closed_on @int,
  delivered_on @int
);
CREATE INDEX case_counted_by_filed ON case_counted (filed_on);
CREATE INDEX case_counted_by_accepted ON case_counted (accepted_on);
CREATE INDEX case_counted_by_closed ON case_counted (closed_on);
CREATE INDEX case_counted_by_delivered ON case_counted (delivered_on);
-- The figures: number of cases by day and what happened on it (filed, accepted, closed, delivered). state is the state
-- now of what was filed that day, closing and on_time are of what was closed; empty and false elsewhere.
CREATE TABLE case_days (
  day @int NOT NULL,
  moment @text NOT NULL,
  org_id @id NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  taken_at @id NOT NULL,
  channel @text NOT NULL,
  state @text NOT NULL,
  closing @text NOT NULL,
  on_time @bool NOT NULL,
  number @int NOT NULL,
  PRIMARY KEY (day, moment, org_id, item_slug, item_name, taken_at, channel, state, closing, on_time)
);
CREATE INDEX case_days_by_org ON case_days (org_id, moment, day);
-- How far counting is, one row. after_id: where the first count goes on; until_at: up to when changes are counted.
CREATE TABLE case_counting (
  id @int PRIMARY KEY,
  ready @bool NOT NULL,
  after_id @id NOT NULL,
  until_at @time NOT NULL,
  checked_at @time,
  checked @int NOT NULL,
  differing @int NOT NULL
)
