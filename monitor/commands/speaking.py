"""`--lang`: the language in which a report is written."""

from __future__ import annotations

import click

from monitor.reports.language import LANGUAGES

speaks = click.option(
    "--lang",
    "language",
    type=click.Choice(list(LANGUAGES)),
    default="en",
    show_default=True,
    help="Language: English or 简体中文.",
)
