"""Weather, sun and demand: what is expected to come."""
