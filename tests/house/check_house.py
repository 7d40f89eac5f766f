#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Checks that the sources keep the rules of the house (docs/architecture.md, "House rules").

    check_house.py [--root DIR] [--layers FILE] [--report] [--no-warnings]

Reads text only: plain Python 3, no packages, no compiler. Every exception stands in a table below,
with its reason. Exit code 0 when no rule is broken (warnings do not count), 1 otherwise.
"""
import argparse
import fnmatch
import os
import re
import sys
from collections import namedtuple
from pathlib import Path

# --- tables: what is allowed where, and why ------------------------------------------------------

TOP_FOLDERS = ("runtime", "kernels", "comm", "sinks", "stages", "launch", "tests", "bench", "docs",
               "cmake", ".ci")
SKIPPED = {
    "tests/data/*": "reference data with the scripts that made it, kept as it came",
}
LONG_LINES_IN = {
    "tests/support/check_store.py": "a tool shared with others, kept as it came",
    "tests/support/test_check_store.py": "a tool shared with others, kept as it came",
}
# Includes that the layer table forbids, path pattern -> (included prefix, reason).
EXTRA_INCLUDES = {
    "tests/support/*": ("", "builders for the tests of every layer"),
    "tests/physics/*": ("", "what all dynamics have in common, no layer of its own"),
    "tests/device/*": ("", "the tests of every layer that run on a device, in one program"),
    "tests/fuzz/*": ("", "any bytes to whatever reads bytes, in every layer"),
    "bench/peers/*": ("", "whole runs beside other programs"),
    "docs/examples/*": ("", "programs as users write them"),
    "tests/install/project/*": ("", "a program as users write them"),
}
# Several public types in one header: path -> reason. (Up to three plain structs may always sit with
# a class or with functions: options, what they take, what they give. A struct is plain when it has
# no operator(), no virtual and no private part.)
FAMILIES = {
    "runtime/error.hpp": "the exception tree, each branch one line and an exit code",
    "runtime/channel.hpp": "the two halves of one edge",
    "runtime/device_queue.hpp": "a queue and the two things that it hands out",
    "comm/transport.hpp": "the two halves of one edge",
    "comm/credit_channel.hpp": "the two halves of one edge",
    "kernels/barostat_functor.hpp": "the two halves of one step",
    "kernels/demo_functor.hpp": "the two halves of one step",
    "kernels/fire2_functor.hpp": "the loops of one step over components",
    "kernels/langevin_functor.hpp": "the letters of one step",
    "kernels/sum_terms.hpp": "what each kind of sum adds up, a line or two each",
    "kernels/velocity_verlet_functor.hpp": "the two halves of one step",
    "stages/pipeline_spec.hpp": "the parts of one description, plain data",
    "sinks/codecs.hpp": "one line of settings per codec of the format",
    "launch/config.hpp": "the parts of one description, plain data",
}
MOST_PLAIN_STRUCTS = 3
MPI_IN = {
    "comm/mpi_*": "the layer's only files that know MPI",
    "tests/*mpi*": "tests over several ranks",
    "bench/*mpi*": "channels between ranks",
}
CUDA_IN = {
    "*.cu": "device code",
    "*.cuh": "device code",
    "runtime/cuda_*": "owners of what CUDA hands out, and the check of its calls",
    "kernels/device/cuda_*": "a queue on a CUDA device; *_absent.cpp stands in without CUDA",
    "tests/runtime/cuda_*": "their tests",
    "tests/device/device_main.cpp": "asks for the versions of driver and runtime",
    "comm/nccl_*": "the transport over NCCL",
    "tests/comm/nccl_*": "its tests",
    "tests/comm/doubles/*": "stand-ins for the libraries themselves",
    "launch/device_info.cpp": "looks for a device; device_absent.cpp stands in without CUDA",
    "*/nvtx_range*": "ranges in NVIDIA's tools; nvtx_absent.cpp stands in without CUDA",
}
JSON_IN = {
    "launch/*": "the configuration and --json output",
    "sinks/zarr*": "metadata of a store",
    "tests/*": "golden data and expected documents",
    "bench/*": "golden inputs",
}
RAW_NEW_IN = {
    "comm/mpi_transport.cpp": "slots that MPI may still read are given up on purpose",
    "runtime/batch.cpp": "move assignment builds the batch anew in its place",
    "tests/support/mpi_main.cpp": "googletest takes and gives listeners as plain pointers",
}
PREPROCESSOR_IN = {
    "runtime/host_device.hpp": "asks which compiler runs",
    "kernels/device/kernel_definition.cuh": "asks which compiler runs, for .cu files",
    "kernels/parallel_for.hpp": "the one launcher of host threads, with and without OpenMP",
}
RANDOM_IN = {
    "runtime/random.*": "the one source of random numbers, with the list of purposes",
    "tests/*": "randomly drawn test cases and published check values",
    "bench/*": "made-up inputs",
}
LIMITS = {"header": 250, "source": 350, "test": 500, "function": 40, "parameters": 5, "column": 100}
# Sources whose tests stand elsewhere, path -> reason.
TESTED_ELSEWHERE = {
    "launch/main.cpp": "tests/launch runs the program",
    "launch/commands/*": "tests/launch runs the program",
    "launch/report/*": "tests/launch/report_*: its parts, the command, and a look by a browser",
    "launch/doctor/check_*": "tests/launch/doctor runs the program",
    "launch/reference/*": "tests/launch/reference looks at what they write together",
    "*_absent.cpp": "what a build lacks; nothing to test but that it says so",
}

CODE = (".hpp", ".cpp", ".cu", ".cuh")
SCRIPTS = (".py", ".sh")
Finding = namedtuple("Finding", "level rule path line message")
Function = namedtuple("Function", "path line name lines parameters")
Type = namedtuple("Type", "keyword name line")


def matches(path, table):
    """True when `path` is in a table whose keys are paths or patterns."""
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in table)


def is_code(path):
    return path.endswith(CODE)


def folder_of(path):
    return path.rpartition("/")[0]


def layer_of(path):
    """The layer that a file belongs to: its own, or the one that it tests or measures."""
    parts = path.split("/")
    return parts[1] if parts[0] in ("tests", "bench") and len(parts) > 2 else parts[0]


def without_comments(text, keep_strings=False):
    """The same text with comments (and what stands in strings) blanked; lines stay in place."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\((?:.*?)\)\1"|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)

    def blank(match):
        found = match.group(0)
        if found[0] == "/":
            return re.sub(r"[^\n]", " ", found)
        if keep_strings:
            return found
        return found[0] + re.sub(r"[^\n]", " ", found[1:-1]) + found[-1]

    return pattern.sub(blank, text)


class Tree:
    """The files of the project as text, so that the self-test can make one up."""

    def __init__(self, files, layers):
        self.files = {p: t for p, t in files.items() if not matches(p, SKIPPED)}
        self.layers = layers  # layer -> layers whose headers it may include
        self.plain = {p: without_comments(t) for p, t in self.files.items() if is_code(p)}

    def code(self, *endings):
        return [p for p in sorted(self.plain) if p.endswith(endings or CODE)]


def read_layers(text):
    """The table that CMake writes: `stages: runtime;kernels` per line."""
    layers = {}
    for line in text.splitlines():
        name, colon, rest = line.partition(":")
        if colon:
            layers[name.strip()] = [d for d in re.split(r"[;\s]+", rest.strip()) if d]
    return layers


def read_tree(root, layers):
    files = {}
    for top in TOP_FOLDERS:
        for folder, names, found in os.walk(root / top):
            names[:] = [n for n in names if n != "__pycache__"]
            for name in found:
                path = Path(folder, name).relative_to(root).as_posix()
                if matches(path, SKIPPED):
                    continue
                if name.endswith(CODE + SCRIPTS + (".md", ".cmake", ".txt")) or top == ".ci":
                    files[path] = (root / path).read_text(encoding="utf-8")
                else:
                    files[path] = ""
    for name in ("CMakeLists.txt", "README.md", "CHANGELOG.md"):
        if (root / name).exists():
            files[name] = (root / name).read_text(encoding="utf-8")
    return Tree(files, layers)


# --- reading C++ ---------------------------------------------------------------------------------

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)
SCOPE = re.compile(
    r"(?P<space>\bnamespace\b(?P<space_name>[\w:\s]*)\{)"
    r"|(?P<enum>\benum\b[^;{}()]*\{)"
    r"|(?P<type>\b(?P<keyword>class|struct|union)\s+(?:\[\[[^\]]*\]\]\s*)?(?:alignas\([^)]*\)\s*)?"
    r"(?P<name>[A-Za-z_][\w:]*)\s*(?P<special><[^;{}]*>)?\s*(?:final\s*)?(?::[^;{}()]*)?\{)"
    r"|(?P<open>\{)|(?P<close>\})|(?P<end>;)")


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def includes_of(tree, path):
    plain = without_comments(tree.files[path], keep_strings=True)
    return [(line_of(plain, m.start()), m.group(1), m.group(2)) for m in INCLUDE.finditer(plain)]


def parameter_count(arguments):
    """Parameters between the parentheses of a declaration, templates and defaults respected."""
    depth, count = 0, 1
    for c in arguments:
        depth += c in "(<{["
        depth -= c in ")>}]"
        count += c == "," and depth == 0
    return count if arguments.strip() not in ("", "void") else 0


def signature(head):
    """(name, parameters) of the function whose body follows `head`, or None."""
    head = re.sub(r"(?m)^[ \t]*#.*$", "", head)
    head = re.sub(r"\btemplate\s*<", "<", head).strip()
    match = re.search(r"([~\w:]+|operator\s*\S+?)\s*\(", head)
    if not match or match.group(1) in ("if", "for", "while", "switch", "catch", "return"):
        return None
    depth, at = 1, match.end()
    while at < len(head) and depth:
        depth += (head[at] == "(") - (head[at] == ")")
        at += 1
    return match.group(1), parameter_count(head[match.end():at - 1])


def scan(path, plain):
    """Public types at namespace level, and functions with a body, of one file."""
    code = re.sub(r"(?m)^[ \t]*#.*(?:\\\n.*)*$", lambda m: re.sub(r"[^\n]", " ", m.group(0)), plain)
    types, functions, stack, begin = [], [], [], 0
    for m in SCOPE.finditer(code):
        if m.group("space"):
            name = m.group("space_name").strip()
            stack.append(("hidden" if name.split("::")[-1] in ("", "detail", "test") else "space",
                          None))
        elif m.group("enum"):
            stack.append(("block", None))
        elif m.group("type"):
            if all(kind == "space" for kind, _ in stack):
                if "::" not in m.group("name") and not m.group("special"):
                    found = Type(m.group("keyword"), m.group("name"), line_of(code, m.start()))
                    stack.append(("type", (found, m.end())))
                    begin = m.end()
                    continue
            inside = all(kind != "block" for kind, _ in stack)
            stack.append(("type" if inside else "block", None))
        elif m.group("open"):
            head = code[begin:m.start()]
            if re.search(r"\)\s*(?:noexcept\s*)?:[^:].*[\w>]\s*$", head, re.S):
                stack.append(("member", None))  # `: cell_{...}` in a constructor
                continue
            outer = all(kind in ("space", "hidden", "type") for kind, _ in stack)
            found = signature(head) if outer else None
            first = m.start() - len(head.lstrip())
            stack.append(("block", found and (found, line_of(code, first))))
        elif m.group("close") and stack:
            kind, found = stack.pop()
            if kind == "member":
                continue
            if kind == "type" and found:
                public, body = found[0], code[found[1]:m.start()]
                busy = re.search(r"\boperator\s*\(\s*\)|\bvirtual\b|\bprivate\s*:", body)
                types.append(public if public.keyword == "class" or busy
                             else public._replace(keyword="plain"))
            elif found:
                (name, parameters), first = found
                functions.append(Function(path, first, name, line_of(code, m.start()) - first + 1,
                                          parameters))
        elif m.group("end") and any(kind == "block" for kind, _ in stack):
            continue
        begin = m.end()
    return types, functions


# --- rules: each yields findings -----------------------------------------------------------------

def fail(rule, path, line, message):
    return Finding("error", rule, path, line, message)


def warn(rule, path, line, message):
    return Finding("warning", rule, path, line, message)


def may_include(tree, path, included):
    layer, area = layer_of(path), path.split("/")[0]
    if any(fnmatch.fnmatchcase(path, pattern) and included.startswith(prefix)
           for pattern, (prefix, _) in EXTRA_INCLUDES.items()):
        return True
    target = included.split("/")
    if target[0] == "tests":
        return area in ("tests", "bench") and (
            target[1] in ("support", layer) or included.endswith("_contract.hpp"))
    if target[0] == "bench":
        return area == "bench"
    if layer == "launch":
        return True
    return target[0] == layer or target[0] in tree.layers.get(layer, [])


def check_includes(tree):
    """Includes name a path from the root and go only where the layer table has an arrow."""
    for path in tree.code():
        for line, quote, included in includes_of(tree, path):
            top = included.split("/")[0]
            if ".." in included.split("/"):
                yield fail("include", path, line, f'"{included}": name the path from the root')
            elif quote == '"' and top not in TOP_FOLDERS:
                yield fail("include", path, line, f'"{included}" is no path from the root')
            elif quote == '"' and included not in tree.files:
                yield fail("include", path, line, f'"{included}" does not exist')
            elif quote == '"' and not may_include(tree, path, included):
                allowed = ", ".join(tree.layers.get(layer_of(path), [])) or "nothing else"
                yield fail("layer", path, line,
                           f'"{included}" is against the layer table: {layer_of(path)} may see '
                           f"{allowed}")


def check_own_header(tree):
    """A source includes the header of its name first, which shows that it compiles alone."""
    for path in tree.code(".cpp"):
        own = path[:-len(".cpp")] + ".hpp"
        includes = includes_of(tree, path)
        if own in tree.files and (not includes or includes[0][2] != own):
            line = includes[0][0] if includes else 1
            yield fail("own header", path, line, f'"{own}" must be its first include')


def check_cycles(tree):
    """No header includes itself by way of others."""
    edges = {p: [i for _, q, i in includes_of(tree, p) if q == '"' and i in tree.plain]
             for p in tree.code(".hpp", ".cuh")}
    done, trail = set(), []

    def visit(path):
        if path in trail:
            cycle = trail[trail.index(path):] + [path]
            yield fail("cycle", path, 1, " -> ".join(cycle))
        elif path not in done:
            trail.append(path)
            for target in edges.get(path, []):
                yield from visit(target)
            trail.pop()
            done.add(path)

    for path in edges:
        yield from visit(path)


def check_file_sets(tree):
    """Every header of a layer is in its FILE_SET (compiled alone), and every source is built."""
    for layer in sorted(tree.layers.keys() | {"launch"}):
        cmake = f"{layer}/CMakeLists.txt"
        text = re.sub(r"#[^\n]*", "", tree.files.get(cmake, ""))
        listed, in_headers = set(), False
        for token in re.findall(r"[^\s()]+|[()]", text):
            if token in ("(", ")") or re.fullmatch(r"[A-Z_]{4,}", token):
                in_headers = token in ("HEADERS", "FILES") or (in_headers and token == "BASE_DIRS")
            elif in_headers and token.endswith(".hpp"):
                listed.add(f"{layer}/{token}")
        for path in sorted(listed - set(tree.files)):
            yield fail("file set", cmake, 1, f"lists {path}, which does not exist")
        for path in tree.code():
            name = path[len(layer) + 1:]
            if not path.startswith(layer + "/"):
                continue
            if path.endswith(".hpp") and path not in listed:
                yield fail("file set", path, 1, f"is not among the HEADERS of {cmake}")
            elif path.endswith((".cpp", ".cu")) and not re.search(
                    rf"(?<![\w/]){re.escape(name)}(?![\w.])", text):
                yield fail("file set", path, 1, f"is not in {cmake}: nobody builds it")


def check_spdx(tree):
    """The first three lines carry copyright and licence."""
    for path, text in sorted(tree.files.items()):
        if not (path.endswith(CODE + SCRIPTS + (".cmake",)) or path.endswith("CMakeLists.txt")
                or path.startswith(".ci/")):
            continue
        head = "\n".join(text.splitlines()[:3])
        for tag in ("SPDX-FileCopyrightText:", "SPDX-License-Identifier: Apache-2.0"):
            if tag not in head:
                yield fail("spdx", path, 1, f"no {tag} in the first three lines")


def check_one_class(tree):
    """One public class per header; a few plain structs may sit with it."""
    for path in tree.code(".hpp", ".cuh"):
        if path.startswith(("tests/", "bench/")) or path in FAMILIES:
            continue
        types, _ = scan(path, tree.plain[path])
        classes = [t for t in types if t.keyword != "plain"]
        plain = [t for t in types if t.keyword == "plain" and not t.name.endswith("Options")]
        if len(classes) > 1:
            yield fail("one class", path, classes[1].line,
                       f"{classes[1].name} beside {classes[0].name}: one header each")
        if len(plain) > MOST_PLAIN_STRUCTS:
            yield fail("one class", path, plain[-1].line,
                       f"{len(plain)} plain structs in one header")


# `new` as the argument of a smart pointer: the way to a private constructor, owned at once.
OWNED_NEW = re.compile(r"\b(?:unique|shared)_ptr<[^;(){}]*>(?:\s+\w+)?\s*[({]\s*new\b")


def check_words(tree):
    """Things that only a few files may do."""
    includes = (
        ("mpi", re.compile(r"^mpi\.h$"), MPI_IN, "MPI belongs to comm/mpi_*"),
        ("cuda", re.compile(r"^(cuda|cub/|thrust/|nccl|nvtx|curand|cufft)"), CUDA_IN,
         "CUDA and NCCL belong to device files"),
        ("json", re.compile(r"^nlohmann/json\.hpp$"), JSON_IN, "JSON belongs to few files"),
        ("random", re.compile(r"^(random$|Random123/)"), RANDOM_IN,
         "random numbers come from runtime/random.hpp"),
    )
    words = (
        ("cuda", re.compile(r"\b(cuda|nccl)[A-Z]\w*\s*\("), CUDA_IN, "a CUDA or NCCL call"),
        ("mpi", re.compile(r"\bMPI_[A-Z]\w*"), MPI_IN, "an MPI name"),
        ("new", re.compile(r"(?<![<\w])(?<!operator )new\b(?!>)"
                           r"|(?<!operator )\bdelete\b\s*(?:\[\s*\]\s*)?[\w(*]"), RAW_NEW_IN,
         "raw new or delete; let a container or smart pointer own it"),
        ("preprocessor", re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)\b", re.M),
         PREPROCESSOR_IN, "a conditional; an optional part is another file, chosen by CMake"),
        ("random", re.compile(r"\b(std::rand|srand|random_device|mt19937(_64)?|minstd_rand0?|"
                              r"default_random_engine|drand48)\b|(?<![\w.>:])rand\s*\("),
         RANDOM_IN, "random numbers come from runtime/random.hpp"),
    )
    for path in tree.code():
        for line, _, included in includes_of(tree, path):
            for rule, pattern, allowed, message in includes:
                if pattern.search(included) and not matches(path, allowed):
                    yield fail(rule, path, line, f"<{included}>: {message}")
        text = OWNED_NEW.sub(lambda m: m.group(0)[:-3] + "   ", tree.plain[path])
        for rule, pattern, allowed, message in words:
            if not matches(path, allowed):
                for found in pattern.finditer(text):
                    word = found.group(0).strip()
                    yield fail(rule, path, line_of(text, found.start()), f'"{word}": {message}')


def check_columns(tree):
    """No line is longer than the limit."""
    for path, text in sorted(tree.files.items()):
        if path.endswith(CODE + SCRIPTS) and not matches(path, LONG_LINES_IN):
            for number, line in enumerate(text.splitlines(), 1):
                if len(line) > LIMITS["column"]:
                    yield fail("columns", path, number, f"{len(line)} columns")


def expand(word):
    """`{slot,wire_format}.{hpp,cpp}` -> four names."""
    match = re.search(r"\{([^{}]*)\}", word)
    if not match:
        return [word]
    return [name for part in match.group(1).split(",")
            for name in expand(word[:match.start()] + part.strip() + word[match.end():])]


def check_readmes(tree):
    """A folder's README names every file of the folder, and no file that is gone."""
    word = re.compile(r"(?<![\w<>/.*{}])((?:[\w.-]+/)*[\w*.{},-]*\.(?:\{[\w,]+\}|\*|hpp|cpp|cuh?|py"
                      r"|sh|sbatch|md|json|extxyz|txt))(?![\w<>/])")
    folders = {folder_of(p) for p in tree.files
               if p.startswith(TOP_FOLDERS) and not p.startswith((".ci", "docs", "cmake"))}
    for folder in sorted(folders):
        readme = f"{folder}/README.md"
        if readme not in tree.files:
            if folder in tree.layers or folder == "launch":
                yield warn("readme", readme, 1, "is missing; a layer's folder has one")
            continue
        here = {p[len(folder) + 1:] for p in tree.files if folder_of(p) == folder}
        named = set()
        text = re.sub(r"```.*?```", lambda m: re.sub(r"[^\n]", " ", m.group(0)),
                      tree.files[readme], flags=re.S)
        for found in word.finditer(text):
            for name in expand(found.group(1)):
                below = [p for p in tree.files if p.startswith(folder + "/")]
                hits = [p[len(folder) + 1:] for p in below
                        if fnmatch.fnmatchcase(p, f"{folder}/{name}")]
                named.update(hits)
                elsewhere = any(fnmatch.fnmatchcase(p, name) or
                                (("/" not in name) and fnmatch.fnmatchcase(p, "*/" + name))
                                for p in tree.files)
                if not hits and ("/" in name or "{" in found.group(1)) and not elsewhere:
                    yield fail("readme", readme, line_of(text, found.start()),
                               f"names {name}, which does not exist")
                elif not hits and not elsewhere and name.endswith(CODE):
                    yield fail("readme", readme, line_of(text, found.start()),
                               f"names {name}, which does not exist")
        stems = {n.rpartition(".")[0] for n in named}
        for name in sorted(here - named):
            if name.endswith(CODE + SCRIPTS) and name.rpartition(".")[0] not in stems:
                yield fail("readme", readme, 1, f"does not name {name}")


def check_sizes(tree):
    """Warnings: what has grown long."""
    for path in tree.code():
        kind = ("test" if path.startswith("tests/") else
                "header" if path.endswith((".hpp", ".cuh")) else "source")
        lines = tree.files[path].count("\n")
        if lines > LIMITS[kind]:
            yield warn("size", path, 1, f"{lines} lines; a {kind} over {LIMITS[kind]}")
        if kind == "test" or path.startswith("bench/"):
            continue
        for f in scan(path, tree.plain[path])[1]:
            if f.lines > LIMITS["function"]:
                yield warn("size", path, f.line, f"{f.name}() has {f.lines} lines")
            if f.parameters > LIMITS["parameters"]:
                yield warn("size", path, f.line, f"{f.name}() has {f.parameters} parameters")


def check_tests(tree):
    """Warnings: a source without its test."""
    for path in tree.code(".cpp", ".cu"):
        if path.split("/")[0] not in tree.layers.keys() | {"launch"}:
            continue
        if not tree.files.get(f"tests/{path.rpartition('.')[0]}_test.cpp") and not matches(
                path, TESTED_ELSEWHERE):
            yield warn("test", path, 1, f"no tests/{path.rpartition('.')[0]}_test.cpp")


RULES = (check_includes, check_own_header, check_cycles, check_file_sets, check_spdx,
         check_one_class, check_words, check_columns, check_readmes, check_sizes, check_tests)


def check(tree):
    return [finding for rule in RULES for finding in rule(tree)]


# --- report --------------------------------------------------------------------------------------

def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "-"


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def report(tree):
    """Our column of the table in docs/architecture.md, as Markdown."""
    own = [p for p in tree.code() if not p.startswith(("tests/", "bench/"))]
    headers = [p for p in own if p.endswith((".hpp", ".cuh"))]
    sources = [p for p in own if p not in headers]
    tests = [p for p in tree.code(".cpp", ".cu") if p.startswith("tests/") and "_test." in p]
    scans = {p: scan(p, tree.plain[p]) for p in own}
    typed = {p: [t for t in scans[p][0] if not t.name.endswith("Options")] for p in headers}
    typed = {p: t for p, t in typed.items() if t}
    functions = [f for p in own for f in scans[p][1]]
    rows = [line for p in headers for line in tree.files[p].splitlines() if line.strip()]
    comments = [line for line in rows if line.lstrip().startswith("//") or "///<" in line]
    named = [p for p, t in typed.items()
             if Path(p).stem in {snake(x.name) for x in t}]
    mirrored = [p for p in tests if any(
        f"{p[len('tests/'):].replace('_test.', '.').rpartition('.')[0]}{e}" in tree.files
        for e in (".hpp", ".cuh", ".cpp"))]
    contracts = [p for p in tree.files if p.endswith("_contract.hpp")]
    made = sum(t.count("INSTANTIATE_TYPED_TEST_SUITE_P") + t.count("INSTANTIATE_TEST_SUITE_P")
               for t in tree.plain.values())
    ranks = set(re.findall(r"\d+", " ".join(re.findall(r"RANKS((?:\s+\d+)+)", " ".join(
        t for p, t in tree.files.items() if p.endswith("CMakeLists.txt"))))))
    ifs = sum(len(re.findall(r"(?m)^[ \t]*#[ \t]*(?:if|ifdef|ifndef)\b", tree.plain[p]))
              for p in headers)
    lengths = [[tree.files[p].count("\n") for p in group] for group in (headers, sources, tests)]
    sizes = [f.lines for f in functions]
    over = percent(sum(n > LIMITS["function"] for n in sizes), len(sizes))
    wide = percent(sum(f.parameters > LIMITS["parameters"] for f in functions), len(functions))
    throws = sum(len(re.findall(r"\bthrow \w*Error\b", tree.plain[p])) for p in own)
    expects = sum(len(re.findall(r"\bATHANOR_(?:EXPECTS|ENSURES)\(", tree.plain[p])) for p in own)
    faults = sum(len(re.findall(r"(?i)\bTEST\w*\([^)]*(fault|fail|kill|full|readonly|broken)", t))
                 for p, t in tree.plain.items() if p.startswith("tests/"))
    pages = [p for p in tree.files if p.endswith(".md")]
    return "\n".join([
        "| row | ours |", "|---|---|",
        f"| 1 where is X | {len(named)} of {len(typed)} headers are called as their class |",
        f"| 2 layer and header checks | {len(RULES)} rules in the test command; "
        f"{len(headers)} headers compiled alone |",
        f"| 3 contract comments, share of header lines | {percent(len(comments), len(rows))} |",
        f"| 4 headers with exactly one class, of those with any | "
        f"{sum(len(t) == 1 for t in typed.values())} of {len(typed)} |",
        "| 5 lines per header, source, test (median/90th) | "
        + ", ".join(f"{quantile(n, .5)}/{quantile(n, .9)}" for n in lengths) + " |",
        f"| 6 lines per function; over 40; over 5 parameters | {quantile(sizes, .5)}/"
        f"{quantile(sizes, .9)}, {over}, {wide} |",
        f"| 7 tests at the path of their header | {len(mirrored)} of {len(tests)} |",
        f"| 8 one body, many backends and rank counts | {len(contracts)} contracts, {made} "
        f"instantiations; ranks {' '.join(sorted(ranks, key=int)) or '-'} |",
        f"| 9 one source for host and device, `#if` per header | "
        f"{ifs / max(1, len(headers)):.2f} |",
        f"| 10 errors: ladder, message shape, faults injected | {expects} contracts, {throws} "
        f"throws, {faults} tests of failures |",
        "| 11 strong ids, units, constants, random streams | runtime/ids.hpp, units.hpp, "
        "constants.hpp, random.hpp; by reading |",
        f"| 12 architecture, formats, how-to, history | {len(pages)} pages; by reading |",
    ])


def find_layers(root, given):
    candidates = [given] if given else sorted(
        root.glob("build*/**/layers.txt"), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in candidates:
        if Path(path).exists():
            return Path(path)
    return None


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--layers", type=Path, help="layers.txt of a build folder")
    parser.add_argument("--report", action="store_true", help="figures instead of findings")
    parser.add_argument("--no-warnings", action="store_true")
    options = parser.parse_args(arguments)
    table = find_layers(options.root, options.layers)
    if table is None:
        print("check_house: no layers.txt; configure with cmake first, or give --layers FILE",
              file=sys.stderr)
        return 2
    tree = read_tree(options.root, read_layers(table.read_text(encoding="utf-8")))
    if options.report:
        print(report(tree))
        return 0
    findings = check(tree)
    errors = [f for f in findings if f.level == "error"]
    for f in findings:
        if f.level == "error" or not options.no_warnings:
            print(f"{f.path}:{f.line}: {f.level}: {f.message} [{f.rule}]")
    print(f"check_house: {len(tree.code())} C++ files, {len(errors)} errors, "
          f"{len(findings) - len(errors)} warnings")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
