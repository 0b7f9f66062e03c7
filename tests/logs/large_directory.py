#!/usr/bin/env python3
"""large_directory.py ORDERTAIL [SIZE]: a directory of a log's rotations, SIZE bytes of lines (200M; 10G, say),
every fourth of them compressed, is read by a dry run and by `stage`: neither takes more memory than MOST_MEMORY
says, whatever SIZE is, all lines are read, all conversions found, and a second `stage` reads nothing. Once
with a conversion in every few thousand lines ("sparse"), once, a twentieth of SIZE, with nothing else ("dense"), and once,
a tenth, of lines that are cut off after what they ask for ("short"): each of them is a reject."""

import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "carts"))
from program import Program, job_text

MOST_MEMORY = 64 << 20  # bytes
BLOCK = 1 << 20
LINE = ('192.0.2.{0} - - [05/Dec/2025:09:{1:02}:{2:02} -0500] "GET {3} HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux '
        'x86_64) Firefox/145.0" "{4:032x}"\n')
SOURCE = {"files": ["shop.log*"], "pattern": "nginx-combined-utk",
          "purchase": {"path": "/done", "order_number": "query:order", "email": "query:email"}}


def order(number):
    target = f"/done?order={number}&email=c{number}%40example.com"
    return LINE.format(number % 250, number // 60 % 60, number % 60, target, number + 1)


def noise():
    """Lines of other requests, a block of them."""
    lines = []
    while sum(map(len, lines)) < BLOCK:
        i = len(lines)
        lines += [LINE.format((i + j) % 250, i % 60, j % 60, f"/products/{i + j}/picture.jpg", 0) for j in range(100)]
    return "".join(lines).encode()


class Directory:
    """Writes the rotations, the oldest first, and counts what is in them."""

    def __init__(self, path, size, kind):
        self.path, self.orders, self.bytes, self.lines = path, 0, 0, 0
        self.files = max(8, min(200, size // (5 << 20)))
        other = noise()
        block = {"sparse": lambda: self.new_orders(1) + other, "dense": lambda: self.new_orders(BLOCK // 200),
                 "short": lambda: b"/done\n" * 10000}[kind]
        for number in range(self.files, 0, -1):
            name = f"shop.log.{number}" if number > 1 else "shop.log"
            is_compressed = number % 4 == 0
            opened = gzip.open(path / f"{name}.gz", "wb", 1) if is_compressed else open(path / name, "wb")
            with opened as file:
                end = self.bytes + size // self.files
                while self.bytes < end:
                    self.write(file, block())

    def new_orders(self, count):
        first, self.orders = self.orders, self.orders + count
        return "".join(map(order, range(first, self.orders))).encode()

    def write(self, file, block):
        file.write(block)
        self.bytes += len(block)
        self.lines += block.count(b"\n")


def watched(program, directory, *command):
    """The report of a run, its seconds, and the most memory it took. It counts this program's own, at its start."""
    began = time.monotonic()
    with open(directory / "out", "w+b") as out:
        process = subprocess.Popen([program.path, *command, "--json"], cwd=directory, env=program.environment,
                                   stdin=subprocess.DEVNULL, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        report = json.loads(out.read() or b"{}")
    return process.returncode, report, time.monotonic() - began, usage.ru_maxrss * 1024


def judge(code, report, memory, expected):
    staged = report.get("staged", {})
    wrong = [] if code == (3 if staged.get("rejects") else 0) else [f"it ended with {code}"]
    wrong += [f"{key}: {staged.get(key)}, not {value}" for key, value in expected.items() if staged.get(key) != value]
    if memory > MOST_MEMORY:
        wrong.append(f"it took {memory >> 20} MiB of memory")
    return wrong


def run(program, home, name, size):
    directory = home / name
    directory.mkdir()
    written = Directory(directory, size, name)
    (directory / "job.toml").write_text(job_text([SOURCE], "UTC"))
    everything = {"files": written.files, "bytes": written.bytes, "rows": written.lines, "events": written.orders,
                  "rejects": written.lines if name == "short" else 0}
    nothing = {"files": written.files, "unchanged": written.files, "bytes": 0, "events": 0}
    good = True
    for what, command, expected in (("dry run", ("import", "job.toml", "--dry-run"), everything),
                                    ("stage", ("stage", "job.toml"), everything),
                                    ("stage again", ("stage", "job.toml"), nothing)):
        code, report, seconds, memory = watched(program, directory, *command)
        print(f"{name}, {what}: {report.get('staged', {}).get('bytes', 0):,} bytes of {written.files} files, "
              f"{report.get('staged', {}).get('events', 0):,} events, {seconds:.1f} s, {memory / (1 << 20):.1f} MiB",
              flush=True)
        for each in judge(code, report, memory, expected):
            print(f"WRONG: {each}")
            good = False
    for path in directory.iterdir():
        path.unlink()
    return good


def bytes_of(text):
    unit = {"M": 20, "G": 30}.get(text[-1:])
    return int(text) if unit is None else int(text[:-1]) << unit


def main():
    size = bytes_of((sys.argv + ["200M"])[2])
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", memory)) as name:
        home = pathlib.Path(name)
        program = Program(sys.argv[1], home)
        shapes = {"sparse": size, "dense": size // 20, "short": size // 10}
        return 0 if all([run(program, home, name, part) for name, part in shapes.items()]) else 1


if __name__ == "__main__":
    sys.exit(main())
