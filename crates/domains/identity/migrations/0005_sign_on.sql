-- Second factor of staff: what the authenticator app holds, sealed; nothing counts before it was confirmed.
CREATE TABLE second_factors (
  staff_id @id PRIMARY KEY,
  secret_sealed @text,
  pending_sealed @text,
  enrolled_at @time,
  last_step @int NOT NULL
);

CREATE TABLE recovery_codes (
  id @id PRIMARY KEY,
  staff_id @id NOT NULL,
  code_index @text NOT NULL,
  used_at @time
);
CREATE INDEX recovery_codes_staff ON recovery_codes (staff_id);

-- A password was right, the second factor is still to be shown.
CREATE TABLE sign_in_tickets (
  ticket_hash @text PRIMARY KEY,
  staff_id @id NOT NULL,
  step @text NOT NULL,
  tries @int NOT NULL,
  expires_at @time NOT NULL,
  used_at @time
);
CREATE INDEX sign_in_tickets_expires ON sign_in_tickets (expires_at);

-- Every sign-in here and, through us, in a connected system: the owner reads it, statistics count it.
CREATE TABLE sign_ins (
  id @id PRIMARY KEY,
  at @time NOT NULL,
  day @text NOT NULL,
  audience @text NOT NULL,
  user_type @text NOT NULL,
  account_id @id NOT NULL,
  app_id @text NOT NULL,
  address @text NOT NULL,
  device @text NOT NULL,
  way @text NOT NULL,
  ok @bool NOT NULL,
  reason @text NOT NULL
);
CREATE INDEX sign_ins_account ON sign_ins (account_id, id);
CREATE INDEX sign_ins_day ON sign_ins (day, audience);

-- The sign-on part of a connected system. Its name, state, addresses and grants are in systems.
CREATE TABLE sign_on_clients (
  app_id @text PRIMARY KEY,
  audience @text NOT NULL,
  sign_on @bool NOT NULL,
  skip_consent @bool NOT NULL,
  listed @bool NOT NULL,
  start_url @text NOT NULL,
  logout_uris @json NOT NULL,
  summary @text NOT NULL,
  notice @text NOT NULL,
  version @int NOT NULL
);

CREATE TABLE oauth_requests (
  id @id PRIMARY KEY,
  app_id @text NOT NULL,
  audience @text NOT NULL,
  redirect_uri @text NOT NULL,
  scopes @text NOT NULL,
  state @text NOT NULL,
  nonce @text NOT NULL,
  challenge @text NOT NULL,
  force_login @bool NOT NULL,
  ask_consent @bool NOT NULL,
  created_at @time NOT NULL,
  expires_at @time NOT NULL,
  used_at @time
);
CREATE INDEX oauth_requests_expires ON oauth_requests (expires_at);

CREATE TABLE oauth_codes (
  code_hash @text PRIMARY KEY,
  request_id @id NOT NULL,
  account_id @id NOT NULL,
  scopes @text NOT NULL,
  auth_time @time NOT NULL,
  expires_at @time NOT NULL,
  used_at @time
);
CREATE INDEX oauth_codes_expires ON oauth_codes (expires_at);

CREATE TABLE oauth_tokens (
  token_hash @text PRIMARY KEY,
  code_hash @text NOT NULL,
  app_id @text NOT NULL,
  audience @text NOT NULL,
  account_id @id NOT NULL,
  scopes @text NOT NULL,
  expires_at @time NOT NULL,
  revoked_at @time
);
CREATE INDEX oauth_tokens_account ON oauth_tokens (account_id, app_id);
CREATE INDEX oauth_tokens_code ON oauth_tokens (code_hash);

CREATE TABLE oauth_consents (
  account_id @id NOT NULL,
  app_id @text NOT NULL,
  scopes @text NOT NULL,
  given_at @time NOT NULL,
  last_used_at @time,
  PRIMARY KEY (account_id, app_id)
);

-- Keys that sign identity tokens. The number is the order; the newest signs.
CREATE TABLE oauth_keys (
  number @int PRIMARY KEY,
  kid @text NOT NULL UNIQUE,
  private_sealed @text NOT NULL,
  n @text NOT NULL,
  e @text NOT NULL,
  created_at @time NOT NULL,
  signs_until @time,
  published_until @time
);

-- Enterprises that sign in here with their own password.
CREATE TABLE enterprise_credentials (
  account_id @id PRIMARY KEY,
  uscc @text NOT NULL UNIQUE,
  registration_number @text NOT NULL UNIQUE,
  password_hash @text NOT NULL,
  password_changed_at @time NOT NULL,
  failed_count @int NOT NULL,
  locked_until @time,
  activated_at @time NOT NULL,
  licence_checked_at @time NOT NULL,
  licence_valid_until @text
);

CREATE TABLE enterprise_activations (
  ticket_hash @text PRIMARY KEY,
  uscc @text NOT NULL,
  code_index @text NOT NULL,
  tries @int NOT NULL,
  expires_at @time NOT NULL,
  used_at @time
);
CREATE INDEX enterprise_activations_expires ON enterprise_activations (expires_at);

-- Real-name checks and their review. The latest of an account counts.
CREATE TABLE real_name_reviews (
  id @id PRIMARY KEY,
  account_id @id NOT NULL,
  name @text NOT NULL,
  id_number_sealed @text NOT NULL,
  state @text NOT NULL,
  reason @text NOT NULL,
  source @text NOT NULL,
  authority_says @text NOT NULL,
  submitted_at @time NOT NULL,
  decided_at @time,
  decided_by @text,
  version @int NOT NULL
);
CREATE INDEX real_name_reviews_account ON real_name_reviews (account_id, id);
CREATE INDEX real_name_reviews_state ON real_name_reviews (state, id)
