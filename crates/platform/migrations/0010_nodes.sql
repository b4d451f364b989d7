-- Tasks that one node does for all.
CREATE TABLE leases (
  name @text PRIMARY KEY,
  holder @id NOT NULL,
  until @time NOT NULL
);
-- One row that is written to find out whether there is room to write.
CREATE TABLE heartbeats (
  id @int PRIMARY KEY,
  filler @text NOT NULL
);
INSERT INTO heartbeats (id, filler) VALUES (1, '')
