"""The table of statements that were issued, in the file of the ledger."""

from typing import Final

STATEMENTS: Final = """
CREATE TABLE statement (
  number TEXT PRIMARY KEY, party TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL,
  language TEXT NOT NULL, issued_at INTEGER NOT NULL, corrects TEXT,
  snapshot BLOB NOT NULL, csv BLOB NOT NULL, html BLOB NOT NULL
);
CREATE INDEX statement_of ON statement (party, since, until);
"""
