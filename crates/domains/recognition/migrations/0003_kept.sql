-- The oldest rows go when the time of keeping is over.
CREATE INDEX ticket_log_at ON ticket_log (at)
