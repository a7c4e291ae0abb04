CREATE TABLE wa_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT NOT NULL, number TEXT, display_name TEXT,
  wa_name TEXT, nickname TEXT);
