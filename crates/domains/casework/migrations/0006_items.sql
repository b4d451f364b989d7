-- How many cases run under which version of an item: asked by the designers before they change it.
CREATE INDEX cases_by_item ON cases (item_slug, item_version)
