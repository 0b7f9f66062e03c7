"""A shop that is invented: what its visitors did, the files that are left of it, and the truth, kept apart.

People have one or two devices, a device has a visitor token; some devices are shared. A person may
register on a device, and may buy: on the site, where the page of thanks names the order, or through
PayPal, where half of the buyers come back by an address that names it. Some lines are missing from the
log, some browsers send no cookie, and some people pay from another address than they registered.
"""

import random
from datetime import datetime, timedelta, timezone

START = datetime(2026, 9, 1, tzinfo=timezone.utc)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0"


class Person:
    def __init__(self, number, tokens):
        self.number, self.tokens = number, tokens
        self.email = f"person{number}@example.com"
        self.other_email = f"person{number}@example.net"


class Order:
    def __init__(self, number, person, email, at, off_site):
        self.number, self.person, self.email, self.at, self.off_site = (
            number, person, email, at, off_site)


class Shop:
    def __init__(self, visitors, orders, seed):
        self.dice = random.Random(seed)
        self.lines, self.orders = [], []
        self.people = self.invent_people(visitors)
        for person in self.people:
            self.visit(person)
        for i in range(orders):
            self.sell(10_000 + i)
        self.lines.sort()

    def invent_people(self, visitors):
        people, tokens = [], []
        while len(tokens) < visitors:
            own = [f"{self.dice.getrandbits(128):032x}"]
            if self.dice.random() < 0.15:
                own.append(f"{self.dice.getrandbits(128):032x}")
            tokens += own
            if people and self.dice.random() < 0.04:  # somebody else's device, too
                own = [*own, people[self.dice.randrange(len(people))].tokens[0]]
            people.append(Person(len(people), own))
        return people

    def log(self, at, request, person, token):
        if self.dice.random() < 0.05:
            return  # the line is missing
        if self.dice.random() < 0.04:
            token = "-"
        stamp = at.strftime("%d/%b/%Y:%H:%M:%S +0000")
        self.lines.append((at, f'2001:db8::{person.number + 1:x} - - [{stamp}] "GET {request} '
                               f'HTTP/1.1" 200 512 "-" "{BROWSER}" "{token}"\n'))

    def moment(self):
        return START + timedelta(seconds=self.dice.randrange(60 * 86400))

    def visit(self, person):
        at = self.moment()
        token = self.dice.choice(person.tokens)
        self.log(at, "/products/kettle", person, token)
        if self.dice.random() < 0.3:
            self.log(at + timedelta(minutes=3),
                     f"/account/created?email={person.email.replace('@', '%40')}", person, token)

    def sell(self, number):
        person = self.dice.choice(self.people)
        email = person.other_email if self.dice.random() < 0.05 else person.email
        order = Order(number, person, email, self.moment(), self.dice.random() < 0.3)
        self.orders.append(order)
        token = self.dice.choice(person.tokens)
        after = order.at + timedelta(seconds=self.dice.randrange(2, 60))
        if not order.off_site:
            self.log(after, f"/checkout/success?order={number}", person, token)
        elif self.dice.random() < 0.5:
            self.log(after, f"/paypal/return?invoice={number}", person, token)

    def write(self, directory):
        (directory / "shop.access.log").write_text("".join(line for _, line in self.lines))
        with open(directory / "orders.csv", "w") as file:
            file.write("Name,Email,Financial Status,Subtotal,Currency,Created at,Cancelled at,Lineitem quantity\n")
            for order in self.orders:
                if not order.off_site:
                    file.write(f"#{order.number},{order.email},paid,20.00,USD,"
                               f"{order.at:%Y-%m-%d %H:%M:%S} +0000,,1\n")
        with open(directory / "paypal.csv", "w") as file:
            file.write('"Date","Time","TimeZone","Name","Type","Status","Currency","Gross",'
                       '"From Email Address","Transaction ID","Sales Tax",'
                       '"Shipping and Handling Amount","Invoice Number","Balance Impact"\n')
            for order in self.orders:
                if order.off_site:
                    file.write(f'"{order.at:%m/%d/%Y}","{order.at:%H:%M:%S}","UTC","P {order.number}",'
                               f'"Website Payment","Completed","USD","20.00","{order.email}",'
                               f'"T{order.number}","0.00","0.00","{order.number}","Credit"\n')

    def device_of(self, order):
        """The tokens that are right for it."""
        return set(order.person.tokens)
