"""How servers write their access logs, told a second time: by tables and readers that share nothing
with the program or its patterns but the servers' documentation."""

import json
import re
from datetime import datetime, timedelta, timezone

TOKEN = rb"[0-9a-f]{32}"


# --- Escapes: what a server makes of bytes that would break its line, and back.

def apache_escape(value):
    named = {0x22: b'\\"', 0x5C: b"\\\\", 0x0A: b"\\n", 0x09: b"\\t", 0x0D: b"\\r", 0x08: b"\\b",
             0x0C: b"\\f", 0x0B: b"\\v"}
    return b"".join(named.get(c) or (bytes([c]) if 0x20 <= c < 0x7F else b"\\x%02x" % c)
                    for c in value)


def nginx_escape(value):
    return b"".join(b"\\x%02X" % c if c in b'"\\' or c < 0x20 or c > 0x7E else bytes([c])
                    for c in value)


def haproxy_escape(value):
    return b"".join(b"#%02X" % c if c in b'"#{|}' or c < 0x20 or c > 0x7E else bytes([c])
                    for c in value)


def no_escape(value):
    return value


LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v", b'"': b'"',
           b"\\": b"\\", b"/": b"/"}


def backslash_unescape(value):
    def meant(found):
        code = found[1]
        if len(code) == 3:
            return bytes([int(code[1:], 16)])
        return LETTERS.get(code, b"\\" + code)
    return re.sub(rb"\\(x[0-9A-Fa-f]{2}|(?s:.))", meant, value)


def hash_unescape(value):
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), value)


# --- Times as the formats write them, and back: (seconds since 1970) or None.

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def clf_time(when):
    return f"{when:%d}/{MONTHS[when.month - 1]}/{when:%Y:%H:%M:%S} +0000".encode()


def clf_read(text):
    found = re.fullmatch(rb"(\d\d?)/([A-Z][a-z]{2})/(\d{4}):(\d\d?):(\d\d?):(\d\d?) +([+-])(\d\d):?(\d\d)",
                         text)
    if not found or found[2].decode() not in MONTHS:
        return None
    day, month, year = int(found[1]), MONTHS.index(found[2].decode()) + 1, int(found[3])
    offset = timedelta(hours=int(found[8]), minutes=int(found[9]))
    try:
        local = datetime(year, month, day, int(found[4]), int(found[5]), int(found[6]), tzinfo=timezone.utc)
    except ValueError:
        return None
    return local - offset if found[7] == b"+" else local + offset


# --- Formats that are literals with fields between.

class Cut:
    """FIELDS: (name, kind, the literal behind). A plain field ends at the first byte of the literal, a
    loose one where all of it stands, a quoted one at the first quote that is not escaped."""

    def __init__(self, pattern, fields, escape, before=b"", quote=rb'(?:[^"\\]|\\(?s:.))*', unescape=None,
                 time="%t"):
        self.pattern, self.fields, self.escape, self.before = pattern, fields, escape, before
        self.quote = re.compile(quote)
        self.unescape = unescape
        self.time = time
        self.columns = [name for name, _, _ in fields]

    def write(self, values):
        return self.before + b"".join(self.escape(values[name]) + after for name, _, after in self.fields)

    def read(self, line):
        if not line.startswith(self.before):
            return None
        at, values = len(self.before), {}
        for name, kind, after in self.fields:
            if kind == "quoted":
                end = self.quote.match(line, at).end()
            elif kind == "loose":
                end = line.find(after, at) if after else len(line)
            elif after:
                end = line.find(after[:1], at)
            else:
                end = len(line) if b" " not in line[at:] else -1
            if end < 0 or line[end:end + len(after)] != after:
                return None
            values[name] = self.unescape(line[at:end]) if self.unescape else line[at:end]
            at = end + len(after)
        return values if at == len(line) else None


def apache(pattern, tail, head=()):
    fields = [*head, ("%h", "plain", b" "), ("%l", "loose", b" "), ("%u", "loose", b" ["), ("%t", "plain", b'] "'),
              ("%r", "quoted", b'" '), ("%s", "plain", b" "), *tail]
    return Cut(pattern, fields, apache_escape, unescape=backslash_unescape)


COMBINED = [("%b", "plain", b' "'), ("%{Referer}i", "quoted", b'" "')]

NGINX = [("$remote_addr", "plain", b" - "), ("$remote_user", "loose", b" ["), ("$time_local", "plain", b'] "'),
         ("$request", "quoted", b'" '), ("$status", "plain", b" "), ("$body_bytes_sent", "plain", b' "'),
         ("$http_referer", "quoted", b'" "')]

ELB = [("elb", "plain", b" "), ("client", "plain", b" "), ("backend", "plain", b" "), ("request_time", "plain", b" "),
       ("backend_time", "plain", b" "), ("response_time", "plain", b" "), ("status", "plain", b" "),
       ("backend_status", "plain", b" "), ("received", "plain", b" "), ("sent", "plain", b' "'),
       ("request", "quoted", b'" "'), ("user_agent", "quoted", b'" ')]
ALB = [("target" if name == "backend" else "target_time" if name == "backend_time"
        else "target_status" if name == "backend_status" else name, kind, after) for name, kind, after in ELB]

HAPROXY = [("syslog", "loose", b" haproxy["), ("pid", "plain", b"]: "), ("client", "plain", b" ["),
           ("time", "plain", b"] "), ("frontend", "plain", b" "), ("backend", "plain", b"/"),
           ("server", "plain", b" "), ("timers", "plain", b" "), ("status", "plain", b" "), ("bytes", "plain", b" "),
           ("request_cookie", "plain", b" "), ("response_cookie", "plain", b" "), ("termination", "plain", b" "),
           ("connections", "plain", b" "), ("queues", "plain", b" "), ("captured", "loose", b'"'),
           ("request", "quoted", b'"')]



class HAProxy(Cut):
    """Whose captured headers, {A|B}, are escaped each by itself, and read as they are written but for
    what would pass for a divider."""

    def write(self, values):
        captured = [self.escape(header) for header in values["captured"]]
        whole = b"{" + b"|".join(captured) + b"} " if captured else b""
        values["captured"] = self.unescape(whole)
        at = [name for name, _, _ in self.fields].index("captured")
        return (b"".join(self.escape(values[name]) + after for name, _, after in self.fields[:at]) + whole
                + b"".join(after if name == "captured" else self.escape(values[name]) + after
                           for name, _, after in self.fields[at:]))


def haproxy_unescape(value):
    if not value.startswith(b"{"):
        return hash_unescape(value)
    return re.sub(rb"#([0-9A-Fa-f]{2})",
                  lambda found: found[0] if found[1] in (b"7B", b"7C", b"7D") else bytes([int(found[1], 16)]), value)


TRAEFIK = [("client", "plain", b" - "), ("user", "loose", b" ["), ("time", "plain", b'] "'),
           ("request", "quoted", b'" '), ("status", "plain", b" "), ("bytes", "plain", b' "'),
           ("referer", "quoted", b'" "'), ("user_agent", "quoted", b'" '), ("count", "plain", b' "'),
           ("router", "quoted", b'" "'), ("service", "quoted", b'" '), ("duration", "plain", b"")]


# --- Tables that name their columns.

class Table:
    def __init__(self, pattern, columns, needed, separator, escape):
        self.pattern, self.columns, self.needed = pattern, columns, needed
        self.separator, self.escape = separator, escape
        self.named = None
        self.time = ("date", "time")

    def naming_line(self, random):
        others = [name for name in self.columns if name not in self.needed + ["date", "time"]]
        named = self.needed + ["date", "time"] + random.sample(others, random.randrange(len(others)))
        random.shuffle(named)
        return b"#Fields: " + " ".join(named).encode()

    def write(self, values):
        return self.separator.join(self.escape(values[name]) or b"-" for name in self.named)

    def read(self, line):
        values = line.split(self.separator)
        if self.named is None or len(values) != len(self.named):
            return None
        return dict.fromkeys(self.columns, b"") | dict(zip(self.named, values))


def iis_escape(value):
    return b"".join(b"+" if c in b" " else b"%%%02X" % c if c < 0x21 or c > 0x7E else bytes([c]) for c in value)


def cloudfront_escape(value):
    return b"".join(b"%%%02X" % c if c <= 0x20 or c >= 0x7F or c in b'<>"#%{}|\\^~[]`' else bytes([c]) for c in value)


IIS_COLUMNS = ["date", "time", "s-ip", "cs-method", "cs-uri-stem", "cs-uri-query", "s-port", "cs-username", "c-ip",
               "cs(User-Agent)", "cs(Cookie)", "cs(Referer)", "sc-status", "sc-substatus", "time-taken"]
CLOUDFRONT_COLUMNS = ["date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem",
                      "sc-status", "cs(Referer)", "cs(User-Agent)", "cs-uri-query", "cs(Cookie)", "x-edge-result-type"]


# --- JSON.

class Json:
    def __init__(self, pattern, columns, needed, time, read_time):
        self.pattern, self.columns, self.needed = pattern, columns, needed
        self.time, self.read_time = time, read_time

    def write(self, values):
        line = {"level": "info", "depth": [[{"a": None}]], "flag": True}
        for name, value in values.items():
            at = line
            *parts, last = name.split(".")
            for part in parts:
                at = at.setdefault(part, {})
            text = value.decode(errors="replace")
            at[last] = (int(text) if name in ("status", "DownstreamStatus") and text.isdigit()
                        else float(text) if name == "ts"
                        else [text] if "headers" in parts else text)
        return json.dumps(line, ensure_ascii=len(line["level"]) % 2 == 0).encode()

    def read(self, line):
        def refuse(constant):
            raise ValueError(constant)
        try:
            parsed = json.loads(line.decode(), parse_float=str, parse_int=lambda text: str(int(text)),
                                parse_constant=refuse)
            json.dumps(parsed, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return None
        if not isinstance(parsed, dict):
            return None
        values = {}
        for name in self.columns:
            at = parsed
            for part in name.split("."):
                at = at.get(part) if isinstance(at, dict) else None
            values[name] = self.text(at)
        return values if all(self.has(parsed, name) for name in self.needed) else None

    @staticmethod
    def has(parsed, name):
        at = parsed
        for part in name.split("."):
            if not isinstance(at, dict) or part not in at:
                return False
            at = at[part]
        return not isinstance(at, dict) and at != []

    @staticmethod
    def text(value):
        if isinstance(value, bool):
            return b"true" if value else b"false"
        if isinstance(value, list):
            return "; ".join(each for each in value if isinstance(each, str)).encode()
        return value.encode() if isinstance(value, str) else b""


FORMATS = [
    apache("apache-common", [("%b", "plain", b"")]),
    apache("apache-combined", [*COMBINED, ("%{User-Agent}i", "quoted", b'"')]),
    apache("apache-combined-utk", [*COMBINED, ("%{User-Agent}i", "quoted", b'" "'),
                                   ("%{hubspotutk}C", "quoted", b'"')]),
    apache("apache-vhost-combined", [("%O", "plain", b' "'), COMBINED[1], ("%{User-Agent}i", "quoted", b'"')],
           [("%v", "plain", b":"), ("%p", "plain", b" ")]),
    apache("apache-combinedio", [*COMBINED, ("%{User-Agent}i", "quoted", b'" '), ("%I", "plain", b" "),
                                 ("%O", "plain", b"")]),
    Cut("nginx-combined", [*NGINX, ("$http_user_agent", "quoted", b'"')], nginx_escape,
        unescape=backslash_unescape, time="$time_local"),
    Cut("nginx-combined-utk", [*NGINX, ("$http_user_agent", "quoted", b'" "'),
                               ("$cookie_hubspotutk", "quoted", b'"')], nginx_escape,
        unescape=backslash_unescape, time="$time_local"),
    Cut("elb", [("time", "plain", b" "), *ELB, ("ssl_cipher", "plain", b" "), ("ssl_protocol", "plain", b"")],
        nginx_escape, unescape=backslash_unescape, time="time"),
    Cut("alb", [("type", "plain", b" "), ("time", "plain", b" "), *ALB, ("rest", "loose", b"")],
        nginx_escape, unescape=backslash_unescape, time="time"),
    HAProxy("haproxy-http", HAPROXY, haproxy_escape, quote=rb'[^"]*', unescape=haproxy_unescape, time="time"),
    Cut("traefik-clf", TRAEFIK, no_escape, quote=rb'[^"]*', time="time"),
    Table("iis-w3c", IIS_COLUMNS, ["cs-uri-stem", "sc-status"], b" ", iis_escape),
    Table("cloudfront", CLOUDFRONT_COLUMNS, ["cs-uri-stem", "sc-status"], b"\t", cloudfront_escape),
    Json("traefik-json", ["ClientHost", "RequestMethod", "RequestPath", "DownstreamStatus", "StartUTC",
                          "request_Cookie", "request_Referer", "request_User-Agent"],
         ["RequestPath", "DownstreamStatus"], "StartUTC", "iso"),
    Json("caddy-json", ["ts", "status", "request.remote_ip", "request.method", "request.uri",
                        "request.headers.Cookie", "request.headers.Referer", "request.headers.User-Agent"],
         ["request.uri", "status"], "ts", "epoch"),
]
