"""What a principal sees that is bound to some of an account's customers."""
