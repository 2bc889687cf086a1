"""HTTP before and beside GraphQL: the endpoint, the explorer page, downloads, health, the access log."""
