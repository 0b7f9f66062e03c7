#!/usr/bin/env python3
"""live.py ORDERTAIL SANDBOX [SECONDS [SECONDS]]: nginx serves a shop under load and logrotate rotates its
log, time and again, while `ordertail import --follow` reads it and sends what it finds to the stand-in
HubSpot: every conversion that nginx answered arrives there, once. First logrotate renames the log, and
nothing is lost; then, for the second number of SECONDS, it copies and cuts it, and what nginx writes in
between is lost: none without a word. Ends with 77 where nginx or logrotate is not installed."""

import collections
import gzip
import http.client
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "carts"))
from program import Program, job_text
from sandbox import Sandbox
from servers import SKIPPED, connected, free_port, until

CUSTOMERS = 3  # connections at once
PACE = 0.002   # seconds between two requests of each
ROTATIONS = 8  # at least; in a long run one every two seconds
NOISE = 4      # requests for one conversion

CONFIGURATION = """
daemon off; master_process off; pid {0}/nginx.pid; error_log {0}/error.log;
events {{}}
http {{ {1} access_log {0}/access.log; keepalive_requests 1000000;
server {{ listen 127.0.0.1:{2}; return 200 "thank you"; }} }}
"""

# Compressed only at the next rotation: by then nginx has opened its new log.
RENAMING = """
{0}/access.log {{
  rotate 1000
  compress
  delaycompress
  create
  postrotate
    kill -USR1 $(cat {0}/nginx.pid)
  endscript
}}
"""
COPYING = """
{0}/access.log {{
  rotate 1000
  compress
  delaycompress
  copytruncate
}}
"""
# What is said of lines that may be lost: of each log that is copied, and of each that went on after that.
COPIED = "access.log was copied to access.log"
LOST = "none of the source's files begins like that any more"


class Load(threading.Thread):
    """A customer who orders until it is over."""

    def __init__(self, number, port, over):
        super().__init__()
        self.number, self.port, self.over = number, port, over
        self.orders = []

    def run(self):
        shop = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        count = 0
        while not self.over.wait(PACE):
            count += 1
            order = f"{self.number}-{count}"
            is_order = count % (NOISE + 1) == 0
            shop.request("GET", f"/done?order={order}&email=c{order}%40example.com" if is_order else f"/page/{order}",
                         headers={"User-Agent": "Mozilla/5.0"})
            answer = shop.getresponse()
            answer.read()
            if is_order and answer.status == 200:
                self.orders.append(order)
        shop.close()


def start_nginx(directory, port):
    temporary = "\n".join(f"{each}_temp_path {directory}/{each};"
                          for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (directory / "nginx.conf").write_text(CONFIGURATION.format(directory, temporary, port))
    process = subprocess.Popen([NGINX, "-e", str(directory / "error.log"), "-p", str(directory), "-c",
                                str(directory / "nginx.conf")], stdin=subprocess.DEVNULL)
    until(lambda: connected(port, process)).close()
    return process


def rotate(directory):
    subprocess.run([LOGROTATE, "--force", "--state", str(directory / "state"), str(directory / "rotation")], check=True)


def arrived(hubspot):
    return [each["order_number"] for each in hubspot.submissions().get("purchase_complete", [])]


def follow(program, hubspot, directory, rotation, seconds):
    """What was ordered, how often the log was rotated, how the program ended, and how late the last came."""
    directory.mkdir()
    (directory / "rotation").write_text(rotation.format(directory))
    (directory / "rotation").chmod(0o600)
    source = {"files": ["access.log*"], "pattern": "nginx-combined", "bots": "",
              "purchase": {"path": "/done", "order_number": "query:order", "email": "query:email"}}
    (directory / "job.toml").write_text(job_text([source], "UTC", hubspot.url))
    follower = subprocess.Popen([program.path, "import", "job.toml", "--follow", "--json"], cwd=directory,
                                env=program.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    over, port = threading.Event(), free_port()
    nginx = start_nginx(directory, port)
    try:
        customers = [Load(number, port, over) for number in range(CUSTOMERS)]
        for customer in customers:
            customer.start()
        began, rotations = time.monotonic(), 0
        while time.monotonic() - began < seconds:
            time.sleep(min(2, seconds / (ROTATIONS + 1)))  # the pace of the story, no more
            rotate(directory)
            rotations += 1
        over.set()
        for customer in customers:
            customer.join()
        ordered = [order for customer in customers for order in customer.orders]
        logged = set(ordered) & orders_in(directory)
        waiting = time.monotonic()
        until(lambda: follower.poll() is not None or logged <= set(arrived(hubspot)), 120)
        delay = time.monotonic() - waiting
        follower.send_signal(signal.SIGTERM)
        out, err = follower.communicate(timeout=120)
    finally:
        over.set()
        nginx.kill()
        nginx.wait()
        if follower.poll() is None:
            follower.kill()
    return ordered, logged, rotations, delay, (follower.returncode, json.loads(out or b"{}"), err.decode())


def orders_in(directory):
    """Those that the logs hold, cut or not."""
    found = set()
    for path in directory.glob("access.log*"):
        opened = gzip.open(path) if path.suffix == ".gz" else open(path, "rb")
        with opened as log:
            found |= set(re.findall(rb"/done\?order=([0-9-]+)", log.read()))
    return {order.decode() for order in found}


def run(program, sandbox, home, name, rotation, seconds):
    with Sandbox(sandbox, program) as hubspot:
        ordered, logged, rotations, delay, (code, report, err) = follow(program, hubspot, home / name, rotation,
                                                                        seconds)
        found = collections.Counter(arrived(hubspot))
    copies = rotation is COPYING
    missing = set(ordered) - set(found)
    wrong = []
    told = copies and (COPIED in err or LOST in err)
    if code != (7 if copies and LOST in err else 128 + signal.SIGTERM):
        wrong.append(f"it ended with {code}")
    if copies and not told:
        wrong.append("it does not say that the log is copied")
    if missing and not told or missing & logged:
        wrong.append(f"{len(missing)} orders are missing: {sorted(missing)[:5]}")
    if set(found) - set(ordered):
        wrong.append(f"nobody ordered {sorted(set(found) - set(ordered))[:5]}")
    if any(times > 1 for times in found.values()):
        wrong.append(f"{sum(times > 1 for times in found.values())} orders came twice")
    staged = report.get("staged", {})
    if staged.get("events") != len(found) or bool(staged.get("faults")) != (code == 7):
        wrong.append(f"its report says otherwise: {json.dumps(report)[:2000]}")
    print(f"{name}, {seconds} s: about {len(ordered) * (NOISE + 1)} requests, {len(ordered)} orders, {rotations} "
          f"rotations; {len(found)} orders arrived, the last {delay:.2f} s after it was logged; {len(missing)} were "
          f"lost, {len(staged.get('faults', []))} losses suspected")
    for each in wrong:
        print(f"WRONG: {each}\n{err[:2000]}")
    return not wrong and rotations >= 3 and ordered


PATH = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
NGINX, LOGROTATE = shutil.which("nginx", path=PATH), shutil.which("logrotate", path=PATH)


def main():
    if not NGINX or not LOGROTATE:
        print("SKIPPED: nginx or logrotate is not installed (src/set-up test installs them)")
        return SKIPPED
    seconds = [float(each) for each in sys.argv[3:]] or [5, 3]
    sandbox = str(pathlib.Path(sys.argv[2]).resolve())
    with tempfile.TemporaryDirectory() as name:
        home = pathlib.Path(name)
        program = Program(sys.argv[1], home)
        stories = zip(("renamed", "copied"), (RENAMING, COPYING), seconds)
        return 0 if all([run(program, sandbox, home, *story) for story in stories]) else 1


if __name__ == "__main__":
    sys.exit(main())
