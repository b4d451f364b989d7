-- A task knows of its case what never changes (item, counter) and by when the case is due: a work list is found, counted and
-- put in order without looking at a case (docs/adr/0097). Kept with the case by Change::save and put_dates. Tasks that are
-- done are found by their case as before and keep what they had when they were done. The index begins with the state, though
-- its condition says it already: only so does a planner take it instead of tasks_open.
ALTER TABLE tasks ADD COLUMN item_slug @text NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN taken_at @id;
ALTER TABLE tasks ADD COLUMN case_due_at @time;
UPDATE tasks SET
  item_slug = (SELECT cases.item_slug FROM cases WHERE cases.id = tasks.case_id),
  taken_at = (SELECT cases.taken_at FROM cases WHERE cases.id = tasks.case_id),
  case_due_at = (SELECT cases.due_at FROM cases WHERE cases.id = tasks.case_id)
WHERE tasks.state = 'open' AND EXISTS (SELECT 1 FROM cases WHERE cases.id = tasks.case_id);
CREATE INDEX tasks_waiting ON tasks (state, narrowed, org_id, role, stage, item_slug, taken_at, case_due_at, id) WHERE state = 'open'
