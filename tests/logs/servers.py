#!/usr/bin/env python3
"""servers.py ORDERTAIL: nginx and Apache, on loopback ports and in a directory that goes away, log the
same requests in several formats; the program, given each format as it stands in the server's
configuration, reads back exactly what was sent. Ends with 77 where neither server is installed."""

import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from urllib.parse import unquote_to_bytes

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "carts"))
from program import Program

TOKEN = b"60c2ccdfe4892f0fa0593940b12c11aa"
MODULES = pathlib.Path("/usr/lib/apache2/modules")
SKIPPED = 77


class Request:
    def __init__(self, target=b"/done?order=1", method=b"GET", referer=b"", agent=b"Mozilla/5.0", cookie=b""):
        self.line = method + b" " + target + b" HTTP/1.1"
        self.method, self.target = method, target
        self.referer, self.agent, self.cookie = referer, agent, cookie

    def raw(self):
        headers = [(b"Host", b"shop.example.com"), (b"Connection", b"close"), (b"Referer", self.referer),
                   (b"User-Agent", self.agent), (b"Cookie", self.cookie)]
        return self.line + b"\r\n" + b"".join(b"%s: %s\r\n" % each for each in headers if each[1]) + b"\r\n"

    @property
    def order(self):
        for pair in self.target.partition(b"?")[2].split(b"&"):
            name, _, value = pair.partition(b"=")
            if name == b"order":
                return unquote_to_bytes(value.replace(b"+", b" "))
        return b""

    @property
    def token(self):
        return TOKEN if b"hubspotutk=" + TOKEN in self.cookie else b""


class Garbage(Request):
    """Not HTTP: the server says 400."""
    def raw(self):
        return b"\x16\x03\x01 \"quoted\" \\ nothing\r\n\r\n"


REQUESTS = [
    Request(cookie=b"basket=7; hubspotutk=" + TOKEN + b"; last=x"),
    Request(b"/done?order=%23A+1%2B&b=%22", b"POST", b"https://shop.example.com/?order=9", b"Agent \"quoted\" \\ and \\\" more"),
    Request(b"/done?order=\"7\"&c='x'", agent=b"\" 200 5 \"-\" \"-\"", cookie=b"a=\"b\"; hubspotutk=" + TOKEN),
    Request("/done?order=\u00fc\u20ac".encode(), referer="https://example.com/\u00e4".encode(), agent="\U0001f6d2 Agent".encode()),
    Request(agent=b"tab\tbell\x07escape\x1b[31m del\x7f end", cookie=b"a=\x01\x1f; hubspotutk=" + TOKEN),
    Request(b"/done?order=" + b"9" * 5000 + b"&x=" + b"%41" * 700),
    Request(agent=b"-", referer=b"", cookie=b"hubspotutk=-"),
    Request(agent=b"\\x22 \\n \\\\", referer=b"x\\"),
    Request(agent=b"not UTF-8: \xe4\xff"),
    Garbage(),
    Request(b"/done?order=last", agent=b""),
]

# Each: how the job says it, the format as configured, and what its columns should be.
NGINX = [
    ("log_format", """log_format f0 '$remote_addr - $remote_user [$time_local] "$request" '
                    '$status $body_bytes_sent "$http_referer" '
                    '"$http_user_agent" "$cookie_hubspotutk"';""",
     {"$request": "line", "$http_referer": "referer", "$http_user_agent": "agent"}),
    ("log_format", """log_format f1 escape=json '{"at":"$time_iso8601","from":"$remote_addr","request":"$request",'
                    '"status":"$status","agent":"$http_user_agent","cookie":"$http_cookie"}';""",
     {"$request": "line", "$http_user_agent": "agent", "$http_cookie": "cookie"}),
    ("log_format", """log_format f2 escape=default '$remote_addr|$msec|$status|$request_method|"$request_uri"|"$http_cookie"|'
                    '"$http_user_agent"';""",
     {"$request_method": "method", "$request_uri": "target", "$http_cookie": "cookie", "$http_user_agent": "agent"}),
    ("log_format", r"""log_format f3  # LTSV; nginx knows variables in any case
                    'time:$Time_Local\thost:$remote_addr\treq:$request\tstatus:$STATUS\tx:$http_x_forwarded_for\t'
                    # and in either quotes
                    "took:$upstream_response_time\tcookie:$http_cookie\tua:$HTTP_User_Agent" ;""",
     {"$request": "line", "$http_cookie": "cookie", "$HTTP_User_Agent": "agent"}),
]
APACHE = [
    ("LogFormat", r'LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" \"%{hubspotutk}C\"" f0',
     {"%r": "line", "%{Referer}i": "referer", "%{User-Agent}i": "agent"}),
    ("LogFormat", r'LogFormat "%v:%p %a %{%F %T %z}t \"%r\" %>s %O \"%{Cookie}i\" \"%{User-Agent}i\"" f1',
     {"%r": "line", "%{Cookie}i": "cookie", "%{User-Agent}i": "agent"}),
    ("LogFormat", r'''LogFormat '%a [%{sec}t] %m "%U%q" %>s "%{User-Agent}i" %{hubspotutk}C' f2''',
     {"%m": "method", "%{User-Agent}i": "agent"}),
    ("LogFormat", r"""logformat "host:%{c}h\tuser:%u\ttime:%t\tfirst:%s\tstatus:%>s\\treq:%r\t\
wait:%^FB\tcookie:%{cookie}i\tua:%{User-agent}i" f3""",
     {"%r": "line", "%{Cookie}i": "cookie", "%{User-agent}i": "agent"}),
]


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def nginx(directory, port):
    formats = "\n".join(format for _, format, _ in NGINX)
    logs = "\n".join(f"access_log {directory}/f{i}.log f{i};" for i in range(len(NGINX)))
    temporary = "\n".join(f"{each}_temp_path {directory}/{each};"
                          for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (directory / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {directory}/nginx.pid; error_log {directory}/error.log;
events {{}}
http {{ {temporary} large_client_header_buffers 4 16k;
{formats}
server {{ listen 127.0.0.1:{port}; {logs} return 200 "thank you"; }} }}
""")
    return ["-e", str(directory / "error.log"), "-p", str(directory), "-c", str(directory / "nginx.conf")]


def apache(directory, port):
    lines = [f"ServerRoot {directory}", "ServerName shop.example.com", f"Listen 127.0.0.1:{port}",
             f"PidFile {directory}/apache.pid", f"ErrorLog {directory}/error.log", f"DocumentRoot {directory}",
             "User nobody", "Group nogroup", "HttpProtocolOptions Unsafe"]
    lines += [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in ("mpm_event", "authz_core", "alias")]
    lines += [f"{format}\nCustomLog {directory}/f{i}.log f{i}" for i, (_, format, _) in enumerate(APACHE)]
    lines += ['RedirectMatch 302 "^/" "https://shop.example.com/thanks"']
    (directory / "apache.conf").write_text("\n".join(lines) + "\n")
    return ["-DFOREGROUND", "-f", str(directory / "apache.conf")]


def until(what, seconds=20):
    """Waits for something that happens in another process."""
    deadline = time.monotonic() + seconds
    while not (result := what()):
        if time.monotonic() > deadline:
            raise AssertionError("the server did not get there in time")
        time.sleep(0.01)
    return result


def connected(port, process):
    if process.poll() is not None:
        raise AssertionError(f"the server ended with {process.returncode}")
    try:
        return socket.create_connection(("127.0.0.1", port), timeout=20)
    except ConnectionRefusedError:
        return None


def ask(request, port, process):
    """The status of the reply."""
    with until(lambda: connected(port, process)) as connection:
        connection.sendall(request.raw())
        reply = b""
        while piece := connection.recv(65536):
            reply += piece
    return int(reply.split()[1])


def lines_of(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def logged(value):
    value = value.strip(b" \t\r\n")
    return b"" if value == b"-" else without_controls(value)


def without_controls(value):
    """As an event's texts are: of ASCII's control characters they keep only tabs and line ends."""
    return bytes(c for c in value if c >= 32 and c != 127 or c in b"\t\r\n")


def meant(request, status, columns):
    """The fields of the event, or why there is none."""
    if not 200 <= status < 400:
        return "skipped"
    fields = {f"c{i}": logged(getattr(request, what)) for i, what in enumerate(columns.values())}
    fields |= {"order": request.order, "utk": request.token}
    try:
        return {key: value.decode() for key, value in fields.items() if value}
    except UnicodeDecodeError:
        return "bad_encoding"


def check(program, directory, i, key, format, columns, statuses):
    source = {"files": f"f{i}.log", key: format, "bots": "",
              "registration": {"email": "constant:ann@example.com",
                               "extra": {f"c{j}": column for j, column in enumerate(columns)} | {"order": "query:order"}}}
    extracted = program.extract(directory, [source])
    found = {event["source"]["line"]: event.get("extra", {}) | {k: event[k] for k in ("utk",) if k in event}
             for event in extracted.events}
    found |= {each["source"]["line"]: each["reject"] for each in extracted.rejects if "reject" in each}
    good = True
    for line, (request, status) in enumerate(zip(REQUESTS, statuses), 1):
        expected = meant(request, status, columns)
        if found.get(line, "skipped") != expected:
            good = False
            print(f"WRONG: {format}\nline {line}, {status}: {expected!r}\nis {found.get(line, 'skipped')!r}\n"
                  + (directory / f"f{i}.log").read_bytes().splitlines()[line - 1][:500].decode(errors="replace"))
    ips = {event.get("ip") for event in extracted.events}
    if ips != {"127.0.0.1"} or not all("occurred_at" in event for event in extracted.events):
        good = False
        print(f"WRONG: {format}\naddresses {ips}\n{extracted.messages[:1000]}")
    return good


def run(program, server, configure, formats, directory):
    directory.mkdir()
    port = free_port()
    command = [server, *configure(directory, port)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env={"PATH": "/usr/bin:/bin"})
    try:
        statuses = [ask(request, port, process) for request in REQUESTS]
        until(lambda: all(lines_of(directory / f"f{i}.log") == len(REQUESTS) for i in range(len(formats))))
    except BaseException:
        process.kill()
        print(process.communicate()[1].decode(errors="replace"))
        if (directory / "error.log").exists():
            print((directory / "error.log").read_text(errors="replace")[-2000:])
        raise
    process.terminate()
    process.communicate(timeout=60)
    good = [check(program, directory, i, *each, statuses) for i, each in enumerate(formats)]
    taken = sum(200 <= status < 400 for status in statuses)
    print(f"{server}: {len(REQUESTS)} requests, {taken} of them taken, in {len(formats)} formats")
    return all(good) and taken >= len(REQUESTS) - 4


def main():
    path = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
    servers = [(shutil.which("nginx", path=path), nginx, NGINX), (shutil.which("apache2", path=path), apache, APACHE)]
    good = True
    with tempfile.TemporaryDirectory() as name:
        home = pathlib.Path(name)
        home.chmod(0o755)  # Apache's workers are nobody's
        program = Program(sys.argv[1], home)
        for server, configure, formats in servers:
            if server is None:
                print(f"SKIPPED: {configure.__name__} is not installed (src/set-up test installs it)")
                continue
            good = run(program, server, configure, formats, home / configure.__name__) and good
    if all(server is None for server, _, _ in servers):
        return SKIPPED
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
