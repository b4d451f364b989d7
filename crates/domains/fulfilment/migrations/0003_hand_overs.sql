-- Paper that changes hands between offices: a list of pieces, signed out and signed in by its code.
CREATE TABLE hand_overs (
  id @id PRIMARY KEY,
  number @text NOT NULL UNIQUE,
  version @int NOT NULL,
  state @text NOT NULL,
  from_org_id @id NOT NULL,
  from_name @text NOT NULL,
  to_org_id @id NOT NULL,
  to_name @text NOT NULL,
  note @text NOT NULL,
  shipment_id @id,
  created_by @text NOT NULL,
  sent_by @text,
  sent_at @time,
  expected_at @time,
  received_by @text,
  received_at @time,
  remark @text,
  created_at @time NOT NULL,
  updated_at @time NOT NULL
);
CREATE INDEX hand_overs_from ON hand_overs (from_org_id, state, id);
CREATE INDEX hand_overs_to ON hand_overs (to_org_id, state, id);

CREATE TABLE hand_over_pieces (
  hand_over_id @id NOT NULL,
  no @int NOT NULL,
  case_id @id NOT NULL,
  case_number @text NOT NULL,
  name @text NOT NULL,
  copies @int NOT NULL,
  received @int,
  PRIMARY KEY (hand_over_id, no)
);
CREATE INDEX hand_over_pieces_by_case ON hand_over_pieces (case_id)
