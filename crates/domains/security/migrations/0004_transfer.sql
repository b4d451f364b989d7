-- Where each direction stands. `peer_*`: what the other side says it has.
CREATE TABLE transfer_state (
  direction @text PRIMARY KEY,
  last_no @int NOT NULL,
  chain @text NOT NULL,
  peer_no @int NOT NULL,
  peer_at @time,
  agreed @bool NOT NULL,
  note @text NOT NULL
);

-- What goes out, numbered without gaps; the content is kept until the other side has it.
CREATE TABLE transfer_out (
  id @id PRIMARY KEY,
  no @int NOT NULL UNIQUE,
  kind @text NOT NULL,
  digest @text NOT NULL,
  chain @text NOT NULL,
  size @int NOT NULL,
  dropped @text NOT NULL,
  state @text NOT NULL,
  content_sealed @text NOT NULL,
  made_at @time NOT NULL,
  sent_at @time,
  sent_times @int NOT NULL,
  acknowledged_at @time
);
CREATE INDEX transfer_out_state ON transfer_out (state, no);

-- What came in; held until all before it are there.
CREATE TABLE transfer_in (
  id @id PRIMARY KEY,
  no @int NOT NULL UNIQUE,
  kind @text NOT NULL,
  digest @text NOT NULL,
  chain @text NOT NULL,
  size @int NOT NULL,
  state @text NOT NULL,
  reason @text NOT NULL,
  content_sealed @text NOT NULL,
  files @json NOT NULL,
  received_at @time NOT NULL,
  delivered_at @time
);
CREATE INDEX transfer_in_state ON transfer_in (state, no)
