"""The subcommands of `nashboard` that need torch."""
