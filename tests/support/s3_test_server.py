#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""An object store on 127.0.0.1 for tests: moto, behind a strict check of signatures, with faults.

    s3_test_server.py serve [--port N] [--bucket NAME]... [--log FILE]
    s3_test_server.py relay --to PORT [--port N]

`serve` needs moto[server,s3]. moto takes any signature; this program refuses what S3 would refuse:
a request that is not signed, or wrongly, whose x-amz-content-sha256 is missing or is not the
body's, with an x-amz- header that was not signed, or dated off by a quarter of an hour. It takes
Google's dialect, too (GOOG4-HMAC-SHA256, x-goog-*), with generations, and refuses to see both in
one request. The one key is testkey, its secret testsecret.

Both print "ready PORT" when they listen; port 0 is any that is free. `relay` passes bytes on and
knows nothing: a test kills it and starts it again, and the objects are still there.

Control, not signed: POST /_test/faults with lines "METHOD PATTERN WHAT COUNT" makes the next COUNT
requests of that method whose path has PATTERN fail. WHAT is a status, with a code after a colon
("503:SlowDown"), `drop` (carried out, then the connection closes without an answer) or `cut`
(closes before anything is done); DELETE takes back all of them. GET /_test/log returns
"METHOD PATH-AND-QUERY" of every request.
"""
import argparse
import datetime
import hashlib
import hmac
import io
import socket
import sys
import threading
from urllib.parse import quote, unquote

KEYS = {"testkey": "testsecret"}
DIALECTS = {
    "AWS4-HMAC-SHA256": ("AWS4", "x-amz-", "s3", "aws4_request"),
    "GOOG4-HMAC-SHA256": ("GOOG4", "x-goog-", "storage", "goog4_request"),
}
MOST_SKEW_SECONDS = 900


class Refused(Exception):
    """A request that S3 would refuse: status, code, details for the log."""


def keyed_hash(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encoded(text):
    return quote(unquote(text), safe="-_.~")


def headers_of(env):
    headers = {name[5:].replace("_", "-").lower(): " ".join(value.split())
               for name, value in env.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if env.get(name):
            headers[name.replace("_", "-").lower()] = env[name]
    return headers


def parse_authorization(text):
    algorithm, _, rest = text.partition(" ")
    if algorithm not in DIALECTS:
        raise Refused(403, "AccessDenied", "no signature")
    try:
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        key, day, region, service, last = parts["Credential"].split("/")
        signed = parts["SignedHeaders"]
        return algorithm, key, day, region, service, last, signed, parts["Signature"]
    except (KeyError, ValueError):
        raise Refused(400, "AuthorizationHeaderMalformed", text) from None


def canonical_request(env, headers, signed, content_hash):
    path, _, query = env["RAW_URI"].partition("?")
    pairs = [(encoded(name), encoded(value))
             for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)]
    lines = "".join(f"{name}:{headers.get(name, '')}\n" for name in signed.split(";"))
    return "\n".join([env["REQUEST_METHOD"], "/".join(encoded(part) for part in path.split("/")),
                      "&".join(f"{name}={value}" for name, value in sorted(pairs)), lines, signed,
                      content_hash])


def check_signature(env, headers, body):
    """Raises Refused unless the request is signed as the store wants it."""
    algorithm, key, day, region, service, last, signed, signature = parse_authorization(
        headers.get("authorization", ""))
    secret_start, prefix, its_service, its_last = DIALECTS[algorithm]
    if key not in KEYS:
        raise Refused(403, "InvalidAccessKeyId", key)
    if (service, last) != (its_service, its_last):
        raise Refused(400, "AuthorizationHeaderMalformed", service)
    content_hash = headers.get(prefix + "content-sha256")
    if not content_hash:
        raise Refused(400, "InvalidRequest", f"no {prefix}content-sha256")
    if content_hash != hashlib.sha256(body).hexdigest():
        raise Refused(400, "XAmzContentSHA256Mismatch", content_hash)
    date = headers.get(prefix + "date", "")
    try:
        then = datetime.datetime.strptime(date, "%Y%m%dT%H%M%S%z")
    except ValueError:
        raise Refused(403, "AccessDenied", f"no {prefix}date") from None
    skew = (datetime.datetime.now(datetime.timezone.utc) - then).total_seconds()
    if abs(skew) > MOST_SKEW_SECONDS or not date.startswith(day):
        raise Refused(403, "RequestTimeTooSkewed", date)
    names = signed.split(";")
    must = [name for name in headers
            if name in ("host", "content-type") or name.startswith(("x-amz-", "x-goog-"))]
    if names != sorted(names) or not set(must) <= set(names):
        raise Refused(403, "AccessDenied", f"signed {signed}, must be {must}")
    canonical = canonical_request(env, headers, signed, content_hash)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    scope = f"{day}/{region}/{service}/{last}"
    derived = (secret_start + KEYS[key]).encode()
    for part in (day, region, service, last):
        derived = keyed_hash(derived, part)
    right = keyed_hash(derived, "\n".join([algorithm, date, scope, digest])).hex()
    if not hmac.compare_digest(right, signature):
        raise Refused(403, "SignatureDoesNotMatch", repr(canonical))


class Faults:
    """What is to go wrong, and what came in."""

    def __init__(self):
        self.lock = threading.Lock()
        self.plan = []
        self.requests = []

    def clear(self):
        with self.lock:
            self.plan = []

    def add(self, text):
        with self.lock:
            for line in text.splitlines():
                method, pattern, what, count = line.split()
                self.plan.append([method, pattern, what, int(count)])

    def next_for(self, method, uri):
        with self.lock:
            self.requests.append(f"{method} {uri}")
            for fault in self.plan:
                if fault[0] == method and fault[1] in uri and fault[3] > 0:
                    fault[3] -= 1
                    return fault[2]
        return None


class Generations:
    """Google counts the versions of an object; moto does not."""

    def __init__(self):
        self.lock = threading.Lock()
        self.count = 1700000000000000
        self.of = {}

    def check(self, path, headers):
        wanted = headers.get("x-goog-if-generation-match")
        if wanted is not None and wanted != str(self.of.get(path, 0)):
            raise Refused(412, "PreconditionFailed", wanted)

    def change(self, method, path):
        if method == "PUT":
            self.count += 1
            self.of[path] = self.count
        elif method == "DELETE":
            self.of.pop(path, None)


class StrictStore:
    """A WSGI application: the checks, then moto."""

    def __init__(self, store, log):
        self.store, self.log = store, log
        self.faults, self.generations = Faults(), Generations()

    def answer(self, start, status, code, body=None):
        text = body if body is not None else (
            f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>as asked</Message></Error>')
        start(f"{status} Answer", [("Content-Type", "application/xml"),
                                   ("Content-Length", str(len(text.encode())))])
        return [text.encode()]

    def control(self, env, start, body):
        if env["PATH_INFO"] == "/_test/log":
            return self.answer(start, 200, "", "\n".join(self.faults.requests) + "\n")
        if env["REQUEST_METHOD"] == "DELETE":
            self.faults.clear()
        else:
            self.faults.add(body.decode())
        return self.answer(start, 200, "", "ok")

    def hang_up(self, env):
        env["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError

    def carry_out(self, env, start, headers):
        """Google's part is done here: conditions before, the generation of the object after."""
        method, path = env["REQUEST_METHOD"], env["PATH_INFO"]
        if not headers["authorization"].startswith("GOOG4"):
            return self.store(env, start)
        if any(name.startswith("x-amz-") for name in headers):
            raise Refused(400, "ExcessHeaderValues", "both x-amz and x-goog")
        with self.generations.lock:
            self.generations.check(path, headers)
            self.generations.change(method, path)
            version = self.generations.of.get(path)
        # moto finds its service in the scope of a signature.
        env["HTTP_AUTHORIZATION"] = ("AWS4-HMAC-SHA256 Credential=testkey/20260101/us-east-1/s3/"
                                     "aws4_request, SignedHeaders=host, Signature=0")
        more = [("x-goog-generation", str(version))] if version else []
        return self.store(env, lambda status, fields, *rest: start(status, fields + more, *rest))

    def __call__(self, env, start):
        length = int(env.get("CONTENT_LENGTH") or 0)
        body = env["wsgi.input"].read(length) if length else b""
        env["wsgi.input"] = io.BytesIO(body)
        if env["PATH_INFO"].startswith("/_test/"):
            return self.control(env, start, body)
        method, uri, headers = env["REQUEST_METHOD"], env["RAW_URI"], headers_of(env)
        fault = self.faults.next_for(method, uri)
        try:
            check_signature(env, headers, body)
            if fault == "cut":
                self.hang_up(env)
            if fault == "drop":
                list(self.carry_out(env, lambda *a, **k: None, headers))
                self.hang_up(env)
            if fault:
                status, _, code = fault.partition(":")
                raise Refused(int(status), code or "InternalError", "as asked")
            return self.carry_out(env, start, headers)
        except Refused as refused:
            status, code, details = refused.args
            if self.log:
                print(method, uri, status, code, details, file=self.log, flush=True)
            return self.answer(start, status, code, "" if method == "HEAD" else None)


def serve(arguments):
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Handler(WSGIRequestHandler):
        def log_request(self, *_, **__):
            pass

    for name in arguments.bucket:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(name, "us-east-1")
    store = StrictStore(DomainDispatcherApplication(create_backend_app), arguments.log)
    server = make_server("127.0.0.1", arguments.port, store, threaded=True, request_handler=Handler)
    print(f"ready {server.server_port}", flush=True)
    server.serve_forever()


def relay(arguments):
    def copy(source, target):
        try:
            while data := source.recv(1 << 16):
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    listener = socket.create_server(("127.0.0.1", arguments.port))
    print(f"ready {listener.getsockname()[1]}", flush=True)
    while True:
        here, _ = listener.accept()
        there = socket.create_connection(("127.0.0.1", arguments.to))
        for ends in ((here, there), (there, here)):
            threading.Thread(target=copy, args=ends, daemon=True).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    serving = commands.add_parser("serve")
    serving.add_argument("--port", type=int, default=0)
    serving.add_argument("--bucket", action="append", default=[])
    serving.add_argument("--log", type=argparse.FileType("w"))
    serving.set_defaults(run=serve)
    relaying = commands.add_parser("relay")
    relaying.add_argument("--port", type=int, default=0)
    relaying.add_argument("--to", type=int, required=True)
    relaying.set_defaults(run=relay)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
