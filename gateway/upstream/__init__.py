"""The one way out to the vendors: the engine below, the client with its bounds above, and logins between them."""
