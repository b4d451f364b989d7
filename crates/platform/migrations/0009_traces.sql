-- The request that caused an event or a job, so that its chain of calls can be followed.
ALTER TABLE outbox ADD COLUMN trace @text;
ALTER TABLE jobs ADD COLUMN trace @text
