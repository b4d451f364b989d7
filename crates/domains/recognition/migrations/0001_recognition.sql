-- How people go to and come from a connected system with a ticket. Its name, state, secrets and
-- grants are in systems.
CREATE TABLE links (
  system_id @id PRIMARY KEY,
  role @text NOT NULL,
  for_portal @bool NOT NULL,
  for_desk @bool NOT NULL,
  our_id @text NOT NULL,
  entry_url @text NOT NULL,
  bind_url @text NOT NULL,
  redeem_url @text NOT NULL,
  sync_url @text NOT NULL,
  push_url @text NOT NULL,
  trusted @bool NOT NULL,
  creates @bool NOT NULL,
  bind_network @bool NOT NULL,
  enabled @bool NOT NULL,
  version @int NOT NULL,
  updated_at @time NOT NULL
);

-- Own accounts of other systems that belong to an account here. A row whose binding ended stays
-- without the other account, so that the next jump asks instead of making one.
CREATE TABLE bindings (
  id @id PRIMARY KEY,
  system_id @id NOT NULL,
  audience @text NOT NULL,
  account_id @id NOT NULL,
  external_sealed @text,
  external_index @text,
  name_sealed @text,
  way @text NOT NULL,
  bound_at @time NOT NULL,
  last_used_at @time,
  synced_at @time,
  ended_at @time
);
CREATE UNIQUE INDEX bindings_account ON bindings (account_id, audience, system_id);
CREATE UNIQUE INDEX bindings_external ON bindings (system_id, audience, external_index);

-- Tickets we gave out: once, for a minute.
CREATE TABLE tickets (
  id @id PRIMARY KEY,
  ticket_hash @text NOT NULL UNIQUE,
  system_id @id NOT NULL,
  audience @text NOT NULL,
  account_id @id NOT NULL,
  purpose @text NOT NULL,
  target @text NOT NULL,
  network @text NOT NULL,
  item_slug @text,
  case_id @id,
  call_ticket @json,
  issued_at @time NOT NULL,
  expires_at @time NOT NULL,
  used_at @time
);
CREATE INDEX tickets_expires ON tickets (expires_at);

-- Tickets of others that were shown here, until they would be too old anyway.
CREATE TABLE ticket_uses (
  app_id @text NOT NULL,
  number @text NOT NULL,
  expires_at @time NOT NULL,
  PRIMARY KEY (app_id, number)
);
CREATE INDEX ticket_uses_expires ON ticket_uses (expires_at);

-- Somebody of another system who is to show an account here, once.
CREATE TABLE pending_bindings (
  id @id PRIMARY KEY,
  token_hash @text NOT NULL UNIQUE,
  system_id @id NOT NULL,
  audience @text NOT NULL,
  external_sealed @text NOT NULL,
  name_sealed @text NOT NULL,
  go_to @text NOT NULL,
  expires_at @time NOT NULL,
  used_at @time
);
CREATE INDEX pending_bindings_expires ON pending_bindings (expires_at);

-- What became of each ticket, in both directions.
CREATE TABLE ticket_log (
  id @id PRIMARY KEY,
  at @time NOT NULL,
  direction @text NOT NULL,
  app_id @text NOT NULL,
  system_name @text NOT NULL,
  purpose @text NOT NULL,
  audience @text NOT NULL,
  account_id @id,
  person @text NOT NULL,
  item_slug @text,
  target @text NOT NULL,
  result @text NOT NULL,
  reason @text NOT NULL,
  address @text NOT NULL
);
CREATE INDEX ticket_log_app ON ticket_log (app_id, id);

-- Items handled in another system.
CREATE TABLE jumps (
  item_slug @text PRIMARY KEY,
  item_name @text NOT NULL,
  system_id @id NOT NULL,
  target_url @text NOT NULL,
  params @json NOT NULL,
  mapping @json NOT NULL,
  pushes @json NOT NULL,
  note @text NOT NULL,
  enabled @bool NOT NULL,
  version @int NOT NULL,
  updated_at @time NOT NULL
)
