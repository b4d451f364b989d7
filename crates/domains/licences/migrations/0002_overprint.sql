-- Sheets of pre-printed licence stock that were printed on or spoiled: each blank's number stands here
-- once per kind of licence. Offsets are tenths of a millimetre, kept per printer by the last print.
CREATE TABLE licence_stock (
  id @id PRIMARY KEY,
  type_key @text NOT NULL,
  number @text NOT NULL,
  state @text NOT NULL,
  org_id @id NOT NULL,
  licence_id @id,
  licence_number @text,
  prints @int NOT NULL,
  printer @text NOT NULL,
  offset_x @int NOT NULL,
  offset_y @int NOT NULL,
  reason @text,
  printed_by_name @text,
  printed_at @time,
  spoiled_by_name @text,
  spoiled_at @time,
  spoil_reason @text,
  created_at @time NOT NULL,
  version @int NOT NULL,
  UNIQUE (type_key, number)
);
CREATE INDEX licence_stock_licence ON licence_stock (licence_id);
CREATE INDEX licence_stock_org ON licence_stock (org_id, id);
-- People verify a licence by the number they read on it.
CREATE INDEX licences_number ON licences (number)
