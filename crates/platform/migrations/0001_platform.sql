-- The platform's own tables.
CREATE TABLE outbox (
  id @id PRIMARY KEY,
  topic @text NOT NULL,
  subject @text NOT NULL,
  payload @json NOT NULL,
  created_at @time NOT NULL,
  dispatched @bool NOT NULL
);
CREATE INDEX outbox_waiting ON outbox (dispatched, id);

CREATE TABLE jobs (
  id @id PRIMARY KEY,
  kind @text NOT NULL,
  payload @json NOT NULL,
  dedupe_key @text UNIQUE,
  state @text NOT NULL,
  run_at @time NOT NULL,
  attempts @int NOT NULL,
  last_error @text,
  created_at @time NOT NULL
);
CREATE INDEX jobs_due ON jobs (state, run_at);

CREATE TABLE audit_log (
  id @id PRIMARY KEY,
  at @time NOT NULL,
  actor_id @id,
  actor_name @text NOT NULL,
  action @text NOT NULL,
  subject @text NOT NULL,
  detail @json NOT NULL
);
CREATE INDEX audit_log_subject ON audit_log (subject, id);

CREATE TABLE idempotency_keys (
  caller_id @id NOT NULL,
  key @text NOT NULL,
  action @text NOT NULL,
  result_id @id NOT NULL,
  created_at @time NOT NULL,
  PRIMARY KEY (caller_id, key)
);

CREATE TABLE sessions (
  token_hash @text PRIMARY KEY,
  audience @text NOT NULL,
  account_id @id NOT NULL,
  created_at @time NOT NULL,
  seen_at @time NOT NULL,
  expires_at @time NOT NULL,
  ended_at @time
);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE files (
  id @id PRIMARY KEY,
  digest @text NOT NULL,
  size @int NOT NULL,
  media_type @text NOT NULL,
  name @text NOT NULL,
  owner_id @id,
  purpose @text NOT NULL,
  created_at @time NOT NULL
);

CREATE TABLE captchas (
  id @id PRIMARY KEY,
  answer @text NOT NULL,
  expires_at @time NOT NULL,
  used_at @time
);

CREATE TABLE messages (
  id @id PRIMARY KEY,
  event_key @text NOT NULL,
  recipient @text NOT NULL,
  channel @text NOT NULL,
  template @text NOT NULL,
  body @text NOT NULL,
  state @text NOT NULL,
  error @text,
  created_at @time NOT NULL,
  sent_at @time,
  UNIQUE (event_key, recipient, channel)
);

CREATE TABLE numbers (
  scope @text PRIMARY KEY,
  value @int NOT NULL
)
