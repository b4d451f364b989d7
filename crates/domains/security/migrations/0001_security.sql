-- Settings of security: one row a setting.
CREATE TABLE security_settings (
  key @text PRIMARY KEY,
  value @json NOT NULL,
  version @int NOT NULL,
  changed_by @text NOT NULL,
  changed_at @time NOT NULL
);

-- Risk events, findings, checks, drills: one register, one loop.
-- open_key holds rule and group of an alarm that is not closed, so that a rule raises one event at a time.
CREATE TABLE security_risks (
  id @id PRIMARY KEY,
  kind @text NOT NULL,
  title @text NOT NULL,
  description @text NOT NULL,
  level @text NOT NULL,
  state @text NOT NULL,
  rule_key @text,
  group_key @text,
  open_key @text UNIQUE,
  who @text NOT NULL,
  hits @int NOT NULL,
  first_at @time NOT NULL,
  last_at @time NOT NULL,
  last_line @id,
  evidence @json NOT NULL,
  assignee_id @id,
  assignee_name @text,
  handled_by @id,
  due_on @text,
  closed_at @time,
  parent_id @id,
  created_by @id,
  version @int NOT NULL
);
CREATE INDEX security_risks_state ON security_risks (state, id);
CREATE INDEX security_risks_parent ON security_risks (parent_id);
CREATE INDEX security_risks_rule ON security_risks (rule_key, group_key, id);

CREATE TABLE security_risk_steps (
  id @id PRIMARY KEY,
  risk_id @id NOT NULL,
  no @int NOT NULL,
  at @time NOT NULL,
  by_id @id,
  by_name @text NOT NULL,
  act @text NOT NULL,
  text @text NOT NULL
);
CREATE UNIQUE INDEX security_risk_steps_risk ON security_risk_steps (risk_id, no);

-- Life of the keys. The keys themselves are with the cryptography provider, never here.
CREATE TABLE crypto_keys (
  id @text PRIMARY KEY,
  purpose @text NOT NULL,
  algorithm @text NOT NULL,
  state @text NOT NULL,
  made_by @id,
  made_by_name @text NOT NULL,
  made_at @time NOT NULL,
  activated_by_name @text,
  activated_at @time,
  ended_by_name @text,
  ended_at @time,
  version @int NOT NULL
);

CREATE TABLE key_rotations (
  id @id PRIMARY KEY,
  key_id @text NOT NULL,
  total @int NOT NULL,
  done @int NOT NULL,
  state @text NOT NULL,
  started_at @time NOT NULL,
  finished_at @time
)
