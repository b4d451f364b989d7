-- What people decided about a purpose: append only, the newest decision counts. The text is kept by its digest.
CREATE TABLE privacy_consents (
  id @id PRIMARY KEY,
  account_id @id NOT NULL,
  purpose @text NOT NULL,
  purpose_version @int NOT NULL,
  text_digest @text NOT NULL,
  given @bool NOT NULL,
  at @time NOT NULL
);
CREATE INDEX privacy_consents_account ON privacy_consents (account_id, purpose, id);
CREATE INDEX privacy_consents_purpose ON privacy_consents (purpose, id);

-- Requests to correct or delete, with their answer.
CREATE TABLE privacy_requests (
  id @id PRIMARY KEY,
  account_id @id NOT NULL,
  applicant_name @text NOT NULL,
  kind @text NOT NULL,
  held_key @text NOT NULL,
  held_label @text NOT NULL,
  text_sealed @text NOT NULL,
  state @text NOT NULL,
  open_key @text UNIQUE,
  asked_at @time NOT NULL,
  due_on @text NOT NULL,
  answer_sealed @text,
  answered_by @id,
  answered_by_name @text,
  answered_at @time,
  erased @int NOT NULL,
  version @int NOT NULL
);
CREATE INDEX privacy_requests_state ON privacy_requests (state, id);
CREATE INDEX privacy_requests_account ON privacy_requests (account_id, id);

-- What was given out of several people at once, by object of the audit log.
CREATE TABLE privacy_disclosures (
  id @id PRIMARY KEY,
  object @text NOT NULL,
  at @time NOT NULL,
  receiver @text NOT NULL,
  what @text NOT NULL,
  way @text NOT NULL,
  source_key @text NOT NULL,
  UNIQUE (source_key, object)
);
CREATE INDEX privacy_disclosures_object ON privacy_disclosures (object, id);

-- Impact assessments (Personal Information Protection Law art. 55, 56), confirmed by a second person.
CREATE TABLE privacy_assessments (
  id @id PRIMARY KEY,
  title @text NOT NULL,
  purpose @text NOT NULL,
  occasion @text NOT NULL,
  necessity @text NOT NULL,
  risks @text NOT NULL,
  measures @text NOT NULL,
  level @text NOT NULL,
  state @text NOT NULL,
  made_by @id NOT NULL,
  made_by_name @text NOT NULL,
  made_at @time NOT NULL,
  confirmed_by_name @text,
  confirmed_at @time,
  review_on @text NOT NULL,
  version @int NOT NULL
);
CREATE INDEX privacy_assessments_state ON privacy_assessments (state, id)
