-- Values of a minute, an hour or a day of one node: {"http.requests": [count, sum, least, most], …}.
CREATE TABLE operation_points (
  span @text NOT NULL,
  at @time NOT NULL,
  node @text NOT NULL,
  content @json NOT NULL,
  PRIMARY KEY (span, at, node)
);

-- Requests by route, jobs by kind, calls by party, an hour each; b0 to b10 are the histogram.
CREATE TABLE operation_series (
  at @time NOT NULL,
  node @text NOT NULL,
  kind @text NOT NULL,
  name @text NOT NULL,
  count @int NOT NULL,
  errors @int NOT NULL,
  total_us @int NOT NULL,
  most_us @int NOT NULL,
  b0 @int NOT NULL,
  b1 @int NOT NULL,
  b2 @int NOT NULL,
  b3 @int NOT NULL,
  b4 @int NOT NULL,
  b5 @int NOT NULL,
  b6 @int NOT NULL,
  b7 @int NOT NULL,
  b8 @int NOT NULL,
  b9 @int NOT NULL,
  b10 @int NOT NULL,
  PRIMARY KEY (at, node, kind, name)
);

-- What each node found when it last looked.
CREATE TABLE operation_nodes (
  name @text PRIMARY KEY,
  version @text NOT NULL,
  started_at @time NOT NULL,
  seen_at @time NOT NULL,
  parts @json NOT NULL
);

CREATE TABLE operation_traces (
  id @id PRIMARY KEY,
  trace @text NOT NULL,
  kind @text NOT NULL,
  name @text NOT NULL,
  node @text NOT NULL,
  at @time NOT NULL,
  began_us @int NOT NULL,
  took_us @int NOT NULL,
  waited_us @int NOT NULL,
  statements @int NOT NULL,
  status @int NOT NULL,
  failed @bool NOT NULL,
  why @text NOT NULL,
  spans @json NOT NULL,
  more @int NOT NULL
);
CREATE INDEX operation_traces_trace ON operation_traces (trace, began_us);
CREATE INDEX operation_traces_time ON operation_traces (at, id);

-- A threshold changed by hand; the pack says the rest.
CREATE TABLE operation_rules (
  key @text PRIMARY KEY,
  enabled @bool NOT NULL,
  limit_value @int NOT NULL,
  clear_value @int NOT NULL,
  minutes @int NOT NULL,
  grade @text NOT NULL,
  reason @text NOT NULL,
  version @int NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
);

-- open_key is the rule's key while the alarm lasts, so that there is one at a time.
CREATE TABLE operation_alarms (
  id @id PRIMARY KEY,
  rule_key @text NOT NULL,
  open_key @text UNIQUE,
  title @text NOT NULL,
  grade @text NOT NULL,
  value @int NOT NULL,
  worst @int NOT NULL,
  limit_value @int NOT NULL,
  unit @text NOT NULL,
  node @text NOT NULL,
  raised_at @time NOT NULL,
  last_at @time NOT NULL,
  cleared_at @time,
  fault_id @id
);
CREATE INDEX operation_alarms_rule ON operation_alarms (rule_key, id);

CREATE TABLE operation_duties (
  id @id PRIMARY KEY,
  staff_id @id NOT NULL,
  staff_name @text NOT NULL,
  from_day @text NOT NULL,
  until_day @text NOT NULL,
  created_at @time NOT NULL,
  created_by_name @text NOT NULL
);
CREATE INDEX operation_duties_day ON operation_duties (until_day, from_day);

CREATE TABLE fault_tickets (
  id @id PRIMARY KEY,
  number @text NOT NULL UNIQUE,
  title @text NOT NULL,
  description @text NOT NULL,
  part @text NOT NULL,
  grade @text NOT NULL,
  first_grade @text NOT NULL,
  grade_since @time NOT NULL,
  extent @text NOT NULL,
  state @text NOT NULL,
  rank @int NOT NULL,
  alarm_id @id,
  opened_at @time NOT NULL,
  opened_by_name @text NOT NULL,
  assignee_id @id,
  assignee_name @text,
  acknowledged_at @time,
  arrived_at @time,
  restored_at @time,
  closed_at @time,
  cause @text NOT NULL,
  told @int NOT NULL,
  version @int NOT NULL
);
CREATE INDEX fault_tickets_rank ON fault_tickets (rank, id);
CREATE INDEX fault_tickets_opened ON fault_tickets (opened_at, id);

CREATE TABLE fault_steps (
  id @id PRIMARY KEY,
  fault_id @id NOT NULL,
  at @time NOT NULL,
  by_name @text NOT NULL,
  act @text NOT NULL,
  text @text NOT NULL
);
CREATE INDEX fault_steps_fault ON fault_steps (fault_id, id);

-- Inspections, run reports and drills; period_key says which one it is, so that two nodes make one.
CREATE TABLE operation_inspections (
  id @id PRIMARY KEY,
  kind @text NOT NULL,
  period_key @text UNIQUE,
  title @text NOT NULL,
  at @time NOT NULL,
  verdict @text NOT NULL,
  problems @int NOT NULL,
  content @json NOT NULL,
  by_name @text NOT NULL
);
CREATE INDEX operation_inspections_kind ON operation_inspections (kind, id)
