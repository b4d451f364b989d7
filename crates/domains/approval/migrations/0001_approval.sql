-- What staff draw by hand (CASE-038): signatures and opinions. words: the name of a signature, the text of an opinion.
-- The picture is a file of the shell, sealed there. A deleted one keeps its row: papers already name it.
CREATE TABLE drawings (
  id @id PRIMARY KEY,
  kind @text NOT NULL,
  staff_id @id NOT NULL,
  version @int NOT NULL,
  words @text NOT NULL,
  file_id @id NOT NULL,
  enabled @bool NOT NULL,
  made_at @time NOT NULL,
  changed_at @time NOT NULL,
  deleted_at @time
);
CREATE INDEX drawings_by_staff ON drawings (staff_id, kind, id);

-- A person's own files, to find and use again (CASE-037).
CREATE TABLE own_materials (
  id @id PRIMARY KEY,
  staff_id @id NOT NULL,
  version @int NOT NULL,
  name @text NOT NULL,
  note @text NOT NULL,
  file @json NOT NULL,
  file_id @id NOT NULL,
  added_at @time NOT NULL,
  deleted_at @time
);
CREATE INDEX own_materials_by_staff ON own_materials (staff_id, id);

-- What handling adds to a case besides opinions (CASE-034): minutes, photographs, who was asked. The words may name people: sealed.
CREATE TABLE handling_materials (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  version @int NOT NULL,
  name @text NOT NULL,
  text_sealed @text NOT NULL,
  file @json NOT NULL,
  by_id @id NOT NULL,
  by_name @text NOT NULL,
  at @time NOT NULL,
  changed_at @time,
  deleted_at @time,
  deleted_reason @text NOT NULL
);
CREATE INDEX handling_materials_by_case ON handling_materials (case_id, id);

-- Party-building activities departments publish for the cockpit (CASE-039).
CREATE TABLE party_activities (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  org_id @id NOT NULL,
  held_on @text NOT NULL,
  title @text NOT NULL,
  text @text NOT NULL,
  by_id @id NOT NULL,
  by_name @text NOT NULL,
  published_at @time NOT NULL,
  deleted_at @time
);
CREATE INDEX party_activities_by_org ON party_activities (org_id, held_on, id)
