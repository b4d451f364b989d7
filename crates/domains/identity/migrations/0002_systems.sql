-- Connected systems 接入系统: who may call us, with what, and what it may see.
CREATE TABLE systems (
  id @id PRIMARY KEY,
  app_id @text NOT NULL UNIQUE,
  name @text NOT NULL,
  owner_org_id @id NOT NULL,
  contact_name @text NOT NULL,
  contact_phone_sealed @text NOT NULL,
  description @text NOT NULL,
  callbacks @json NOT NULL,
  environment @text NOT NULL,
  networks @json NOT NULL,
  formula @text NOT NULL,
  grants @json NOT NULL,
  enabled @bool NOT NULL,
  version @int NOT NULL,
  created_at @time NOT NULL,
  updated_at @time NOT NULL
);

-- Several secrets at once: a new one is given out before the old one ends.
CREATE TABLE system_secrets (
  id @id PRIMARY KEY,
  system_id @id NOT NULL,
  secret_sealed @text NOT NULL,
  hint @text NOT NULL,
  valid_from @time NOT NULL,
  valid_until @time,
  created_at @time NOT NULL,
  created_by @text NOT NULL
);
CREATE INDEX system_secrets_by_system ON system_secrets (system_id, id);

CREATE TABLE system_changes (
  id @id PRIMARY KEY,
  system_id @id NOT NULL,
  at @time NOT NULL,
  actor_id @id NOT NULL,
  actor_name @text NOT NULL,
  action @text NOT NULL,
  detail @json NOT NULL
);
CREATE INDEX system_changes_by_system ON system_changes (system_id, id);

-- Numbers of calls already taken, shared by all nodes.
CREATE TABLE gateway_nonces (
  app_id @text NOT NULL,
  nonce @text NOT NULL,
  seen_at @time NOT NULL,
  PRIMARY KEY (app_id, nonce)
);
CREATE INDEX gateway_nonces_seen ON gateway_nonces (seen_at)
