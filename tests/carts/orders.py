"""Invented orders, full of what breaks readers, and how they are written into cells."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from csvtext import LINE_END
from reader import amount, moments

HOSTILE = ['"', '""', '",', '"\n', "'", '="7"', "=1+1", ",", ";", "\t", "|", "\n", "\r\n", "\r",
           "\n\n", "&", "&amp;", "&#039;", "<b>", "\\", "\\\\", "é", "ß", "–", "€", "日本", "🙂", "  ",
           "\u00a0", "[ORDERS]", "a", "Ann", "0", "NULL", ":", "*"]
ZONES = [timezone.utc, timezone(timedelta(hours=-8)), timezone(timedelta(hours=5, minutes=30))]


@dataclass
class Order:
    number: str
    email: str
    first: str
    last: str
    town: str
    note: str
    state: str
    currency: str
    time: datetime
    tax: Decimal
    items: list                   # (SKU, price)
    line: int = 0                 # where it was written
    raw: str = ""                 # and how: all its rows

    def total(self):
        return sum(price for _, price in self.items)

    def event(self, zone):
        """What must come out: nothing, the reason of a reject, or an event."""
        if self.state != "paid":
            return None
        if "@" not in self.email:
            return "bad_email" if self.email else "no_companion_row"
        return {"kind": "purchase", "shop": "main", "line": self.line, "email": self.email,
                "order_number": self.number, "first_name": self.first, "last_name": self.last,
                "city": self.town, "currency": self.currency, "extra": {"note": self.note},
                "total_revenue": amount(self.total()), "skus": [sku for sku, _ in self.items if sku],
                **moments(self.time, zone)}


@dataclass
class Ink:
    """What can be written at all: by a dialect, a character set, a pattern's guards."""
    charset: str = "utf-8"
    delimiter: str = ","
    quoting: str = "rfc"
    blank_before_quote: bool = False
    guarded: bool = False         # formula_guard, apostrophe_guard and entities

    def expressible(self, text):
        text = text.encode(self.charset, "ignore").decode(self.charset)
        if self.quoting == "none":
            text = re.sub("[\r\n" + self.delimiter + "]", "", text)
        if self.quoting == "backslash":
            text = re.sub(r'\\+(?=["\s]|\Z)', "", text)
        if self.guarded:                         # entities are decoded to blanks, never from them
            text = text.replace("\u00a0", "")
        return text


def invent(random, ink, number, most_items, without_companion):
    def text(most):
        parts = [random.choice(HOSTILE) for _ in range(random.randint(0, most))]
        return ink.expressible("".join(parts)).strip(" \t\r\n\u00a0")

    def word():
        return re.sub(r"[\s\u00a0]", "", text(3)) or "Lee"

    note = text(12)
    if random.random() < 0.02:
        # A record of more than 1,000 lines is taken for one whose quote nothing closes.
        most = min(8000 // max(1, len(note)), 900 // (1 + len(LINE_END.findall(note))))
        note = (note or "x") * random.randint(1, most + 1)
        note = ink.expressible(note).strip(" \t\r\n\u00a0")
    first = text(4)
    items = [(random.choice(["", "A-1", "ß é", "00017", f"K{number}"]),
              Decimal(random.randint(0, 10**random.randint(1, 7))).scaleb(-random.choice([0, 2, 4])))
             for _ in range(random.randint(1, most_items))]
    items[1:] = [(sku or "B-2", price) for sku, price in items[1:]]  # a row must not be blank
    state = random.choices(["paid", "open", ""], [20, 2, 1])[0]
    email = f"ann{number}@example.com"
    if random.random() < 0.05:
        email = "" if without_companion else "not-an-address"
    when = datetime(2019, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=random.randint(0, 2 * 10**8))
    return Order(str(number), email, first, word() if first else "", text(4), note, state,
                 random.choice(["USD", "EUR", ""]), when.astimezone(random.choice(ZONES)),
                 Decimal(random.choice(["0", "1.25", "19.9999"])), items)


@dataclass
class Pen:
    """Writes rows into a text, each cell in one of the ways that mean the same."""
    random: object
    ink: Ink
    line_ends: list
    text: str = ""
    line: int = 1
    orders: list = field(default_factory=list)

    def put(self, piece):
        self.line += len(LINE_END.findall(piece))
        self.text += piece

    def line_end(self):
        return self.random.choice(self.line_ends)

    def guard(self, text):
        for raw, entity in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;"), ("é", "&eacute;")):
            if raw == "&" or self.random.random() < 0.3:
                text = text.replace(raw, entity)
        if text.startswith("'") or self.random.random() < 0.1:
            text = "'" + text
        if re.fullmatch('="[^\0]*"', text) or (text and self.random.random() < 0.1):
            text = f'="{text}"'
        return text

    def cell(self, text):
        chance = self.random.random
        if self.ink.guarded:
            text = self.guard(text)
        if chance() < 0.1:
            text = self.ink.expressible(self.random.choice([" ", "  ", "\t", "\u00a0"])) + text
        if chance() < 0.1:
            text += " "
        if self.ink.quoting == "none":
            return text
        bare = text.lstrip(" \t") if self.ink.blank_before_quote else text
        needs_quotes = re.search("[\r\n" + self.ink.delimiter + "]", text) or bare.startswith('"')
        if not needs_quotes and chance() < 0.5:
            return text
        blanks = " " if self.ink.blank_before_quote and chance() < 0.5 else ""
        return f'{blanks}"{self.escaped(text)}"'

    def escaped(self, text):
        def quote(match):
            after = text[match.end():match.end() + 1]
            alone = text[match.start() - 1:match.start()] != '"' and after not in (
                "", '"', self.ink.delimiter, "\r", "\n")
            if self.ink.quoting == "lenient" and alone:
                return '"'
            if self.ink.quoting == "backslash" and self.random.random() < 0.5:
                return '\\"'
            return '""'
        return re.sub('"', quote, text)

    def row(self, cells):
        surplus = self.ink.delimiter if self.random.random() < 0.02 else ""
        row = self.ink.delimiter.join(self.cell(cell) for cell in cells) + surplus + self.line_end()
        self.put(row)
        return row

    def header(self, names, delimiter=None, prefix=""):
        names = [prefix + self.random.choice([name, name.upper(), name + " "]) for name in names]
        self.put((delimiter or self.ink.delimiter).join(names) + self.line_end())

    def nothing(self, columns):
        """Now and then lines that say nothing."""
        if self.random.random() < 0.02:
            self.put(self.ink.delimiter * (columns - 1) + self.line_end())
        if self.random.random() < 0.02 and len(self.line_ends) == 1:
            self.put(self.line_end())

    def order(self, order, rows, columns):
        self.nothing(columns)
        order.line = self.line
        order.raw = "".join(self.row(cells) for cells in rows)
        self.orders.append(order)
