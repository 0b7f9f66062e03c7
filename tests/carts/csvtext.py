"""CSV cut into records, written straight from what patterns/README.md says of [csv]."""

import re
from dataclasses import dataclass

LINE_END = re.compile(r"\r\n|\r|\n")
SECTION = re.compile(r"\[([A-Z0-9_]+)\]\Z")


@dataclass
class Form:
    """The keys of [csv] that say how a file is written."""
    delimiter: str = ","
    quoting: str = "rfc"
    blank_before_quote: bool = False
    header_delimiter: str = ""
    header_prefix: str = ""
    preamble: bool = False
    recognise: tuple = ()
    columns: tuple = ()
    section: str = ""

    @classmethod
    def of(cls, table):
        known = {key: table[key] for key in cls.__dataclass_fields__ if key in table}
        if isinstance(known.get("recognise"), str):
            known["recognise"] = [known["recognise"]]
        return cls(**known)


@dataclass
class Record:
    begin: int
    end: int          # behind its line end
    line: int
    raw: list         # cells as they are written
    cells: list       # and what they say
    line_end: str = ""


def quoted(text, at, delimiter, quoting):
    """What the quoted cell says whose inside begins at `at`, and where it ends."""
    said = []
    while True:
        stop = text.find('"', at)
        if stop < 0:
            raise ValueError("a quote that nothing closes")
        said.append(text[at:stop])
        after = text[stop + 1:stop + 2]
        if quoting == "backslash" and stop > at and text[stop - 1] == "\\":
            said[-1] = said[-1][:-1]
            at = stop + 1
        elif after == '"':
            at = stop + 2
        elif quoting == "lenient" and after not in ("", delimiter, "\r", "\n"):
            at = stop + 1
        else:
            return "".join(said), stop + 1
        said.append('"')


def record_at(text, at, line, form, delimiter):
    record = Record(at, at, line, [], [])
    end_of_cell = re.compile("[\r\n" + re.escape(delimiter) + "]|\\Z")
    while True:
        begin = opening = at
        while form.blank_before_quote and text[opening:opening + 1] in (" ", "\t"):
            opening += 1
        if form.quoting != "none" and text.startswith('"', opening):
            said, at = quoted(text, opening + 1, delimiter, form.quoting)
        else:
            at = end_of_cell.search(text, begin).start()
            said = text[begin:at]
        record.raw.append(text[begin:at])
        record.cells.append(said)
        if text.startswith(delimiter, at):
            at += 1
            continue
        ending = LINE_END.match(text, at)
        if not ending and at < len(text):
            raise ValueError("text after a closing quote")
        record.line_end = ending.group() if ending else ""
        record.end = at + len(record.line_end)
        return record


class Table:
    """A file's header, if it has one, its records, and `all` there is besides, in order. A line that
    is no record is one cell."""

    def __init__(self, text, form):
        self.form = form
        self.start = 1 if text.startswith("\ufeff") else 0
        self.text = text
        self.header = None
        self.columns = list(form.columns)
        self.records = []
        self.all = []
        self.read()
        self.index = {record.line: i for i, record in enumerate(self.records)}

    def read(self):
        at, line = self.start, 1
        inside = not self.form.section
        while at < len(self.text):
            ending = LINE_END.match(self.text, at)
            if ending:
                at, line = ending.end(), line + 1
                continue
            awaits_header = inside and not self.columns
            delimiter = (awaits_header and self.form.header_delimiter) or self.form.delimiter
            record = self.record(at, line, delimiter)
            self.all.append(record)
            section = SECTION.match(record.cells[0]) if not any(record.cells[1:]) else None
            if self.form.section and section:
                inside = section.group(1) == self.form.section
            elif awaits_header:
                self.take_header(record)
            elif inside:
                self.records.append(record)
            line += len(LINE_END.findall(self.text, at, record.end))
            at = record.end

    def record(self, at, line, delimiter):
        try:
            return record_at(self.text, at, line, self.form, delimiter)
        except ValueError:
            ending = LINE_END.search(self.text, at)
            end, stop = ending.span() if ending else (len(self.text),) * 2
            cell = self.text[at:end]
            return Record(at, stop, line, [cell], [cell], self.text[end:stop])

    def rewritten(self, change):
        """The text with `change(record, delimiter)` in the place of each record; blank lines stay."""
        text, at = self.text[:self.start], self.start
        for record in self.all:
            is_header = record is self.header
            delimiter = (is_header and self.form.header_delimiter) or self.form.delimiter
            text += self.text[at:record.begin] + change(record, delimiter)
            at = record.end
        return text + self.text[at:]

    def take_header(self, record):
        names = [cell.strip().removeprefix(self.form.header_prefix) for cell in record.cells]
        wanted = {name.lower() for name in self.form.recognise}
        if self.form.preamble and not wanted <= {name.lower() for name in names}:
            return
        self.header, self.columns = record, names
