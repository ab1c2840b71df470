"""Heavy work on samples, in processes of its own: a queue in the database, a scheduler in the service, workers that end."""
