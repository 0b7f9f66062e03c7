"""What a pattern makes of files, written straight from patterns/README.md and sharing nothing with
the program: only as much of the vocabulary as the patterns of layouts.py use."""

import html
import re
import tomllib
from datetime import datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from csvtext import Form, Table

BLANKS = " \t\r\n\u00a0"


def amount(number):
    """As events write it: two to four decimals."""
    text = f"{number:.4f}"
    return re.sub("0{1,2}$", "", text)


def bare(cell, csv):
    cell = cell.strip(BLANKS)
    if csv.get("formula_guard") and len(cell) > 2 and cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1]
    if csv.get("apostrophe_guard"):
        cell = cell.removeprefix("'")
    if csv.get("entities"):
        cell = html.unescape(cell)
    return cell.strip(BLANKS)


class File:
    """A file's rows: texts by column, in the header's order."""

    def __init__(self, data, csv):
        text = data.decode({"utf-16le": "utf-16"}.get(csv.get("charset"), csv.get("charset", "utf-8")))
        table = Table(text, Form.of(csv))
        self.names = [name.lower() for name in table.columns]
        self.rows = []
        for record in table.records:
            cells = [bare(cell, csv) for cell in record.cells]
            self.rows.append((record.line, cells))

    def texts(self, cells, entry):
        front, star, back = entry.lower().partition("*")
        if not star:
            return [cells[self.names.index(front)]]
        return [cell for name, cell in zip(self.names, cells)
                if name.startswith(front) and name.endswith(back)]


class Reader:
    def __init__(self, pattern, zone):
        self.pattern = tomllib.loads(pattern)
        self.csv = self.pattern["csv"]
        self.purchase = self.pattern["purchase"]
        self.zone = ZoneInfo(zone)

    def read(self, main, companions):
        """Events and rejects (reason, line) of a file's bytes; companions are bytes by name."""
        self.main = File(main, self.csv)
        self.companions = {}
        for spec in self.pattern.get("companion", []):
            file = File(companions[spec["name"]], {**self.csv_for_companions(), **spec})
            rows = {}
            for _, cells in file.rows:
                rows.setdefault(file.texts(cells, spec["key"])[0], []).append(cells)
            self.companions[spec["name"]] = (file, rows, spec["match"])
        events, rejects = [], []
        for rows in self.orders():
            event = self.event(rows)
            if isinstance(event, str):
                rejects.append((event, rows[0][0]))
            elif event:
                events.append(event)
        return events, rejects

    def csv_for_companions(self):
        own = ("columns", "section", "preamble", "recognise", "footer", "layout", "order_key")
        return {key: value for key, value in self.csv.items() if key not in own}

    def orders(self):
        """Rows by order: (line, cells) each."""
        footer = re.compile(self.csv.get("footer", r"(?!)"))
        layout = self.csv.get("layout", "one-row")
        orders, last = [], None
        for line, cells in self.main.rows:
            if not any(cells):
                continue
            if footer.fullmatch(cells[0]):
                last = None
                continue
            key = self.main.texts(cells, self.csv["order_key"])[0] if layout != "one-row" else ""
            again = key == "" if layout == "blank-key" else key != "" and key == last
            if again and orders:
                orders[-1].append((line, cells))
            else:
                orders.append([(line, cells)])
            last = key
        return orders

    def texts(self, cells, entry):
        name, colon, column = entry.partition(":")
        if not colon or name not in self.companions:
            return self.main.texts(cells, entry)
        file, rows, match = self.companions[name]
        key = self.main.texts(cells, match)[0]
        return [text for row in rows.get(key, []) for text in file.texts(row, column)]

    def text(self, cells, entry):
        return next(filter(None, self.texts(cells, entry)), "")

    def skus(self, rows):
        spec = self.purchase["skus"]
        column = spec["column"] if isinstance(spec, dict) else spec
        texts = [text for _, cells in rows for text in self.texts(cells, column)]
        if isinstance(spec, dict):
            texts = [sku for text in texts for sku in re.findall(spec["each"], text)]
        return [text for text in (t.strip(BLANKS) for t in texts) if text]

    def revenue(self, rows):
        spec = self.purchase["total_revenue"]
        total = Decimal(0)
        for _, cells in rows if spec.get("over") == "rows" else rows[:1]:
            total += Decimal(self.text(cells, spec["column"]))
            for entry in spec.get("minus", []):
                total -= Decimal(self.text(cells, entry) or "0")
        return amount(total)

    def event(self, rows):
        """None for no sale, a text for a reject's reason."""
        line, cells = rows[0]
        for column, value in self.purchase["when"].items():
            if self.text(cells, column) != value:
                return None
        event = {"kind": "purchase", "shop": "main", "line": line, "skus": self.skus(rows)}
        for key in ("order_number", "email", "city", "currency"):
            event[key] = self.text(cells, self.purchase[key])
        event["order_number"] = event["order_number"].removeprefix("#").strip(BLANKS)
        first, blank, last = self.text(cells, self.purchase["name"]).rpartition(" ")
        event["first_name"], event["last_name"] = (first.strip(BLANKS), last) if blank else (last, "")
        event["extra"] = {key: self.text(cells, entry)
                          for key, entry in self.purchase["extra"].items()}
        event["total_revenue"] = self.revenue(rows)
        time = self.text(cells, self.purchase["occurred_at"]["column"])
        instant = datetime.strptime(time, "%Y-%m-%d %H:%M:%S %z")
        event.update(moments(instant, self.zone))
        if not event["email"]:
            return "no_companion_row" if ":" in self.purchase["email"] else "missing_email"
        return event if "@" in event["email"] else "bad_email"


def moments(instant, zone):
    return {"occurred_at": instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "close_date": instant.astimezone(zone).strftime("%m/%d/%Y")}
