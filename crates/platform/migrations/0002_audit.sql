-- The audit log completed: where from, of which kind, with what result, before and after, chained.
-- Lines written before this step keep an empty hash and stand outside the chains.
ALTER TABLE audit_log ADD COLUMN org_id @id;
ALTER TABLE audit_log ADD COLUMN address @text NOT NULL DEFAULT '';
ALTER TABLE audit_log ADD COLUMN device @text NOT NULL DEFAULT '';
ALTER TABLE audit_log ADD COLUMN kind @text NOT NULL DEFAULT 'change';
ALTER TABLE audit_log ADD COLUMN result @text NOT NULL DEFAULT 'ok';
ALTER TABLE audit_log ADD COLUMN before @text;
ALTER TABLE audit_log ADD COLUMN after @text;
ALTER TABLE audit_log ADD COLUMN chain @id;
ALTER TABLE audit_log ADD COLUMN no @int NOT NULL DEFAULT 0;
ALTER TABLE audit_log ADD COLUMN previous_hash @text NOT NULL DEFAULT '';
ALTER TABLE audit_log ADD COLUMN hash @text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX audit_log_chain ON audit_log (chain, no);
CREATE INDEX audit_log_at ON audit_log (at, id);
CREATE INDEX audit_log_actor ON audit_log (actor_id, id);
CREATE INDEX audit_log_action ON audit_log (action, at);

CREATE TABLE audit_roots (
  day @text PRIMARY KEY,
  lines @int NOT NULL,
  chains @int NOT NULL,
  root @text NOT NULL,
  previous_root @text NOT NULL,
  signature @text NOT NULL,
  signed_at @time NOT NULL
);

-- Append only, whoever is connected: the database itself refuses a change and a removal.
@only sqlite
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append only'); END
@end
@only sqlite
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append only'); END
@end
@only sqlite
CREATE TRIGGER audit_roots_no_update BEFORE UPDATE ON audit_roots
BEGIN SELECT RAISE(ABORT, 'audit_roots is append only'); END
@end
@only sqlite
CREATE TRIGGER audit_roots_no_delete BEFORE DELETE ON audit_roots
BEGIN SELECT RAISE(ABORT, 'audit_roots is append only'); END
@end
@only postgres
CREATE FUNCTION tongban_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append only', TG_TABLE_NAME; END $$
@end
@only postgres
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION tongban_append_only()
@end
@only postgres
CREATE TRIGGER audit_roots_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_roots
FOR EACH STATEMENT EXECUTE FUNCTION tongban_append_only()
@end

-- The network a session was opened from; empty = not bound.
ALTER TABLE sessions ADD COLUMN network @text NOT NULL DEFAULT ''
