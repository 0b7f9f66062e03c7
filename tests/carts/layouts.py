"""Every layout that patterns/README.md knows: a small pattern, and files written for it."""

from dataclasses import dataclass, field

from orders import Ink, Pen

COLUMNS = ["Order", "Mail", "Name", "Town", "Note", "State", "Currency", "Total", "Tax", "When", "SKU"]
PATTERN = """
name      = "layout"
describes = "A layout"
verified  = "invented"
[csv]
{csv}
[purchase]
order_number  = "Order"
email         = "{people}Mail"
name          = "{people}Name"
city          = "{people}Town"
currency      = "Currency"
skus          = {skus}
total_revenue = {revenue}
occurred_at   = {{ column = "When", format = "%F %T %z" }}
[purchase.extra]
note = "Note"
[purchase.when]
State = "paid"
{companions}
[[sample]]
input = "x"
"""


def first_row(order, items=None):
    name = " ".join(filter(None, [order.first, order.last]))
    return ["#" + order.number if int(order.number) % 7 == 0 else order.number, order.email, name,
            order.town, order.note, order.state, order.currency, str(order.total() + order.tax),
            str(order.tax or ""), order.time.strftime("%Y-%m-%d %H:%M:%S %z"),
            order.items[0][0] if items is None else items]


def further_rows(order, key):
    blank = [""] * (len(COLUMNS) - 2)
    return [[key, *blank, sku] for sku, _ in order.items[1:]]


def one_row(order):
    return [first_row(order)]


def repeated_key(order):
    first = first_row(order)
    return [first, *further_rows(order, first[0])]


def blank_key(order):
    return [first_row(order), *further_rows(order, "")]


def repeated_rows(order):
    full = first_row(order)
    return [[*full[:7], str(price), *full[8:10], sku] for sku, price in order.items]


def packed(order):
    return [first_row(order, "; ".join(f"qty:1|sku:{sku}|price:{price}" for sku, price in order.items))]


def wide(order):
    cells = [f"sku:{sku}|price:{price}" for sku, price in order.items]
    return [first_row(order)[:-1] + cells + [""] * (4 - len(cells))]


def summary_and_items(order):
    summary = first_row(order, "")
    blank = [""] * (len(COLUMNS) - 2)
    return [summary, *([summary[0], *blank, sku] for sku, _ in order.items if sku)]


@dataclass
class Layout:
    name: str
    rows: object = one_row
    ink: Ink = field(default_factory=Ink)
    csv: str = ""
    skus: str = '"SKU"'
    revenue: str = '{ column = "Total", minus = ["Tax"] }'
    people: str = ""
    companions: str = ""
    columns: list = field(default_factory=lambda: COLUMNS)
    most_items: int = 1
    header_delimiter: str = ""
    preamble: list = field(default_factory=list)
    footer: list = field(default_factory=list)

    def pattern(self):
        csv = f'quoting = "{self.ink.quoting}"\ndelimiter = {self.ink.delimiter!a}\n'.replace("'", '"')
        if self.ink.charset != "utf-8":
            csv += f'charset = "{self.ink.charset}"\n'
        if self.ink.guarded:
            csv += "apostrophe_guard = true\nformula_guard = true\nentities = true\n"
        return PATTERN.format(csv=csv + self.csv, skus=self.skus, revenue=self.revenue,
                              people=self.people, companions=self.companions)

    def write(self, orders, random, line_ends):
        """The files by name, the orders' own first, and the orders as they stand in it."""
        pen = Pen(random, self.ink, line_ends)
        for line in self.preamble:
            pen.put(line + pen.line_end())
        if "columns =" not in self.csv:
            pen.header(self.columns, self.header_delimiter)
        for order in orders:
            pen.order(order, self.rows(order), len(self.columns))
        for line in self.footer:
            pen.put(line + pen.line_end())
        return {"orders.csv": self.finished(pen)}, pen.orders

    def finished(self, pen):
        text = pen.text
        if not self.footer and pen.random.random() < 0.5:
            text = text.rstrip("\r\n")           # the last line has no end
        mark = "\ufeff" if self.ink.charset == "utf-16le" or (
            self.ink.charset == "utf-8" and pen.random.random() < 0.5) else ""
        return (mark + text).encode(self.ink.charset)


def order_rows(order):
    cells = first_row(order)
    return [["c" + order.number if int(order.number) % 2 else "C-ß" + order.number, *cells[4:10], cells[0]]]


ORDER_COLUMNS = ["Customer", *COLUMNS[4:10], "Order"]
COMPANIONS = """
[[companion]]
name      = "customers"
key       = "Id"
match     = "Customer"
{customers}
[[companion]]
name      = "items"
key       = "Order"
match     = "Order"
{items}
"""


@dataclass
class Joined(Layout):
    """Customers (1:1) and items (1:n) beside the orders, or in sections of the same file."""
    sections: bool = False

    def write(self, orders, random, line_ends):
        pens = [Pen(random, self.ink, line_ends) for _ in range(3)]
        prefix = "!" if self.sections else ""
        if self.sections:
            pens[0].put("[USERS]" + pens[0].line_end())
            self.write_people(orders, pens[0], prefix)
            pens[0].put("[ORDERS]" + pens[0].line_end())
        pens[0].header(ORDER_COLUMNS, prefix=prefix)
        for order in orders:
            pens[0].order(order, order_rows(order), len(ORDER_COLUMNS))
        if self.sections:
            pens[0].put("[ORDER_ITEMS]" + pens[0].line_end())
            self.write_items(orders, pens[0], prefix)
            return {"orders.csv": self.finished(pens[0])}, orders
        self.write_people(orders, pens[1], prefix)
        self.write_items(orders, pens[2], prefix)
        files = {"orders.csv": pens[0], "customers.csv": pens[1], "items.csv": pens[2]}
        return {name: self.finished(pen) for name, pen in files.items()}, orders

    def write_people(self, orders, pen, prefix):
        pen.header(["Mail", "Id", "Name", "Town"], prefix=prefix)
        for order in pen.random.sample(orders, len(orders)):
            cells = first_row(order)
            if order.email:
                pen.row([cells[1], order_rows(order)[0][0], cells[2], cells[3]])

    def write_items(self, orders, pen, prefix):
        pen.header(["Order", "SKU"], prefix=prefix)
        for order in pen.random.sample(orders, len(orders)):
            for sku, _ in order.items:
                pen.row([first_row(order)[0], sku])


def joined(name, customers, items, **more):
    return Joined(name, rows=order_rows, people="customers:", skus='"items:SKU"', most_items=4,
                  columns=ORDER_COLUMNS, companions=COMPANIONS.format(customers=customers, items=items),
                  **more)


LAYOUTS = [
    Layout("one row"),
    Layout("repeated key", repeated_key, csv='layout = "repeated-key"\norder_key = "Order"',
           most_items=4),
    Layout("blank key", blank_key, csv='layout = "blank-key"\norder_key = "Order"', most_items=4),
    Layout("repeated rows", repeated_rows, csv='layout = "repeated-key"\norder_key = "Order"',
           revenue='{ column = "Total", over = "rows" }', most_items=4),
    Layout("packed cells", packed, skus="{ column = 'SKU', each = 'sku:([^|]*)' }", most_items=4),
    Layout("wide columns", wide, skus="{ column = 'line_item_*', each = 'sku:([^|]*)' }",
           most_items=4, columns=COLUMNS[:-1] + [f"line_item_{i}" for i in range(1, 5)]),
    Layout("summary and items", summary_and_items, most_items=4,
           csv='preamble = true\nrecognise = ["Order", "State"]\nlayout = "repeated-key"\n'
               "order_key = \"Order\"\nfooter = '\\d+ record\\(s\\) downloaded|Seller ID: .*'",
           preamble=["", '"Sales report",,"of ""us"""', ",,,"],
           footer=["", '"300 record(s) downloaded"', "Seller ID: example,,"]),
    joined("companions", 'recognise = ["Id", "Mail"]', 'recognise = ["Order", "SKU"]',
           csv='recognise = ["Order", "State"]'),
    joined("sections", 'section = "USERS"', 'section = "ORDER_ITEMS"', sections=True,
           ink=Ink(delimiter=";"), csv='section = "ORDERS"\nheader_prefix = "!"'),
    Layout("no header", csv=f"columns = {COLUMNS}"),
    Layout("header delimiter", csv='header_delimiter = ","', header_delimiter=",",
           ink=Ink(delimiter="|")),
    Layout("UTF-16", ink=Ink("utf-16le", "\t")),
    Layout("Windows-1252", ink=Ink("windows-1252", ";")),
    Layout("backslash quoting", ink=Ink(quoting="backslash")),
    Layout("lenient quoting", ink=Ink(quoting="lenient")),
    Layout("no quoting", ink=Ink(quoting="none", delimiter="\t")),
    Layout("guards", ink=Ink(guarded=True)),
    Layout("blanks before quotes", ink=Ink(blank_before_quote=True), csv="blank_before_quote = true"),
]
