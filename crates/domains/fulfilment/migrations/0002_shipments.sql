-- Parcels handed to a courier: results of cases, and boxes for the archive. One row, one waybill.
CREATE TABLE shipments (
  id @id PRIMARY KEY,
  number @text NOT NULL UNIQUE,
  version @int NOT NULL,
  batch_id @id NOT NULL,
  kind @text NOT NULL,
  case_id @id,
  case_number @text,
  account_id @id,
  item_slug @text NOT NULL,
  org_id @id NOT NULL,
  taken_at @id,
  title @text NOT NULL,
  parties_sealed @text NOT NULL,
  weight_g @int NOT NULL,
  cost_fen @int NOT NULL,
  cost_rule @text NOT NULL,
  payer @text NOT NULL,
  state @text NOT NULL,
  company @text,
  waybill @text,
  error @text,
  attempts @int NOT NULL,
  track @json NOT NULL,
  created_by @text NOT NULL,
  ordered_at @time,
  looked_at @time,
  delivered_at @time,
  created_at @time NOT NULL,
  updated_at @time NOT NULL
);
CREATE INDEX shipments_by_org ON shipments (org_id, state, id);
CREATE INDEX shipments_by_case ON shipments (case_id);
CREATE INDEX shipments_by_batch ON shipments (batch_id, id);
CREATE INDEX shipments_by_waybill ON shipments (waybill)
