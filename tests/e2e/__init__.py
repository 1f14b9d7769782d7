"""The promises of the protocol, held by real processes: web servers, PostgreSQL and Redis."""
