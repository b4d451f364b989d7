-- Words that differ between the databases: @id @time @json @text @int @bool. Frozen once released.
CREATE TABLE {{things}} (
  id @id PRIMARY KEY,
  title @text NOT NULL,
  state @text NOT NULL,
  version @int NOT NULL,
  org_id @id,
  created_at @time NOT NULL,
  created_by @id NOT NULL
);
CREATE INDEX {{things}}_org ON {{things}} (org_id, id);
