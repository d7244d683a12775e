-- A decision of a person may tell people of several regions different things: a list, with one notice for those who read the same.
UPDATE human_decisions SET notice = jsonb_build_array(notice) WHERE jsonb_typeof(notice) = 'object';
