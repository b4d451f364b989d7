-- Texts that serve once: challenges for a card read, states and tickets of sign-ons, codes and tickets
-- of other platforms already answered. Only the SM3 of a text is kept.
CREATE TABLE once (
  hash @text PRIMARY KEY,
  kind @text NOT NULL,
  owner_id @id,
  detail @json NOT NULL,
  created_at @time NOT NULL,
  expires_at @time NOT NULL,
  used_at @time
);
CREATE INDEX once_expires ON once (expires_at);

-- Who was identified at a counter, by whom and how. The data is there until it is used or over.
CREATE TABLE identifications (
  id @id PRIMARY KEY,
  staff_id @id NOT NULL,
  org_id @id,
  way @text NOT NULL,
  purpose @text NOT NULL,
  device_id @id,
  person_index @text NOT NULL,
  person_name @text NOT NULL,
  enterprise_index @text,
  data_sealed @text,
  at @time NOT NULL,
  expires_at @time NOT NULL,
  used_at @time,
  case_id @id
);
CREATE INDEX identifications_expires ON identifications (expires_at);
CREATE INDEX identifications_case ON identifications (case_id);

-- Card readers of windows; each signs with a key of its own.
CREATE TABLE card_devices (
  id @id PRIMARY KEY,
  code @text NOT NULL UNIQUE,
  name @text NOT NULL,
  window_id @id NOT NULL,
  hall_key @text NOT NULL,
  org_id @id NOT NULL,
  public_key @text NOT NULL,
  enabled @bool NOT NULL,
  version @int NOT NULL,
  created_at @time NOT NULL,
  last_read_at @time
);

-- Which user of the government mobile platform a staff account is. One open link on either side.
CREATE TABLE mobile_links (
  id @id PRIMARY KEY,
  staff_id @id NOT NULL,
  user_sealed @text NOT NULL,
  user_index @text NOT NULL,
  user_name @text NOT NULL,
  linked_at @time NOT NULL,
  verified_at @time NOT NULL,
  ended_at @time,
  ended_by @text NOT NULL,
  end_reason @text NOT NULL
);
CREATE UNIQUE INDEX mobile_links_staff ON mobile_links (staff_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX mobile_links_user ON mobile_links (user_index) WHERE ended_at IS NULL
