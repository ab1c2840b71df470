"""The Dash front end: an HTTP client of the service, nothing more."""
