-- The number on the ticket (号票) with which the visitor was called whose application was taken in (CASE-011).
ALTER TABLE case_counters ADD COLUMN ticket_number @text
