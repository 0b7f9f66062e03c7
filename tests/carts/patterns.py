"""The built-in CSV patterns as the program shows them, and what their columns are for."""

import tomllib
from functools import cached_property

from csvtext import Form, Table

TEXTS = ["order_number", "email", "first_name", "last_name", "phone", "address", "city", "state",
         "zip", "country", "currency", "utk", "ip"]
NOT_OF_A_SOURCE = ["account_zone", "input", "companions", "rejects", "withdrawn", "skipped", "events"]


def entries(value):
    """The columns in a key's value: one, a list, a table's, or those of a list of tables."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [entry for each in value for entry in entries(each)]
    return [entry for key in ("column", "minus", "plus", "zone_column") if key in value
            for entry in entries(value[key])]


def fits(entry, column):
    front, star, back = entry.lower().partition("*")
    column = column.lower()
    return (column.startswith(front) and column.endswith(back) and
            len(column) >= len(front + back)) if star else column == front


class Sample:
    """A pattern's sample: `text` is its own file's, `settings` are a source's."""

    def __init__(self, pattern, sample):
        self.pattern = pattern
        self.name = pattern["name"]
        self.csv = pattern["csv"]
        self.text = sample["input"].removeprefix("\n")
        self.zone = sample.get("account_zone", "UTC")
        self.charset = sample.get("charset", self.csv.get("charset", "utf-8"))
        self.companions = {}
        for spec in pattern.get("companion", []):
            if spec["name"] in sample.get("companions", {}):
                text = sample["companions"][spec["name"]].removeprefix("\n")
                charset = sample.get("charset", spec.get("charset", self.charset))
                self.companions[spec["name"]] = text.encode(charset)
        self.settings = {k: v for k, v in sample.items() if k not in NOT_OF_A_SOURCE}
        self.uses = list(self.find_uses(sample))
        self.table = self.table_of(self.text)
        self.has_header = not self.csv.get("columns")
        self.is_comparable = True
        self.stops = "date_order_contradicted" in entries(sample.get("rejects", []))
        self.expects_events = bool(sample.get("events"))
        self.in_sections = "section" in self.csv

    def table_of(self, text):
        return Table(text, Form.of(self.csv))

    def find_uses(self, sample):
        """(fields, columns of which the first that is there counts or all) of the mappings."""
        for kind in ("registration", "purchase"):
            if kind not in self.pattern and kind not in sample:
                continue
            mapping = {**self.pattern.get("fields", {}), **self.pattern.get(kind, {}),
                       **sample.get(kind, {})}
            for key in TEXTS:
                yield {key}, entries(mapping.get(key, []))
            yield {"first_name", "last_name"}, entries(mapping.get("name", []))
            yield {"skus"}, entries(mapping.get("skus", []))
            yield {"total_revenue", "currency"}, entries(mapping.get("total_revenue", []))
            yield {"occurred_at", "close_date"}, entries(mapping.get("occurred_at", []))
            for key, value in mapping.get("extra", {}).items():
                yield {"extra." + key}, entries(value)
            yield set(), list(mapping.get("when", {}))
        yield set(), entries(self.csv.get("order_key", []))
        yield set(), entries(self.csv.get("recognise", []))
        for spec in self.pattern.get("companion", []):
            yield set(), [spec["match"]]

    def uses_of(self, column):
        return [(fields, use) for fields, use in self.uses if any(fits(e, column) for e in use)]

    def columns(self):
        """Those of its file that the pattern names, without repetition."""
        names = dict.fromkeys(name for name in self.table.columns if self.uses_of(name))
        return list(names)

    @cached_property
    def orders(self):
        """The records of each order: ranges of their indices, by the first."""
        layout, key = self.csv.get("layout", "one-row"), self.csv.get("order_key", "").lower()
        names = [name.lower() for name in self.table.columns]
        ranges, last = {}, None
        for i, record in enumerate(self.table.records):
            cell = ""
            if key in names and len(record.cells) > names.index(key):
                cell = record.cells[names.index(key)].strip()
            again = cell == "" if layout == "blank-key" else cell != "" and cell == last
            if layout == "one-row" or not again or not ranges:
                first = i
            ranges[first] = range(first, i + 1)
            last = cell
        return ranges


def samples(program):
    for line in program.run("patterns").stdout.decode().splitlines():
        if line.startswith(" "):
            continue
        text = program.run("patterns", "show", line.split()[0]).stdout.decode()
        pattern = tomllib.loads(text)
        if "csv" in pattern:
            yield from (Sample(pattern, sample) for sample in pattern["sample"])
