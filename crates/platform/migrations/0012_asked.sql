-- Long work that somebody asked for: who is told, once, when the last of its jobs has ended (OPS-006).
CREATE TABLE asked (
  id @id PRIMARY KEY,
  staff_id @id NOT NULL,
  title @text NOT NULL,
  link @text NOT NULL,
  state @text NOT NULL,
  round @int NOT NULL,
  failed @bool NOT NULL,
  said @text NOT NULL,
  asked_at @time NOT NULL,
  ended_at @time
);
CREATE INDEX asked_of ON asked (staff_id, state, id);
ALTER TABLE jobs ADD COLUMN asked @id;
CREATE INDEX jobs_asked ON jobs (asked, state) WHERE asked IS NOT NULL;
ALTER TABLE messages ADD COLUMN link @text NOT NULL DEFAULT ''
