-- Visits: one row per request of the API, written in batches. The digest of a batch stands in the audit log.
CREATE TABLE visit_lines (
  id @id PRIMARY KEY,
  batch_id @id NOT NULL,
  no @int NOT NULL,
  at @time NOT NULL,
  level @text NOT NULL,
  method @text NOT NULL,
  route @text NOT NULL,
  status @int NOT NULL,
  took_ms @int NOT NULL,
  bytes @int,
  actor_kind @text NOT NULL,
  actor_id @id,
  address @text NOT NULL,
  trace @text NOT NULL
);
CREATE UNIQUE INDEX visit_lines_batch ON visit_lines (batch_id, no);
CREATE INDEX visit_lines_at ON visit_lines (at, id);
CREATE INDEX visit_lines_actor ON visit_lines (actor_id, id);

-- A line is never changed; after the retention it goes, the digest of its batch stays.
@only sqlite
CREATE TRIGGER visit_lines_no_update BEFORE UPDATE ON visit_lines
BEGIN SELECT RAISE(ABORT, 'visit_lines is append only'); END
@end
@only postgres
CREATE TRIGGER visit_lines_append_only BEFORE UPDATE OR TRUNCATE ON visit_lines
FOR EACH STATEMENT EXECUTE FUNCTION tongban_append_only()
@end
