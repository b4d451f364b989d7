-- Lists read in their order instead of sorting what they found; counts are answered by an index alone.
CREATE INDEX cases_counted ON cases (org_id, state, corrected);
CREATE INDEX cases_by_due ON cases (due_at, id);
CREATE INDEX cases_by_submitted ON cases (submitted_at, id);
-- The words of the condition are those of OPEN in service/lists/cases.rs: both databases compare them.
CREATE INDEX cases_open_by_due ON cases (due_at, id) WHERE state IN ('submitted', 'pre_reviewed', 'correction', 'accepted', 'in_review', 'special', 'decided');
