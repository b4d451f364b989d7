-- Logs of the application, of devices and of connected systems in one form; a batch is what came at once.
CREATE TABLE log_batches (
  id @id PRIMARY KEY,
  source @text NOT NULL,
  origin @text NOT NULL,
  lines @int NOT NULL,
  digest @text NOT NULL,
  received_at @time NOT NULL
);
CREATE INDEX log_batches_received ON log_batches (received_at, id);

CREATE TABLE log_lines (
  id @id PRIMARY KEY,
  batch_id @id NOT NULL,
  no @int NOT NULL,
  at @time NOT NULL,
  source @text NOT NULL,
  origin @text NOT NULL,
  level @text NOT NULL,
  event @text NOT NULL,
  message @text NOT NULL,
  actor @text NOT NULL,
  address @text NOT NULL,
  trace @text NOT NULL
);
CREATE UNIQUE INDEX log_lines_batch ON log_lines (batch_id, no);
CREATE INDEX log_lines_source ON log_lines (source, id);
CREATE INDEX log_lines_level ON log_lines (level, id);

-- A line is never changed; after the retention a whole batch goes, its digest stays.
@only sqlite
CREATE TRIGGER log_lines_no_update BEFORE UPDATE ON log_lines
BEGIN SELECT RAISE(ABORT, 'log_lines is append only'); END
@end
@only sqlite
CREATE TRIGGER log_batches_no_update BEFORE UPDATE ON log_batches
BEGIN SELECT RAISE(ABORT, 'log_batches is append only'); END
@end
@only postgres
CREATE TRIGGER log_lines_append_only BEFORE UPDATE OR TRUNCATE ON log_lines
FOR EACH STATEMENT EXECUTE FUNCTION tongban_append_only()
@end
@only postgres
CREATE TRIGGER log_batches_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_batches
FOR EACH STATEMENT EXECUTE FUNCTION tongban_append_only()
@end
