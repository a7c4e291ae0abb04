"""Raw exports in, copies and events out: custody, containers, and one reader per format."""
