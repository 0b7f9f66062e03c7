"""ordertail, run as its users run it."""

import json
import os
import pathlib
import subprocess

JOB = """[account]
shop      = "main"
time_zone = {zone}
store     = "main.db"

[hubspot.registration]
sink = "leads"
url  = "{hubspot}/?app=leaddirector&FormName=new_registration{form}"

[hubspot.purchase]
sink = "leads"
url  = "{hubspot}/?app=leaddirector&FormName=purchase_complete{form}"

[limits]
requests_per_10s = 0
requests_per_day = 0
"""


def toml(value):
    """A value as TOML: what tomllib reads, written on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    # JSON's strings are TOML's, save that it leaves DEL as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def job_text(sources, zone, hubspot="http://127.0.0.1:1", form=""):
    text = JOB.format(zone=toml(zone), hubspot=hubspot, form=form)
    for source in sources:
        text += "\n[[source]]\n" + "".join(f"{key} = {toml(v)}\n" for key, v in source.items())
    return text


class Extracted:
    """What `extract` printed; messages are for people."""

    def __init__(self, ended, rejects):
        self.code = ended.returncode
        self.events = [json.loads(line) for line in ended.stdout.splitlines()]
        self.messages = ended.stderr.decode()
        self.rejects = [json.loads(line) for line in rejects.splitlines()]


class Program:
    def __init__(self, path, home):
        self.path = str(pathlib.Path(path).resolve())
        # So that no test depends on whose machine this is.
        self.environment = {"HOME": str(home), "LC_ALL": "C", "PATH": os.environ["PATH"],
                            **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}

    def run(self, *arguments, directory="."):
        ended = subprocess.run([self.path, *arguments], cwd=directory, env=self.environment,
                               stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
        if ended.returncode < 0 or ended.returncode == 1:
            raise AssertionError(f"{arguments} ended with {ended.returncode}:\n"
                                 + ended.stderr.decode(errors="replace"))
        return ended

    def extract(self, directory, sources, zone="UTC"):
        rejects = directory / "rejects.jsonl"
        rejects.unlink(missing_ok=True)
        (directory / "job.toml").write_text(job_text(sources, zone))
        ended = self.run("extract", "job.toml", "--rejects", "rejects.jsonl", directory=directory)
        return Extracted(ended, rejects.read_text() if rejects.exists() else "")
