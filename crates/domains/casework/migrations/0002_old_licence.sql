-- The licence a change, renewal, re-issue or cancellation is about: chosen by the applicant, or found
-- when there is only one.
ALTER TABLE case_forms ADD COLUMN old_licence_id @id
