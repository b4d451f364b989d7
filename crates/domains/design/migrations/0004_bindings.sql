-- Which decisions check what is filled in (FORM-016): the bindings of the published version of each rules
-- file. The file itself stays the only source; these rows are written with the version.
CREATE TABLE design_bindings (
  rules_key @text NOT NULL,
  no @int NOT NULL,
  version @int NOT NULL,
  decision @text NOT NULL,
  form @text,
  item @text,
  channels @text NOT NULL,
  severity @text NOT NULL,
  holds_from @text NOT NULL,
  holds_until @text NOT NULL,
  message @text NOT NULL,
  PRIMARY KEY (rules_key, no)
);
CREATE INDEX design_bindings_by_form ON design_bindings (form);
CREATE INDEX design_bindings_by_item ON design_bindings (item);

-- Up to which version the bindings of a rules file were taken out of it.
CREATE TABLE design_bound (
  rules_key @text PRIMARY KEY,
  version @int NOT NULL
)
