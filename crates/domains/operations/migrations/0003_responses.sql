-- How quickly was answered, a day of China each, by what it was about: the subsystem and the kind of operation, or a
-- step of OPS-004 (scope 'step'). load_class says how many were served at once in those minutes. b0 to b10 are the
-- histogram, o0 to o7 how many took longer than each length that is promised (platform::metrics::LIMITS).
CREATE TABLE operation_responses (
  day @text NOT NULL,
  node @text NOT NULL,
  scope @text NOT NULL,
  kind @text NOT NULL,
  load_class @text NOT NULL,
  count @int NOT NULL,
  errors @int NOT NULL,
  total_us @int NOT NULL,
  most_us @int NOT NULL,
  b0 @int NOT NULL,
  b1 @int NOT NULL,
  b2 @int NOT NULL,
  b3 @int NOT NULL,
  b4 @int NOT NULL,
  b5 @int NOT NULL,
  b6 @int NOT NULL,
  b7 @int NOT NULL,
  b8 @int NOT NULL,
  b9 @int NOT NULL,
  b10 @int NOT NULL,
  o0 @int NOT NULL,
  o1 @int NOT NULL,
  o2 @int NOT NULL,
  o3 @int NOT NULL,
  o4 @int NOT NULL,
  o5 @int NOT NULL,
  o6 @int NOT NULL,
  o7 @int NOT NULL,
  PRIMARY KEY (day, node, scope, kind, load_class)
)
