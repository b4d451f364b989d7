-- What the owner of a session sees of it: a name for it, where it was begun and how.
ALTER TABLE sessions ADD COLUMN id @id;
ALTER TABLE sessions ADD COLUMN address @text NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN device @text NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN way @text NOT NULL DEFAULT '';
CREATE INDEX sessions_open ON sessions (audience, ended_at, expires_at)
