"""Names for people of what the crossing's tables know by keys: lines, vessels, queues, berths."""

import re
from collections.abc import Mapping

from transcaspian.results.theme import EN_DASH
from transcaspian.web.runs import Run
from transcaspian.web.view import View

__all__ = ["port_names", "queue_name", "resource_name", "service_names", "vessel_name"]

QUEUE = re.compile(r"(?P<cargo>\w+) (?P<origin>\w+)-(?P<destination>\w+)")
YARD = re.compile(r"(?P<side>import|export) yard (?P<port>[^,]+), (?P<cargo>.+)")
SIDING = re.compile(r"siding (?P<port>.+) (?P<siding>\w+)")


def port_names(run: Run, view: View) -> Mapping[str, str]:
    """Return port → name."""
    rows = run.case.tables["crossing/ports"].select("port", "name").iter_rows()
    return {port: view.name(name) for port, name in rows}


def service_names(run: Run, view: View) -> Mapping[str, str]:
    """Return line → its ports and its kind of vessel."""
    ports = port_names(run, view)
    vessels = dict(run.case.tables["crossing/vessels"].select("vessel", "name").iter_rows())
    rows = run.case.tables["crossing/services"].select("service", "vessel", "ports").iter_rows()
    return {
        service: f"{_way(ports, calls)}: {view.name(vessels.get(vessel, vessel))}"
        for service, vessel, calls in rows
    }


def _way(ports: Mapping[str, str], calls: str | list[str]) -> str:
    keys = calls.split(";") if isinstance(calls, str) else list(calls)
    return f" {EN_DASH} ".join(ports.get(key.strip(), key.strip()) for key in keys)


def vessel_name(names: Mapping[str, str], vessel: str) -> str:
    """Return the name of a vessel, which is its line's with a number."""
    service, _, number = vessel.rpartition(" ")
    return f"{names[service]}, {number}" if service in names else vessel


def queue_name(run: Run, view: View, queue: str) -> str:
    """Return the name of a queue of cargo: "truck KURYK-ALAT" in words."""
    found = QUEUE.fullmatch(queue)
    if found is None:
        return queue
    ports = port_names(run, view)
    way = f" {EN_DASH} ".join(
        ports.get(found[end], found[end]) for end in ("origin", "destination")
    )
    return f"{way}, {view.word(found['cargo'])}"


def resource_name(view: View, resource: str) -> str:
    """Return the name of a berth, its cranes, a channel, yard or siding."""
    t = view.t
    if resource.startswith("channel "):
        return t("channel: {port}", port=view.name(resource.removeprefix("channel ")))
    if resource.startswith("cranes "):
        return t("cranes: {berth}", berth=view.name(resource.removeprefix("cranes ")))
    if yard := YARD.fullmatch(resource):
        port, cargo = view.name(yard["port"]), view.name(yard["cargo"])
        if yard["side"] == "import":
            return t("yard of imports: {port}, {cargo}", port=port, cargo=cargo)
        return t("yard of exports: {port}, {cargo}", port=port, cargo=cargo)
    if siding := SIDING.fullmatch(resource):
        return t(
            "siding: {port}, {siding}", port=view.name(siding["port"]), siding=siding["siding"]
        )
    return view.name(resource)
