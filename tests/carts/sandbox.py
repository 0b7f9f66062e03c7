"""The stand-in HubSpot, run for as long as it is needed."""

import json
import subprocess
import urllib.request


class Sandbox:
    def __init__(self, path, program):
        self.command = [path, "--port", "0"]
        self.environment = program.environment

    def __enter__(self):
        self.process = subprocess.Popen(self.command, env=self.environment, text=True,
                                        stdout=subprocess.PIPE)
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def submissions(self):
        """The fields of those it took, by the FormName's end behind the last '-'."""
        with urllib.request.urlopen(self.url + "/sandbox/submissions") as answer:
            taken = {}
            for one in json.load(answer)["submissions"]:
                if one["status"] == 200:
                    taken.setdefault(one["form"].rpartition("-")[2], []).append(
                        {"form": one["form"].rpartition("-")[0], **one["fields"]})
            return taken
