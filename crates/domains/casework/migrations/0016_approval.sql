-- Written by hand when a task was done (CASE-038): the file of the signature and of the opinion.
ALTER TABLE tasks ADD COLUMN signature_file @id;
ALTER TABLE tasks ADD COLUMN opinion_file @id;

-- Supervision of an order or reminder (CASE-036): signed for, reminded of, closed; who gave it.
ALTER TABLE case_urges ADD COLUMN by_id @id;
ALTER TABLE case_urges ADD COLUMN reminders @int NOT NULL DEFAULT 0;
ALTER TABLE case_urges ADD COLUMN reminded_at @time;
ALTER TABLE case_urges ADD COLUMN signed_at @time;
ALTER TABLE case_urges ADD COLUMN signed_by_name @text;
ALTER TABLE case_urges ADD COLUMN closed_at @time;
ALTER TABLE case_urges ADD COLUMN closed_by_name @text;
ALTER TABLE case_urges ADD COLUMN closing_note @text;

-- What handlers and supervisors write to each other under an order; a deleted one keeps its row without its words.
CREATE TABLE case_urge_notes (
  id @id PRIMARY KEY,
  urge_id @id NOT NULL,
  case_id @id NOT NULL,
  version @int NOT NULL,
  supervisor @bool NOT NULL,
  by_id @id NOT NULL,
  by_name @text NOT NULL,
  text @text NOT NULL,
  at @time NOT NULL,
  changed_at @time,
  deleted_at @time
);
CREATE INDEX case_urge_notes_by_urge ON case_urge_notes (urge_id, id);

-- A person's own list of done tasks (CASE-037): an own name for an entry, or the entry left out of the list.
CREATE TABLE task_marks (
  task_id @id NOT NULL,
  staff_id @id NOT NULL,
  own_name @text NOT NULL,
  hidden_at @time,
  reason @text NOT NULL,
  PRIMARY KEY (task_id, staff_id)
);
CREATE INDEX tasks_done_by ON tasks (done_by, done_at, id)
