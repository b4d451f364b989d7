-- Regions, organisations, staff, windows, citizens' accounts and their sign-on.
CREATE TABLE regions (
  code @text PRIMARY KEY,
  name @text NOT NULL,
  parent @text,
  level @int NOT NULL,
  valid @bool NOT NULL
);
CREATE INDEX regions_parent ON regions (parent);

CREATE TABLE orgs (
  id @id PRIMARY KEY,
  key @text NOT NULL UNIQUE,
  name @text NOT NULL,
  short_name @text NOT NULL,
  kind @text NOT NULL,
  uscc @text UNIQUE,
  parent_id @id,
  region @text NOT NULL,
  level @int NOT NULL,
  phone @text
);

CREATE TABLE staff (
  id @id PRIMARY KEY,
  login @text NOT NULL UNIQUE,
  name @text NOT NULL,
  employee_no @text,
  title @text,
  org_id @id NOT NULL,
  region @text NOT NULL,
  phone_sealed @text,
  password_hash @text NOT NULL,
  roles @json NOT NULL,
  items @json NOT NULL,
  failed_count @int NOT NULL,
  locked_until @time,
  disabled @bool NOT NULL
);
CREATE INDEX staff_org ON staff (org_id);

CREATE TABLE windows (
  id @id PRIMARY KEY,
  key @text NOT NULL UNIQUE,
  hall_key @text NOT NULL,
  hall_name @text NOT NULL,
  number @text NOT NULL,
  name @text NOT NULL,
  kind @text NOT NULL,
  org_id @id NOT NULL,
  region @text NOT NULL
);

CREATE TABLE window_orgs (
  window_key @text NOT NULL,
  org_id @id NOT NULL,
  PRIMARY KEY (window_key, org_id)
);

CREATE TABLE window_items (
  window_key @text NOT NULL,
  item_slug @text NOT NULL,
  PRIMARY KEY (window_key, item_slug)
);

CREATE TABLE window_staff (
  window_key @text NOT NULL,
  staff_id @id NOT NULL,
  PRIMARY KEY (window_key, staff_id)
);
CREATE INDEX window_staff_staff ON window_staff (staff_id);

CREATE TABLE item_orgs (
  item_slug @text PRIMARY KEY,
  org_id @id NOT NULL
);

CREATE TABLE accounts (
  id @id PRIMARY KEY,
  subject @text NOT NULL UNIQUE,
  kind @text NOT NULL,
  name @text NOT NULL,
  id_type @text NOT NULL,
  id_number_sealed @text NOT NULL,
  id_number_index @text NOT NULL,
  phone_sealed @text,
  phone_index @text,
  phone_by_owner @bool NOT NULL,
  email_sealed @text,
  display_name @text NOT NULL,
  real_name @bool NOT NULL,
  enterprise @json,
  version @int NOT NULL,
  created_at @time NOT NULL,
  mirrored_at @time NOT NULL
);
CREATE INDEX accounts_id_number ON accounts (id_number_index);
CREATE INDEX accounts_phone ON accounts (phone_index);

CREATE TABLE sign_on_states (
  state_hash @text PRIMARY KEY,
  nonce @text NOT NULL,
  return_to @text NOT NULL,
  expires_at @time NOT NULL,
  used_at @time
);
CREATE INDEX sign_on_states_expires ON sign_on_states (expires_at)
