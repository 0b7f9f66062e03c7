"""The whole program over an invented shop, held against the truth that its files do not tell.

    generated_shop.py ORDERTAIL SANDBOX [VISITORS ORDERS [SEED]]

Asserts that every token which HubSpot got is one of that person's, that no two addresses share one,
that the stand-in holds as many leads as there are addresses, and that a dry run foretells the same;
prints the recall and what a visitor takes in the checkpoint file.
"""

import json
import pathlib
import sqlite3
import sys
import tempfile
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "carts"))
from program import Program  # noqa: E402
from sandbox import Sandbox  # noqa: E402
from shop import Shop  # noqa: E402

JOB = """[account]
shop      = "main"
time_zone = "UTC"
store     = "main.db"

[hubspot.registration]
sink = "leads"
url  = "{hubspot}/?app=leaddirector&FormName=new_registration"
[hubspot.purchase]
sink = "leads"
url  = "{hubspot}/?app=leaddirector&FormName=purchase_complete"

[limits]
requests_per_10s = 0
requests_per_day = 0
concurrency      = 16

[attribution]
keep = "3650d"

[[source]]
files   = ["orders.csv"]
pattern = "shopify-orders"

[[source]]
files      = ["paypal.csv"]
pattern    = "paypal-activity"
date_order = "mdy"

[[source]]
files   = ["shop.access.log"]
pattern = "nginx-combined-utk"
[source.registration]
path  = "/account/created"
email = "query:email"
[source.visitor]
path         = ["/checkout/success", "/paypal/return"]
order_number = ["query:order", "query:invoice"]
"""


def check(what, holds):
    if not holds:
        sys.exit(f"FAILED: {what}")


def judge(shop, submissions, leads):
    """What HubSpot got, against the truth."""
    orders = {str(order.number): order for order in shop.orders}
    people, right, addresses = {}, 0, set()
    for fields in submissions:
        email, token = fields["Email"], fields.get("UserToken")
        addresses.add(email)
        order = orders.get(fields.get("order_number"))
        if order:
            check(f"order {order.number} has its buyer's address", email == order.email)
        if not token:
            continue
        check(f"token {token} goes with one address", people.setdefault(token, email) == email)
        if order:
            check(f"order {order.number} got a token of its buyer's",
                  token in shop.device_of(order))
            right += 1
    taken = [fields.get("order_number") for fields in submissions if "order_number" in fields]
    check("every order is there once", sorted(taken) == sorted(orders))
    check("no two people are one lead", len(leads) == len(addresses))
    with_source = {lead["fields"]["Email"] for lead in leads if lead["source"] == "tracked"}
    check("Sources are filled where a token is", with_source == set(people.values()))
    return right


def state_bytes(store):
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        used = database.execute("SELECT sum(pgsize) FROM dbstat WHERE name IN ('tie', 'visitor')")
        size = used.fetchone()[0]
        visitors = database.execute("SELECT count(DISTINCT token) FROM "
                                    "(SELECT token FROM tie UNION ALL SELECT token FROM visitor)")
        return size, visitors.fetchone()[0]


def main():
    program_path, sandbox_path, *numbers = sys.argv[1:]
    visitors, orders, seed = (*map(int, numbers), *(2000, 400, 7)[len(numbers):])
    shop = Shop(visitors, orders, seed)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        shop.write(directory)
        program = Program(program_path, directory / "home")
        with Sandbox(sandbox_path, program) as sandbox:
            (directory / "job.toml").write_text(JOB.format(hubspot=sandbox.url))
            dry = json.loads(program.run("import", "job.toml", "--dry-run", "--json",
                                         directory=directory).stdout)
            ended = program.run("import", "job.toml", "--json", directory=directory)
            report = json.loads(ended.stdout)
            check(f"all is settled: {ended.returncode}\n{ended.stderr.decode()}", ended.returncode == 0)
            with urllib.request.urlopen(sandbox.url + "/sandbox/submissions") as answer:
                submissions = [one["fields"] for one in json.load(answer)["submissions"]]
            with urllib.request.urlopen(sandbox.url + "/sandbox/leads") as answer:
                leads = json.load(answer)["leads"]
        if orders < 10_000:  # more, and the outbox is emptied before all is read
            for key in ("events", "with_token_before", "with_token_after", "by", "conflicts"):
                check(f"the dry run's {key}", dry["attribution"][key] == report["attribution"][key])
        right = judge(shop, submissions, leads)
        counts = report["attribution"]
        check("the report counts as HubSpot does",
              counts["with_token_after"] == sum("UserToken" in one for one in submissions))
        check("some were found by each tier",
              counts["by"]["order number"] > 0 and counts["by"]["e-mail"] > 0)
        check("some conflicts were seen", counts["conflicts"] > 0)
        size, kept = state_bytes(directory / "main.db")
        print(f"{visitors} visitors, {orders} orders: precision 100%, recall "
              f"{100 * right / orders:.1f}% of all orders; {counts['by']}, "
              f"{counts['conflicts']} conflicts, {counts['dropped']} tokens dropped")
        print(f"{size / kept:.0f} bytes for each of {kept} visitors kept")


main()
