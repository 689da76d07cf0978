"""Raw tables to field-standard tables; the vocabulary of the files stops here."""
