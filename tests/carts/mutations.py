#!/usr/bin/env python3
"""mutations.py ORDERTAIL SANDBOX [STEP [SEED]]: changes the samples of every built-in CSV pattern as files
change in the world, and holds what the program makes of them against what it makes of the sample. Files are cut
at every STEPth byte of their last two rows, 1 unless given."""

import os
import pathlib
import shutil
import sys
import tempfile
import time
from random import Random

from cuts import check_cuts, check_second_runs
from patterns import fits, samples
from program import Program
from sandbox import Sandbox

EXTRA_NAME = "Zz ordertail "


class Findings:
    """What came of one variant: events (flat) and reasons of rejects by their record's index."""

    def __init__(self, table):
        self.index = table.index
        self.events, self.rejects, self.refusal = {}, {}, ""

    def add(self, event):
        flat = {key: value for key, value in event.items() if key not in ("id", "source", "extra")}
        flat.update({"extra." + key: value for key, value in event.get("extra", {}).items()})
        self.events[self.index[event["source"]["line"]], flat["kind"]] = flat


class Bench:
    """Runs variants of a sample, all in one go."""

    def __init__(self, program, directory, sample):
        self.program, self.directory, self.sample = program, directory, sample
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()

    def source(self, name, data):
        """Writes a variant's files; its source."""
        (self.directory / name).mkdir()
        (self.directory / name / "main.csv").write_bytes(data)
        for companion, bytes_of_it in self.sample.companions.items():
            (self.directory / name / f"{companion}.csv").write_bytes(bytes_of_it)
        return {"files": [name + "/*"], "pattern": self.sample.name, **self.sample.settings}

    def run(self, variants, unnamed=()):
        """Findings by the name of the variant: each is a text and what encodes it. The sources of the
        unnamed ones do not say their pattern."""
        sources, found = [], {}
        whole = self.sample.table
        for name, (text, charset) in variants.items():
            sources.append(self.source(name, text.encode(charset)))
            if name in unnamed:
                del sources[-1]["pattern"]
            is_beginning = whole.text.startswith(text)
            found[name] = Findings(whole if is_beginning else self.sample.table_of(text))
        extracted = self.program.extract(self.directory, sources, self.sample.zone)
        if extracted.code == 2 and len(variants) > 1:  # one of them is all the job's trouble
            apart = {}
            for name, variant in variants.items():
                shutil.rmtree(self.directory)
                self.directory.mkdir()
                apart.update(self.run({name: variant}, unnamed))
            return apart
        if extracted.code not in (0, 2, 3, 7):
            raise AssertionError(f"{self.sample.name}: exit {extracted.code}: {extracted.messages}")
        for event in extracted.events:
            variant, _, file = event["source"]["file"].partition("/")
            if file != "main.csv":  # a file of customers may be read for its own sake, too
                continue
            if variant in unnamed and event["source"]["line"] not in found[variant].index:
                continue  # the file's other sections, which have patterns of their own
            found[variant].add(event)
        for reject in extracted.rejects:
            file, line = reject["source"]["file"], reject["source"]["line"]
            if file.endswith("/main.csv"):
                one = found[file.split("/")[0]]
                one.rejects[one.index.get(line, -line)] = reject["reject"]
        for message in extracted.messages.splitlines():
            if extracted.code == 2:
                found[name].refusal += message + " "
            elif message.split("/")[0] in found:
                found[message.split("/")[0]].refusal += message
        return found


def without(sample, column):
    places = [i for i, name in enumerate(sample.table.columns) if name.lower() == column.lower()]

    def change(record, delimiter):
        is_ours = record is sample.table.header or record in sample.table.records
        if not is_ours:
            return sample.table.text[record.begin:record.end]
        # A row too short stays too short.
        gone = [min(place, len(record.raw) - 1) for place in places]
        kept = [cell for i, cell in enumerate(record.raw) if i not in gone]
        return delimiter.join(kept) + record.line_end
    return sample.table.rewritten(change)


def reordered(sample, random):
    """The columns in another order, some new ones among them. Those that one name with a * fits, and
    those of one name, stay in the order they are in."""
    table = sample.table
    width = len(table.columns)
    order = random.sample(range(width), width)
    wildcards = [entry for _, use in sample.uses for entry in use if "*" in entry]
    for entry in wildcards + table.columns:
        places = [i for i, column in enumerate(order) if fits(entry, table.columns[column])]
        for place, column in zip(places, sorted(order[i] for i in places)):
            order[place] = column
    for i in range(3):
        order.insert(random.randint(0, len(order)), -1 - i)
    hostile = "a b" if table.form.quoting == "none" else '"a""b' + table.form.delimiter + '\n;c"'

    def change(record, delimiter):
        if record is not table.header and (record not in table.records or len(record.raw) < width):
            return table.text[record.begin:record.end]
        is_header = record is table.header
        cells = [record.raw[i] if i >= 0 else
                 table.form.header_prefix + EXTRA_NAME + str(-i) if is_header else
                 random.choice(["", hostile]) for i in order]
        return delimiter.join(cells + record.raw[width:]) + record.line_end
    return table.rewritten(change)


def with_line_ends(sample, line_end):
    """Those between records, not those within cells."""
    table = sample.table

    def change(record, delimiter):
        end = line_end if record.line_end else ""
        return table.text[record.begin:record.end - len(record.line_end)] + end
    return table.rewritten(change)


def differing(a, b):
    return {key for key in a.keys() | b.keys() if a.get(key) != b.get(key)}


def unlike(base, found):
    """What differs where nothing may."""
    faults = [found.refusal] if found.refusal and not base.refusal else []
    for place in base.events.keys() | found.events.keys():
        a, b = base.events.get(place, {}), found.events.get(place, {})
        faults += [f"record {place[0] + 1}: {key}: {a.get(key)!r} is {b.get(key)!r}"
                   for key in sorted(differing(a, b))]
    # What cannot be read at all has no index that two files share.
    a, b = ({i: r for i, r in one.rejects.items() if i >= 0} for one in (base, found))
    return faults + ([f"rejects: {a} are {b}"] if a != b else [])


def unlike_without(sample, base, found, column):
    """What differs besides that the column is missing."""
    uses = sample.uses_of(column)
    if found.refusal and not found.events:
        named = any(f'"{entry.lower()}"' in found.refusal.lower() for _, use in uses for entry in use)
        is_zone = any("occurred_at" in fields for fields, _ in uses)
        named = named or (is_zone and "time_zone = " in found.refusal)
        return [] if named else [f"the refusal does not name it: {found.refusal}"]
    may_differ = {field for fields, _ in uses for field in fields}
    has_alternative = {field for fields, use in sample.uses for field in fields
                       if field in may_differ and any("*" in e or not fits(e, column) for e in use)}
    faults = []
    for place in base.events.keys() | found.events.keys():
        a, b = base.events.get(place), found.events.get(place)
        if a is None or b is None:
            rejects = found.rejects if b is None else base.rejects
            if place[0] not in rejects:
                faults.append(f"record {place[0] + 1}: {a} is {b or rejects.get(place[0])}")
            continue
        faults += [f"record {place[0] + 1}: {key}: {a.get(key)!r} is {b.get(key)!r}"
                   for key in sorted(differing(a, b))
                   if key not in may_differ or (key in b and key not in has_alternative)]
    return faults


def check_columns(bench, random):
    sample = bench.sample
    variants = {"whole": (sample.text, sample.charset)}
    columns = sample.columns() if sample.has_header else []
    for i, column in enumerate(columns):
        variants[f"without{i}"] = (without(sample, column), sample.charset)
    found = bench.run(variants)
    base = found.pop("whole")
    # Of what is stopped in the middle, or makes no event, nothing can be compared.
    sample.is_comparable = bool(base.events)
    if not sample.is_comparable:
        is_meant = sample.stops or not sample.expects_events
        return ([] if is_meant else [f"the sample: {base.refusal or 'no events'}"]), 0
    faults = []
    for i, column in enumerate(columns):
        faults += [f"without the column {column!r}: {fault}" for fault in
                   unlike_without(sample, base, found[f"without{i}"], column)]
    return faults, len(columns)


def check_same(bench, random):
    """Changes after which everything must be the same."""
    sample = bench.sample
    variants = {"base": (sample.text, sample.charset),
                "crlf": (with_line_ends(sample, "\r\n"), sample.charset),
                "cr": (with_line_ends(sample, "\r"), sample.charset),
                "bom": ("\ufeff" + sample.text, "utf-8")}
    if sample.has_header:
        for i in range(4):
            variants[f"order{i}"] = (reordered(sample, random), sample.charset)
    found = bench.run(variants)
    base = found.pop("base")
    faults = [f"{name}: {fault}\n{variants[name][0][:600]!r}" for name, one in found.items()
              for fault in unlike(base, one)]
    return faults, len(found)


def check_recognition(bench, random):
    """Without a pattern in the job."""
    sample = bench.sample
    if not sample.csv.get("recognise"):
        return [], 0
    text = (sample.text, sample.charset)
    sample.settings.setdefault("time_zone", "UTC")  # which the pattern of a companion may ask for
    found = bench.run({"named": text, "unnamed": text}, unnamed=["unnamed"])
    refusal = found["unnamed"].refusal
    if sample.in_sections and "several patterns recognise" in refusal and sample.name in refusal:
        return [], 1  # a file of several sections is one of as many patterns
    return unlike(found["named"], found["unnamed"]), 1


def main():
    step = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else int(time.time())
    print(f"seed {seed}")
    random = Random(seed)
    counts, faults = {}, 0
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # many stores, many fsyncs
    with tempfile.TemporaryDirectory(dir=in_memory) as name:
        directory = pathlib.Path(name)
        program = Program(sys.argv[1], directory)
        with Sandbox(sys.argv[2], program) as sandbox:
            checks = {"columns missing": check_columns, "changes": check_same,
                      "recognised": check_recognition, "cuts": lambda *given: check_cuts(*given, step),
                      "second runs": lambda *given: check_second_runs(*given, sandbox)}
            for sample in samples(program):
                counts["samples"] = counts.get("samples", 0) + 1
                for what, check in checks.items():
                    if not sample.is_comparable:
                        break
                    wrong, cases = check(Bench(program, directory / "bench", sample), random)
                    counts[what] = counts.get(what, 0) + cases
                    faults += len(wrong)
                    for fault in sorted(wrong, key=len)[:3]:
                        print(f"WRONG: {sample.name}: {what}: {fault}")
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if faults or counts.get("samples", 0) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
