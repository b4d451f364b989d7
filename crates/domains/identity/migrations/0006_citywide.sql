-- Class of a window (CASE-002), and items that every hall of the city takes in (市内通办, CASE-046, ITEM-028).
-- class: empty while nobody has said it. state: open, ended. promise: the department's own promised limit, absent for
-- that of the item. One department is competent for an area of an item.
ALTER TABLE windows ADD COLUMN class @text NOT NULL DEFAULT '';
CREATE TABLE citywide_items (
  item_slug @text PRIMARY KEY,
  item_name @text NOT NULL,
  batch @text NOT NULL,
  standard @text NOT NULL,
  released_on @text NOT NULL,
  state @text NOT NULL,
  version @int NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
);
CREATE TABLE citywide_orgs (
  item_slug @text NOT NULL,
  region @text NOT NULL,
  org_id @id NOT NULL,
  promise @json,
  PRIMARY KEY (item_slug, region)
)
