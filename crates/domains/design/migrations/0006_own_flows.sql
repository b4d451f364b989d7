-- Flows that a body draws for itself within an item's limits (FORM-031). item_slug: the item; absent for everything
-- else. bounds: the item's flow and limits it was published against (JSON); empty before the first publication.
ALTER TABLE design_library ADD COLUMN item_slug @text;
ALTER TABLE design_library ADD COLUMN bounds @text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX design_library_by_item ON design_library (item_slug, org_id)
