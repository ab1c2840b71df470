"""The subcommands of `nashboard` that need no torch."""
