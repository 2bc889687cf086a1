"""What only one vendor has, typed: a module per vendor, collected here."""
