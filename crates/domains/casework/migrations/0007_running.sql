-- Who exactly may do a task, until when, and in whose name (FORM-026, FORM-029).
ALTER TABLE tasks ADD COLUMN narrowed @bool NOT NULL DEFAULT FALSE;
ALTER TABLE tasks ADD COLUMN joint @bool NOT NULL DEFAULT FALSE;
ALTER TABLE tasks ADD COLUMN days @int;
ALTER TABLE tasks ADD COLUMN every_day @bool NOT NULL DEFAULT FALSE;
ALTER TABLE tasks ADD COLUMN due_at @time;
ALTER TABLE tasks ADD COLUMN owner_id @id;
ALTER TABLE tasks ADD COLUMN owner_name @text;
-- How long it took, for averages per step (FORM-030); both databases can add whole seconds.
ALTER TABLE tasks ADD COLUMN took_seconds @int;

-- Of a narrowed task: the people, departments and roles that may do it.
CREATE TABLE task_handlers (
  task_id @id NOT NULL,
  kind @text NOT NULL,
  key @text NOT NULL,
  label @text NOT NULL,
  PRIMARY KEY (task_id, kind, key)
);
CREATE INDEX task_handlers_by_key ON task_handlers (kind, key);
CREATE INDEX case_flows_by_version ON case_flows (flow_key, flow_version)
