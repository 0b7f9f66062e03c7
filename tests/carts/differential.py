#!/usr/bin/env python3
"""differential.py ORDERTAIL [SEED]: for every layout, 1,000 invented orders are written to files, and
three must agree on each field of each event: the program, an independent reader of the same bytes,
and whoever invented them."""

import pathlib
import sys
import tempfile
import time
from random import Random
from zoneinfo import ZoneInfo

from layouts import LAYOUTS
from orders import invent
from program import Program
from reader import Reader

ZONE = "America/New_York"
LINE_ENDS = [["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"]]
ORDERS = 252  # in each of the four files


def without_nothing(event):
    return {key: value for key, value in event.items() if value not in ("", [], {}, {"note": ""})}


def printed(event):
    """An event as `extract` prints it, in the words of the other two."""
    event = dict(event, line=event["source"]["line"])
    for key in ("id", "source"):
        del event[key]
    return event


class Part:
    """One of a layout's files: by directory."""

    def __init__(self, layout, directory, random, line_ends, first):
        without_companion = "customers" in layout.companions
        orders = [invent(random, layout.ink, first + i, layout.most_items, without_companion)
                  for i in range(ORDERS)]
        files, self.orders = layout.write(orders, random, line_ends)
        directory.mkdir()
        self.name = directory.name
        for name, data in files.items():
            (directory / name).write_bytes(data)
        main = files["orders.csv"]
        self.read = Reader(layout.pattern(), ZONE).read(
            main, {"customers": files.get("customers.csv", main), "items": files.get("items.csv", main)})

    def truth(self):
        """Events by line and reasons by line."""
        meant = {order.line: order.event(ZoneInfo(ZONE)) for order in self.orders}
        return {line: event for line, event in meant.items() if event}

    def as_read(self):
        events, rejects = self.read
        return {**{event["line"]: event for event in events},
                **{line: reason for reason, line in rejects}}


def as_extracted(extracted, part):
    found = {}
    for event in extracted.events:
        if part.name in pathlib.PurePath(event["source"]["file"]).parts:
            found[event["source"]["line"]] = printed(event)
    for reject in extracted.rejects:
        if part.name in pathlib.PurePath(reject["source"]["file"]).parts:
            found[reject["source"]["line"]] = reject["reject"]
    return found


def differences(expected, found):
    """What is not as expected, by line."""
    result = {}
    for line in expected.keys() | found.keys():
        a, b = expected.get(line), found.get(line)
        if isinstance(a, dict) and isinstance(b, dict):
            a, b = without_nothing(a), without_nothing(b)
            wrong = [f"{key}: {a.get(key)!r} is {b.get(key)!r}"
                     for key in sorted(a.keys() | b.keys()) if a.get(key) != b.get(key)]
        else:
            wrong = [] if a == b else [f"{a!r} is {b!r}"]
        if wrong:
            result[line] = wrong
    return result


def complain(layout, part, who, wrong):
    """Shows the smallest order that fails."""
    def size(line):
        raw = next((order.raw for order in part.orders if order.line == line), None)
        return (raw is None, len(raw or ""), line)
    line = min(wrong, key=size)
    raw = next((order.raw for order in part.orders if order.line == line), "(no order begins here)")
    print(f"WRONG: {layout.name}, {part.name}: {len(wrong)} orders; by {who}, the smallest is at line "
          f"{line}:\n{raw[:600]!r}")
    for text in wrong[line]:
        print("  " + text[:600])


def check(program, directory, layout, random):
    directory.mkdir()
    (directory / "layout.toml").write_text(layout.pattern())
    parts = [Part(layout, directory / f"part{i}", random, line_ends, 1 + i * ORDERS)
             for i, line_ends in enumerate(LINE_ENDS)]
    sources = [{"files": [f"{part.name}/*"], "pattern": "./layout.toml"} for part in parts]
    extracted = program.extract(directory, sources, ZONE)
    if extracted.messages:
        print(f"WRONG: {layout.name}: {extracted.messages}")
    good = not extracted.messages
    for part in parts:
        truth = part.truth()
        for who, found in (("the program", as_extracted(extracted, part)),
                           ("the independent reader", part.as_read())):
            if wrong := differences(truth, found):
                complain(layout, part, who, wrong)
                good = False
    print(f"{layout.name}: {sum(len(part.orders) for part in parts)} orders, "
          f"{len(extracted.events)} events, {len(extracted.rejects)} rejects")
    return good and len(extracted.events) > 700 and len(extracted.rejects) > 10


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    print(f"seed {seed}")
    random = Random(seed)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        program = Program(sys.argv[1], directory)
        good = [check(program, directory / str(i), layout, random)
                for i, layout in enumerate(LAYOUTS)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
