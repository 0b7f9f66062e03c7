"""Files that end in the middle of a row, as one that is still being written does."""

import json
import re

from program import job_text

SECOND_RUNS = 3  # of each sample


def cut_places(sample):
    """Every place in the last two rows."""
    last = sample.table.all[-2:]
    return range(last[0].begin + 1, len(sample.text))


def is_passed_over(sample, base, found, place):
    """Is there a row that the cut leaves with too few cells, and nothing says so?"""
    for i, record in list(enumerate(sample.table.records))[-2:]:
        if not record.begin < place < record.end or not sample.text[record.begin:place].strip():
            continue
        left = sample.table_of(sample.text[:place]).records[i:]
        cells = left[0].cells if left else []
        if cells and re.fullmatch(sample.csv.get("footer", "(?!)"), cells[0].strip()):
            continue
        is_short = len(cells) < len(sample.table.columns)
        return is_short and not found.refusal and not found.rejects.keys() - (base.rejects.keys() - {i})
    return False


def unlike_cut(sample, base, found, place):
    """What differs in orders that the cut leaves whole; and in the one it cuts, what must not."""
    records = sample.table.records
    faults = ["the row that is cut is passed over"] if is_passed_over(
        sample, base, found, place) else []
    for (first, kind), event in base.events.items():
        rows = sample.orders[first]
        said = found.events.get((first, kind))
        is_whole = records[rows[-1]].end - len(records[rows[-1]].line_end) <= place
        may_differ = set()
        if not is_whole:
            if said is None:
                continue
            cut_columns = sample.table.columns[-1:]
            may_differ = {field for column in cut_columns for fields, _ in sample.uses_of(column)
                          for field in fields}
            if len(rows) > 1:
                may_differ |= {"skus", "total_revenue", "currency"}
        elif found.rejects.get(first) == "beside_bad_row":
            behind = records[rows[-1] + 1:][:1]
            if behind and behind[0].begin < place < behind[0].end:
                continue  # the piece of a row behind it may be its own
        said = said or {}
        faults += [f"record {first + 1}: {key}: {event.get(key)!r} is {said.get(key)!r}"
                   for key in event.keys() | said.keys()
                   if event.get(key) != said.get(key) and key not in may_differ]
    more = found.events.keys() - base.events.keys()
    return faults + [f"a new event: {found.events[each]}" for each in more]


def check_cuts(bench, random, step):
    sample = bench.sample
    places = cut_places(sample)[random.randrange(step)::step]
    variants = {"base": (sample.text, sample.charset)}
    variants.update({f"cut{place}": (sample.text[:place], sample.charset) for place in places})
    found = bench.run(variants)
    if sample.in_sections:  # the rest of the file completes the orders: only a crash is wrong
        return [], len(places)
    faults = [f"cut at {place}, behind {sample.text[max(0, place - 40):place]!r}: {fault}"
              for place in places
              for fault in unlike_cut(sample, found["base"], found[f"cut{place}"], place)]
    return faults, len(places)


class Runs:
    """One job, run as its file grows."""

    def __init__(self, bench, sandbox, name):
        self.bench, self.name = bench, name
        sample = bench.sample
        self.folder = bench.directory / name
        source = bench.source(name, b"")
        source["files"] = ["*.csv"]
        self.form = f"-{sandbox.count}"
        sandbox.count += 1
        (self.folder / "job.toml").write_text(
            job_text([source], sample.zone, sandbox.url, self.form))

    def run(self, command, text):
        (self.folder / "main.csv").write_bytes(text.encode(self.bench.sample.charset))
        ended = self.bench.program.run(command, "job.toml", "--json", directory=self.folder)
        if ended.returncode not in (0, 3, 7):
            raise AssertionError(f"{self.bench.sample.name}: {command} ended with "
                                 f"{ended.returncode}: {ended.stderr.decode()}")
        return json.loads(ended.stdout)


def key_of(fields):
    return fields["form"], fields.get("order_number") or fields.get("Email")


def check_second_runs(bench, random, sandbox):
    """A file is read while it is being written, and again when it is whole: over both runs each
    order is submitted once and right, or the second run lists it as changed."""
    sample = bench.sample
    sandbox.count = getattr(sandbox, "count", 0)
    whole = Runs(bench, sandbox, "whole")
    whole.run("import", sample.text)
    places = random.sample(cut_places(sample), min(SECOND_RUNS, len(cut_places(sample))))
    runs = []
    for i, place in enumerate(places):
        run = Runs(bench, sandbox, f"runs{place}")
        first = "stage" if i % 3 == 0 else "import"
        run.run(first, sample.text[:place])
        runs.append((place, first, run, run.run("import", sample.text)["staged"]["changed"]))
    taken = sandbox.submissions()
    right = {key_of(fields): fields for fields in taken.get(whole.form[1:], [])}
    faults = []
    for place, first, run, changed in runs:
        listed = {order["order_number"] for order in changed["examples"]}
        wrong = []
        sent = taken.get(run.form[1:], [])
        for key in right.keys() | {key_of(fields) for fields in sent}:
            ones = [fields for fields in sent if key_of(fields) == key]
            if len(ones) != 1:
                wrong.append(f"{key} was submitted {len(ones)} times")
            elif ones[0] != right.get(key) and key[1] not in listed:
                wrong.append(f"{right.get(key)} was submitted as {ones[0]}")
        faults += [f"{first} of the file cut at {place}, behind "
                   f"{sample.text[max(0, place - 40):place]!r}, then of the whole: {each}"
                   for each in wrong]
    return faults, len(places)
