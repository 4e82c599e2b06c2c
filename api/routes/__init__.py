"""URL -> schema -> models: a route says what comes in, what goes out and what may be refused."""
