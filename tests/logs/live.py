#!/usr/bin/env python3
"""live.py ORDERTAIL SANDBOX [SECONDS]: nginx serves a shop under load and logrotate rotates its log, time
and again, while `ordertail import --follow` reads it and sends what it finds to the stand-in HubSpot:
every conversion that nginx answered arrives there, once. Ends with 77 where nginx or logrotate is not
installed."""

import collections
import http.client
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

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
ROTATION = """
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


def run(program, sandbox, home, seconds):
    directory = home / "shop"
    directory.mkdir()
    (directory / "rotation").write_text(ROTATION.format(directory))
    (directory / "rotation").chmod(0o600)
    port = free_port()
    over = threading.Event()
    with Sandbox(sandbox, program) as hubspot:
        source = {"files": ["access.log*"], "pattern": "nginx-combined", "bots": "",
                  "purchase": {"path": "/done", "order_number": "query:order", "email": "query:email"}}
        (directory / "job.toml").write_text(job_text([source], "UTC", hubspot.url))
        follower = subprocess.Popen([program.path, "import", "job.toml", "--follow", "--json"], cwd=directory,
                                    env=program.environment, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
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
            waiting = time.monotonic()
            until(lambda: follower.poll() is not None or len(arrived(hubspot)) >= len(ordered), 120)
            delay = time.monotonic() - waiting
            follower.send_signal(signal.SIGTERM)
            out, err = follower.communicate(timeout=120)
        finally:
            over.set()
            nginx.kill()
            nginx.wait()
            if follower.poll() is None:
                follower.kill()
        found = collections.Counter(arrived(hubspot))
    report = json.loads(out or b"{}")
    wrong = []
    if follower.returncode != 128 + signal.SIGTERM:
        wrong.append(f"it ended with {follower.returncode}")
    if set(found) != set(ordered):
        wrong.append(f"{len(set(ordered) - set(found))} orders are missing: {sorted(set(ordered) - set(found))[:5]}")
    if any(times > 1 for times in found.values()):
        wrong.append(f"{sum(times > 1 for times in found.values())} orders came twice")
    if report.get("staged", {}).get("events") != len(ordered) or report.get("staged", {}).get("faults"):
        wrong.append(f"its report says otherwise: {out.decode()[:2000]}")
    requests = len(ordered) * (NOISE + 1)
    print(f"{seconds} s: about {requests} requests, {len(ordered)} orders, {rotations} rotations; {len(found)} orders "
          f"arrived, the last {delay:.2f} s after it was logged")
    for each in wrong:
        print(f"WRONG: {each}\n{err.decode(errors='replace')[:2000]}")
    return not wrong and rotations >= 3 and ordered


PATH = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
NGINX, LOGROTATE = shutil.which("nginx", path=PATH), shutil.which("logrotate", path=PATH)


def main():
    if not NGINX or not LOGROTATE:
        print("SKIPPED: nginx or logrotate is not installed (src/set-up test installs them)")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        home = pathlib.Path(name)
        program = Program(sys.argv[1], home)
        return 0 if run(program, str(pathlib.Path(sys.argv[2]).resolve()), home, float((sys.argv + ["5"])[3])) else 1


if __name__ == "__main__":
    sys.exit(main())
