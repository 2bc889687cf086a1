"""What is asked of an account by several at one moment, asked once."""
