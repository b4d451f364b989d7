-- Blanks received 空白证领用 (CASE-027): runs of numbers, so that every blank is accounted for: received = used + spoiled + left.
CREATE TABLE licence_blanks (
  id @id PRIMARY KEY,
  type_key @text NOT NULL,
  type_name @text NOT NULL,
  org_id @id NOT NULL,
  prefix @text NOT NULL,
  width @int NOT NULL,
  first_no @int NOT NULL,
  last_no @int NOT NULL,
  note @text NOT NULL,
  received_at @time NOT NULL,
  received_by_name @text NOT NULL
);
CREATE INDEX licence_blanks_by_org ON licence_blanks (org_id, id);
CREATE INDEX licence_blanks_by_run ON licence_blanks (type_key, prefix, first_no)
