"""`nashboard alerts`: what the doctor and the rules say, in a terminal; and the rules themselves."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from monitor.commands.service import ask
from monitor.errors import InvalidValue
from monitor.settings import ClientSettings, load

STATES = click.Choice(["open", "acknowledged", "snoozed", "resolved"])
SEVERITIES = click.Choice(["info", "warning", "critical"])
COLOURS = {"critical": "red", "warning": "yellow", "info": "dim"}
UNITS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400}
NOT_OVER = ("open", "acknowledged", "snoozed")


def span(text: str) -> float:
    """Seconds of "90", "30min", "4h", "2d".

    Raises:
        InvalidValue: it is none of these.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d)?", text.strip())
    if found is None:
        raise InvalidValue(f"{text!r} is not allowed: a number with s, min, h or d, as in 30min")
    return float(found[1]) * UNITS[found[2] or "s"]


def when(seconds: float) -> str:
    """A time in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


@click.group(invoke_without_command=True)
@click.option("--server", help="Address of the service. [http://127.0.0.1:8642]")
@click.option("--token", help="Read token; better in NASHBOARD_TOKEN, where no process list shows it.")
@click.pass_context
def alerts(context: click.Context, server: str | None, token: str | None) -> None:
    """List, acknowledge, snooze and resolve alerts; rules of your own."""
    context.obj = load(ClientSettings, {"server": server, "token": token})
    if context.invoked_subcommand is None:
        show(context.obj, NOT_OVER, (), None, None, 50)


@alerts.command("list")
@click.option(
    "--state", "states", type=STATES, multiple=True, help="Only in this state; may be repeated. [not resolved]"
)
@click.option("--severity", "severities", type=SEVERITIES, multiple=True, help="Only so grave; may be repeated.")
@click.option("--kind", help="Only of this kind: mode_collapse, rule:NAME, …")
@click.option("--run", help="Only of this run.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@click.pass_obj
def list_(settings: ClientSettings, /, states: tuple[str, ...], severities: tuple[str, ...], **asked: Any) -> None:
    """List alerts, those changed last first."""
    show(settings, states or NOT_OVER, severities, **asked)


def show(
    settings: ClientSettings,
    states: tuple[str, ...],
    severities: tuple[str, ...],
    kind: str | None,
    run: str | None,
    limit: int,
) -> None:
    """Prints a table of alerts."""
    asked = {"state": states, "severity": severities, "kind": kind, "run": run, "limit": limit}
    found = ask(settings, "GET", "alerts", **asked)["alerts"]
    if not found:
        click.echo("No alerts.")
        return
    table = Table("id", "severity", "kind", "run", "state", "since step", "told", "what")
    for one in found:
        state = f"snoozed until {when(one['snoozed_until'])}" if one["state"] == "snoozed" else one["state"]
        grave = f"[{COLOURS[one['severity']]}]{one['severity']}[/]"
        told = when(one["created_at"])
        table.add_row(
            str(one["id"]), grave, one["kind"], one["run"], state, str(one["onset_step"]), told, one["summary"]
        )
    Console().print(table)


def act(settings: ClientSettings, ids: tuple[int, ...], action: str, body: Any = None) -> None:
    """Does something with alerts, one by one, and says what they are then."""
    for key in ids:
        one = ask(settings, "POST", f"alerts/{key}/{action}", body)
        click.echo(f"{one['id']} {one['kind']} of {one['run']} is {one['state']}")


@alerts.command()
@click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
@click.pass_obj
def ack(settings: ClientSettings, ids: tuple[int, ...]) -> None:
    """Acknowledge alerts: you have seen them."""
    act(settings, ids, "ack")


@alerts.command()
@click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
@click.option("--for", "how_long", default="1h", show_default=True, help="How long: 90s, 30min, 4h, 2d.")
@click.pass_obj
def snooze(settings: ClientSettings, ids: tuple[int, ...], how_long: str) -> None:
    """Hear nothing of alerts for a while."""
    act(settings, ids, "snooze", {"seconds": span(how_long)})


@alerts.command()
@click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
@click.pass_obj
def resolve(settings: ClientSettings, ids: tuple[int, ...]) -> None:
    """Resolve alerts by hand."""
    act(settings, ids, "resolve")


@alerts.group(invoke_without_command=True)
@click.pass_context
def rules(context: click.Context) -> None:
    """List, add and remove rules of your own."""
    if context.invoked_subcommand is None:
        context.invoke(rules_list)


@rules.command("list")
@click.pass_obj
def rules_list(settings: ClientSettings) -> None:
    """List the rules."""
    found = ask(settings, "GET", "rules")["rules"]
    if not found:
        click.echo("No rules yet: `nashboard alerts rules add` makes one.")
        return
    table = Table("id", "name", "signal", "condition", "hold", "severity", "open alerts", "")
    for one in found:
        hold = ", ".join(
            [f"{one['hold_steps']} steps"] * bool(one["hold_steps"])
            + [f"{one['hold_seconds']:g} s"] * bool(one["hold_seconds"])
        )
        state = "" if one["enabled"] else "off"
        table.add_row(
            str(one["id"]),
            one["name"],
            one["signal"],
            said(one["condition"]),
            hold,
            one["severity"],
            str(one["open"]),
            state,
        )
    Console().print(table)


def said(condition: dict[str, Any]) -> str:
    """A condition in words."""
    kind = condition["type"]
    if kind == "threshold":
        return f"{condition['op']} {condition['value']:g}"
    if kind == "change":
        return f"{condition['direction']} by {condition['by']:.0%} in {condition['window']} steps"
    return f"no data for {condition['minutes']:g} min" if kind == "no_data" else "not a number"


@rules.command("add")
@click.argument("name")
@click.argument("signal", default="*")
@click.option("--above", type=float, help="The value is above this.")
@click.option("--below", type=float, help="The value is below this.")
@click.option("--change", type=float, help="The value is so many percent away from its mean.")
@click.option("--window", type=click.IntRange(2), default=500, show_default=True, help="Steps of that mean.")
@click.option("--no-data", type=float, metavar="MINUTES", help="No value has come for so long.")
@click.option("--nan", is_flag=True, help="The value is NaN or infinite.")
@click.option("--hold-steps", type=click.IntRange(0), default=0, help="It has to hold for so many steps.")
@click.option("--hold", default="0s", help="It has to hold for so long: 90s, 5min.")
@click.option("--severity", type=SEVERITIES, default="warning", show_default=True)
@click.option("--project", "projects", multiple=True, help="Only runs of this project (glob); may be repeated.")
@click.option("--tag", "tags", multiple=True, help="Only runs with this tag; may be repeated.")
@click.option("--run-name", default="", help="Only runs of this name (glob).")
@click.option("--query", default="", help="Only runs that this query finds.")
@click.option("--note", default="", help="What to do about it; it is added to the message.")
@click.option("--file", "file", type=click.File("rb"), help="The rule as JSON instead; - is standard input.")
@click.pass_obj
def rules_add(settings: ClientSettings, /, name: str, signal: str, file: Any, **given: Any) -> None:
    """Add the rule NAME on SIGNAL (glob): `nashboard alerts rules add high 'loss/*' --above 5 --hold-steps 100`."""
    body = msgspec.json.decode(file.read()) if file else rule_of(name, signal, given)
    made = ask(settings, "POST", "rules", body)
    click.echo(f"Rule {made['id']} ({made['name']}) looks at {made['signal']} from now on.")


def rule_of(name: str, signal: str, given: dict[str, Any]) -> dict[str, Any]:
    """The rule that options say.

    Raises:
        InvalidValue: none or several conditions were given.
    """
    conditions: list[dict[str, Any]] = []
    for option, sign in (("above", ">"), ("below", "<")):
        if given[option] is not None:
            conditions.append({"type": "threshold", "op": sign, "value": given[option]})
    if given["change"] is not None:
        conditions.append({"type": "change", "by": given["change"] / 100, "window": given["window"]})
    if given["no_data"] is not None:
        conditions.append({"type": "no_data", "minutes": given["no_data"]})
    if given["nan"]:
        conditions.append({"type": "nan"})
    if len(conditions) != 1:
        raise InvalidValue(
            f"{len(conditions)} conditions are given: one of --above, --below, --change, --no-data, --nan is needed"
        )
    runs = {
        "projects": list(given["projects"]),
        "tags": list(given["tags"]),
        "name": given["run_name"],
        "query": given["query"],
    }
    about = {key: given[key] for key in ("hold_steps", "severity", "note")} | {"hold_seconds": span(given["hold"])}
    return {"name": name, "signal": signal, "condition": conditions[0], "runs": runs} | about


@rules.command("remove")
@click.argument("rule", metavar="RULE")
@click.pass_obj
def rules_remove(settings: ClientSettings, rule: str) -> None:
    """Remove a rule, by name or id; its alerts are resolved."""
    one = named(ask(settings, "GET", "rules")["rules"], rule, "rule")
    ask(settings, "DELETE", f"rules/{one['id']}")
    click.echo(f"Rule {one['name']} is gone, its alerts are resolved.")


def named(found: list[dict[str, Any]], name: str, what: str) -> dict[str, Any]:
    """The one of that name or id.

    Raises:
        InvalidValue: there is none; the message lists those there are.
    """
    one = next((one for one in found if name in (one["name"], str(one["id"]))), None)
    if one is None:
        known = ", ".join(one["name"] for one in found) or "none"
        raise InvalidValue(f"no {what} {name!r}; there are: {known}")
    return one


@alerts.command()
@click.argument("channel")
@click.pass_obj
def test(settings: ClientSettings, channel: str) -> None:
    """Send a test message to CHANNEL, by name or id; exit code 1 when it does not arrive."""
    one = named(ask(settings, "GET", "channels")["channels"], channel, "channel")
    done = ask(settings, "POST", f"channels/{one['id']}/test")
    if done["state"] != "sent":
        raise click.ClickException(f"{one['name']} ({one['to']}): {done['error'] or 'no answer yet'}")
    click.echo(f"A test was sent to {one['name']} ({one['to']}).")
