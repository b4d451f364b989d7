-- Licence types, seals with their certificates, licences.
CREATE TABLE licence_types (
  key @text NOT NULL,
  version @int NOT NULL,
  name @text NOT NULL,
  content @json NOT NULL,
  digest @text NOT NULL,
  paper_version @int NOT NULL,
  imported_at @time NOT NULL,
  PRIMARY KEY (key, version)
);

-- The row of slot `authority` is the installation's own certificate authority; a seal in use holds
-- the slot `<purpose>:<org>`, so that a body has one of each kind; one out of use holds its id.
CREATE TABLE seals (
  id @id PRIMARY KEY,
  slot @text NOT NULL UNIQUE,
  org_id @id,
  body @text NOT NULL,
  kind @text NOT NULL,
  certificate @text NOT NULL,
  key_sealed @text NOT NULL,
  valid_from @time NOT NULL,
  valid_to @time NOT NULL,
  state @text NOT NULL,
  created_at @time NOT NULL
);

CREATE TABLE licences (
  id @id PRIMARY KEY,
  type_key @text NOT NULL,
  type_version @int NOT NULL,
  name @text NOT NULL,
  identifier @text NOT NULL UNIQUE,
  number @text NOT NULL,
  holder_kind @text NOT NULL,
  holder_name @text NOT NULL,
  holder_id_sealed @text NOT NULL,
  holder_id_index @text NOT NULL,
  account_id @id,
  org_id @id NOT NULL,
  issuer_code @text NOT NULL,
  issuer_name @text NOT NULL,
  fields_sealed @text NOT NULL,
  corrections_sealed @text,
  case_id @id NOT NULL,
  case_number @text NOT NULL,
  item_name @text NOT NULL,
  issued_on @text NOT NULL,
  expires_on @text,
  state @text NOT NULL,
  file_id @id,
  file_digest @text,
  verify_code @text NOT NULL UNIQUE,
  replaces @id,
  sealed_at @time,
  abolished_at @time,
  abolish_reason @text,
  created_at @time NOT NULL,
  updated_at @time NOT NULL,
  version @int NOT NULL,
  UNIQUE (case_id, type_key)
);
CREATE INDEX licences_account ON licences (account_id, state);
CREATE INDEX licences_holder ON licences (holder_id_index);
CREATE INDEX licences_digest ON licences (file_digest);
CREATE INDEX licences_org_state ON licences (org_id, state, id)
