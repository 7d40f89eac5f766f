#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Looks at a report in a real browser: report_in_browser.py ATHANOR EXAMPLES [--keep FOLDER]

Runs a small campaign with failures and odd names, makes its report, and opens it in headless
Chromium at the width of a desk and of a phone, in light and in dark, without scripts. Checks what
the page says, that nothing is fetched, that nothing is wider than the screen, and by pixels that
it is drawn, figure by figure, in the colours asked for. Exit code 77 where there is no browser.
"""
import argparse
import base64
import json
import os
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SKIPPED = 77
DEADLINE_SECONDS = 60
SCALE = 0.5  # of the pictures that are looked into, for Python reads them slowly
SCREENS = (("desk", 1200, 900), ("phone", 390, 844))


class Browser:
    """Chromium, spoken to in its DevTools protocol over two pipes: JSON, each ended by a zero."""

    def __init__(self, program, profile):
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()
        # Through a shell, which puts the pipes where the browser looks for them.
        command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-dev-shm-usage", "--disable-background-networking",
                   "--disable-component-update", "--hide-scrollbars", "--no-proxy-server",
                   f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "browser", *command],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.events, self.rest, self.number = [], b"", 0
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]

    def receive(self):
        end = time.monotonic() + DEADLINE_SECONDS
        while b"\0" not in self.rest:
            if not select.select([self.read_end], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError("the browser does not answer")
            piece = os.read(self.read_end, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has ended")
            self.rest += piece
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, event):
        while not any(e.get("method") == event for e in self.events):
            self.events.append(self.receive())

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return result["result"].get("value")

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
            self.process.wait(DEADLINE_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()


def pixels_of(png):
    """Width, height and rows of RGB bytes of a PNG with 8 bits a channel, as Chromium makes it."""
    at, data = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and colour in (2, 6), "another kind of PNG"
            channels = 3 if colour == 2 else 4
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    raw, stride = zlib.decompress(data), width * channels
    before, rows = bytearray(stride), []
    for y in range(height):
        start = y * (stride + 1)
        row = unfiltered(raw[start], bytearray(raw[start + 1:start + 1 + stride]), before, channels)
        rows.append(row)
        before = row
    return width, height, channels, rows


def unfiltered(kind, row, before, channels):
    """One row of a PNG, RFC 2083 section 6."""
    if kind == 2:
        return bytearray((a + b) & 255 for a, b in zip(row, before))
    if kind in (1, 3, 4):
        for i in range(len(row)):
            left = row[i - channels] if i >= channels else 0
            up = before[i]
            if kind == 1:
                guess = left
            elif kind == 3:
                guess = (left + up) // 2
            else:
                corner = before[i - channels] if i >= channels else 0
                p = left + up - corner
                nearest = min((abs(p - left), 0), (abs(p - up), 1), (abs(p - corner), 2))[1]
                guess = (left, up, corner)[nearest]
            row[i] = (row[i] + guess) & 255
    return row


def colours_in(picture, box=None):
    """How often each colour stands in a picture, or in (x, y, width, height) of it."""
    width, height, channels, rows = picture
    x, y, w, h = (int(v) for v in box) if box else (0, 0, width, height)
    counts = {}
    for row in rows[y:y + h]:
        for i in range(x * channels, min(x + w, width) * channels, channels):
            colour = bytes(row[i:i + 3])
            counts[colour] = counts.get(colour, 0) + 1
    return counts


def make_campaign(folder, athanor, examples):
    """Noble gases with logs, one frame that is no good and one whose energy drifts away, both with
    names that HTML could trip over. Returns what `athanor report` says."""
    text = (examples / "noble_gases.extxyz").read_text()
    bad = '2\nProperties=species:S:1:pos:R:3 name="<script>alert(1)</script>"\nAr 0 0 0\nAr 0 0\n'
    name = '"<b>bold</b> & \\"quoted\\""'
    close = f'2\nProperties=species:S:1:pos:R:3 pbc="F F F" name={name}\nAr 0 0 0\nAr 0.4 0 0\n'
    (folder / "input.extxyz").write_text(text + bad + close)
    campaign = json.loads((examples / "relax_then_md.json").read_text())
    campaign["input"]["path"] = "input.extxyz"
    for name, sink in campaign["sinks"].items():
        sink["url"] = f"out/{name}.zarr"
    campaign["quarantine"] = "out/quarantine.extxyz"
    campaign["metrics"] = {"path": "out/metrics.json", "interval_seconds": 0.02}
    for stage, frequency in zip(campaign["pipeline"], (5, 25)):
        stage["hooks"].append({"type": "logging", "path": "out/{stage}.csv",
                               "frequency": frequency})
    campaign["pipeline"][0]["hooks"].append(
        {"type": "energy_drift_monitor", "threshold": 50.0, "metric": "absolute",
         "action": "raise", "include_kinetic": False})
    (folder / "noble_gases.json").write_text(json.dumps(campaign, indent=2))
    run = subprocess.run([athanor, "run", "noble_gases.json", "--progress", "none"], cwd=folder,
                         capture_output=True, text=True)
    assert run.returncode == 5, run.stderr  # some are in quarantine
    made = subprocess.run([athanor, "report", "noble_gases.json"], cwd=folder,
                          capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return made.stdout


def check_text(browser, said):
    text = browser.evaluate("document.body.innerText")
    verdict = said.splitlines()[0]
    assert verdict in text, (verdict, text[:400])
    assert "87 samples: 85 finished, 2 failed" in verdict, verdict
    for heading in ("What became of the samples", "Convergence, energies and forces", "Over time",
                    "Where the time went", "Quarantine", "Settings and versions"):
        assert heading in text, heading
    assert "<script>alert(1)</script>" in text  # shown, not run
    assert '<b>bold</b> & "quoted"' in text
    assert "What is missing" not in text, text
    assert browser.evaluate("document.scripts.length") == 0
    titles = browser.evaluate("[...document.querySelectorAll('figcaption')].map(e=>e.innerText)")
    for title in ("Steps to converge in relax", "Largest force in relax", "Temperature in md",
                  "Samples in the batch", "Throughput", "What relax did", "What md did"):
        assert title in titles, (title, titles)
    for label in ("largest force [eV/Å]", "energy change [meV/atom]", "temperature [K]",
                  "time since the start [s]", "share of the time [%]"):
        assert label in text or browser.evaluate(
            f"document.documentElement.textContent.includes({json.dumps(label)})"), label


def check_layout(browser, name, width):
    """Nothing is wider than the screen but what scrolls in a box of its own."""
    seen = browser.evaluate("document.documentElement.scrollWidth")
    assert seen <= width, f"{name}: {seen} pixels wide on a screen of {width}"
    small = browser.evaluate(
        "Math.min(...[...document.querySelectorAll('svg text')].map(e => {"
        "const box = e.closest('svg').getBoundingClientRect();"
        "return parseFloat(getComputedStyle(e).fontSize) * box.width / 440;}))")
    assert small >= 8.5, f"{name}: text of {small:.1f} pixels in a figure"


def check_pixels(browser, picture, dark):
    counts = colours_in(picture)
    back, count = max(counts.items(), key=lambda item: item[1])
    assert count > 0.3 * picture[0] * picture[1], "no clear background"
    assert (max(back) < 64) if dark else (min(back) > 230), (back, dark)
    assert len(counts) > 100, "hardly anything is drawn"
    boxes = browser.evaluate(
        "[...document.querySelectorAll('figure svg')].map(e => {"
        "const b = e.getBoundingClientRect();"
        "return [b.x + scrollX, b.y + scrollY, b.width, b.height];})")
    assert len(boxes) >= 9, f"{len(boxes)} figures"
    for number, box in enumerate(boxes):
        inside = colours_in(picture, [SCALE * v for v in box])
        drawn = sum(n for colour, n in inside.items() if max(colour) - min(colour) > 60)
        assert drawn > 50, f"figure {number} shows {drawn} coloured pixels"


def picture_of(browser, width, scale):
    """The page from top to bottom as PNG."""
    height = browser.evaluate("document.documentElement.scrollHeight")
    shot = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                        clip={"x": 0, "y": 0, "width": width, "height": height, "scale": scale})
    return base64.b64decode(shot["data"])


def look(browser, page, said, keep):
    browser.call("Network.enable")
    browser.call("Page.enable")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    for name, width, height in SCREENS:
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=1, mobile=name == "phone")
        for scheme in ("light", "dark"):
            browser.call("Emulation.setEmulatedMedia",
                         features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.events.clear()
            browser.call("Page.navigate", url=page.as_uri())
            browser.wait_for("Page.loadEventFired")
            check_layout(browser, name, width)
            if keep:
                (keep / f"{name}-{scheme}.png").write_bytes(picture_of(browser, width, 1.0))
            picture = pixels_of(picture_of(browser, width, SCALE))
            check_pixels(browser, picture, scheme == "dark")
            asked = [e["params"]["request"]["url"] for e in browser.events
                     if e.get("method") == "Network.requestWillBeSent"]
            others = [url for url in asked if url != page.as_uri() and not url.startswith("data:")]
            assert page.as_uri() in asked and not others, others
    check_text(browser, said)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("athanor", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--keep", type=Path, help="folder for the report and the pictures")
    arguments = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print("SKIPPED: there is no browser (Debian: apt-get install chromium)")
        return SKIPPED
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place)
        said = make_campaign(folder, arguments.athanor.resolve(), arguments.examples.resolve())
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
            shutil.copy(folder / "report.html", arguments.keep)
        browser = Browser(program, folder / "profile")
        try:
            look(browser, folder / "report.html", said, arguments.keep)
        finally:
            browser.close()
    print("the report is as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
