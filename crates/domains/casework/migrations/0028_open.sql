-- What waits in a reach is counted by an index over the open cases alone, whichever items and counters a right names, and
-- by the lights of the clock at once.
-- The words of the condition are those of OPEN in service/lists/cases.rs: both databases compare them.
CREATE INDEX cases_open_counted ON cases (org_id, item_slug, state, corrected, taken_at, due_at, paused_left) WHERE state IN ('submitted', 'pre_reviewed', 'correction', 'accepted', 'in_review', 'special', 'decided');
