-- The library of definitions that people edit. One row a definition; its published versions are in
-- `definitions`. draft: the content under work, absent when it equals the published one. revision
-- counts every change of the row; an editor's page must be as new.
CREATE TABLE design_library (
  id @id PRIMARY KEY,
  kind @text NOT NULL,
  key @text NOT NULL,
  name @text NOT NULL,
  purpose @text NOT NULL,
  channels @json NOT NULL,
  org_id @id,
  template @bool NOT NULL,
  disabled @bool NOT NULL,
  version @int NOT NULL,
  published_at @time,
  draft @text,
  revision @int NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
);
CREATE UNIQUE INDEX design_library_by_key ON design_library (kind, key);
CREATE INDEX design_library_by_change ON design_library (changed_at, id);

-- Why a version was published, for those who read the history.
ALTER TABLE definitions ADD COLUMN note @text NOT NULL DEFAULT '';

-- Shared fields (FORM-003): one meaning, one code, in every form.
CREATE TABLE design_fields (
  id @id PRIMARY KEY,
  code @text NOT NULL UNIQUE,
  label @text NOT NULL,
  content @json NOT NULL,
  version @int NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
);

-- Which definition uses which shared field or template, as last saved or published.
CREATE TABLE design_uses (
  definition_id @id NOT NULL,
  used_kind @text NOT NULL,
  used_key @text NOT NULL,
  PRIMARY KEY (definition_id, used_kind, used_key)
);
CREATE INDEX design_uses_by_used ON design_uses (used_kind, used_key);

-- Settings of the designers, by name.
CREATE TABLE design_settings (
  name @text PRIMARY KEY,
  content @json NOT NULL,
  version @int NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
)
