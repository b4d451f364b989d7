-- Administration of organisations, staff, roles, policies and migration.
ALTER TABLE orgs ADD COLUMN state @text NOT NULL DEFAULT 'active';
ALTER TABLE orgs ADD COLUMN merged_into @id;
ALTER TABLE orgs ADD COLUMN sort @int NOT NULL DEFAULT 0;
ALTER TABLE orgs ADD COLUMN version @int NOT NULL DEFAULT 1;

CREATE TABLE org_history (
  id @id PRIMARY KEY,
  org_id @id NOT NULL,
  at @time NOT NULL,
  act @text NOT NULL,
  name_before @text NOT NULL,
  parent_before @id,
  reason @text NOT NULL,
  actor_name @text NOT NULL
);
CREATE INDEX org_history_org ON org_history (org_id, at);

ALTER TABLE windows ADD COLUMN version @int NOT NULL DEFAULT 1;

ALTER TABLE staff ADD COLUMN email_sealed @text;
ALTER TABLE staff ADD COLUMN mobile_identity_sealed @text;
ALTER TABLE staff ADD COLUMN mobile_identity_index @text;
ALTER TABLE staff ADD COLUMN must_change_password @bool NOT NULL DEFAULT false;
ALTER TABLE staff ADD COLUMN password_set_at @time;
ALTER TABLE staff ADD COLUMN one_time_until @time;
ALTER TABLE staff ADD COLUMN disabled_reason @text;
ALTER TABLE staff ADD COLUMN last_sign_in_at @time;
ALTER TABLE staff ADD COLUMN removed_at @time;
ALTER TABLE staff ADD COLUMN version @int NOT NULL DEFAULT 1;
CREATE INDEX staff_mobile_identity ON staff (mobile_identity_index);

CREATE TABLE staff_passwords (
  id @id PRIMARY KEY,
  staff_id @id NOT NULL,
  hash @text NOT NULL,
  at @time NOT NULL
);
CREATE INDEX staff_passwords_staff ON staff_passwords (staff_id, at);

CREATE TABLE staff_layouts (
  staff_id @id PRIMARY KEY,
  cards @json NOT NULL,
  version @int NOT NULL,
  updated_at @time NOT NULL
);

CREATE TABLE roles (
  key @text PRIMARY KEY,
  label @text NOT NULL,
  sees @text NOT NULL,
  permissions @json NOT NULL,
  org_id @id,
  version @int NOT NULL,
  created_at @time NOT NULL
);

CREATE TABLE exclusions (
  id @id PRIMARY KEY,
  label @text NOT NULL,
  one_side @json NOT NULL,
  other_side @json NOT NULL,
  reason @text NOT NULL,
  version @int NOT NULL
);

CREATE TABLE mandates (
  id @id PRIMARY KEY,
  staff_id @id NOT NULL,
  org_id @id NOT NULL,
  permissions @json NOT NULL,
  may_delegate @bool NOT NULL,
  parent_id @id,
  given_by @id NOT NULL,
  given_by_name @text NOT NULL,
  created_at @time NOT NULL,
  until_at @time,
  revoked_at @time
);
CREATE INDEX mandates_staff ON mandates (staff_id);

CREATE TABLE access_policies (
  id @id PRIMARY KEY,
  name @text NOT NULL,
  subject_kind @text NOT NULL,
  subject @text NOT NULL,
  terminals @json NOT NULL,
  networks @json NOT NULL,
  idle_minutes @int,
  max_sessions @int,
  requests_per_minute @int,
  enabled @bool NOT NULL,
  version @int NOT NULL
);
CREATE INDEX access_policies_subject ON access_policies (subject_kind, subject);

CREATE TABLE cross_grants (
  id @id PRIMARY KEY,
  staff_id @id NOT NULL,
  org_id @id NOT NULL,
  items @json NOT NULL,
  from_at @time NOT NULL,
  until_at @time NOT NULL,
  reason @text NOT NULL,
  given_by @id NOT NULL,
  given_by_name @text NOT NULL,
  created_at @time NOT NULL,
  recalled_at @time,
  recall_reason @text
);
CREATE INDEX cross_grants_staff ON cross_grants (staff_id);
CREATE INDEX cross_grants_until ON cross_grants (until_at);

CREATE TABLE extensions (
  id @id PRIMARY KEY,
  item_slug @text NOT NULL,
  org_id @id NOT NULL,
  town_id @id NOT NULL,
  window_key @text NOT NULL,
  staff @json NOT NULL,
  materials @json NOT NULL,
  state @text NOT NULL,
  opened_at @time NOT NULL,
  closed_at @time,
  version @int NOT NULL
);
CREATE INDEX extensions_item ON extensions (item_slug, state);

CREATE TABLE account_migrations (
  id @id PRIMARY KEY,
  kind @text NOT NULL,
  source @text NOT NULL,
  file_name @text NOT NULL,
  at @time NOT NULL,
  actor_name @text NOT NULL,
  report @json NOT NULL
);

CREATE TABLE administration_lock (
  id @int PRIMARY KEY
);
INSERT INTO administration_lock (id) VALUES (1)
