#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Self-test of check_house.py: every rule is silent on a good sample and speaks on a bad one."""
import contextlib
import io
import re
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import check_house  # noqa: E402

SPDX = ("// SPDX-FileCopyrightText: 2026 The Athanor developers\n"
        "// SPDX-License-Identifier: Apache-2.0\n")
LAYERS = check_house.read_layers(
    "runtime: \nkernels: runtime\ncomm: runtime\nsinks: runtime\nstages: runtime;kernels\n")
GOOD_HEADER = SPDX + """#pragma once

#include <vector>

namespace athanor {

enum class Colour { red, green };

struct BatchOptions {
    int systems = 1;
};

/// Many samples.
class Batch {
public:
    explicit Batch(BatchOptions const& options) : options_{options}, rows_(3) {}
    [[nodiscard]] int size() const { return 0; }
    Batch& operator=(Batch const&) = delete;

private:
    struct Hidden {
        int deep = 0;
    };
    BatchOptions options_;
    std::vector<int> rows_;
};

namespace detail {
class Helper {};
}  // namespace detail

}  // namespace athanor
"""


def cmake(layer, headers=(), sources=()):
    return ("# " + SPDX.replace("// ", "# ").lstrip("# ")
            + f"athanor_layer({layer} DEPENDS runtime\n    SOURCES\n        " + " ".join(sources)
            + "\n    HEADERS\n        " + " ".join(headers) + "\n)\n")


def good_files():
    files = {f"{layer}/CMakeLists.txt": cmake(layer) for layer in list(LAYERS) + ["launch"]}
    files.update({f"{layer}/README.md": "" for layer in list(LAYERS) + ["launch"]})
    files["runtime/CMakeLists.txt"] = cmake("runtime", ["batch.hpp"], ["batch.cpp"])
    files["runtime/README.md"] = "`batch.{hpp,cpp}` samples\n"
    files["runtime/batch.hpp"] = GOOD_HEADER
    files["runtime/batch.cpp"] = SPDX + '#include "runtime/batch.hpp"\n'
    files["tests/runtime/batch_test.cpp"] = SPDX + '#include "runtime/batch.hpp"\n'
    return files


def findings(changes, level="error"):
    """(rule, path) of what check() finds after `changes` to the good project."""
    files = good_files()
    for path, text in changes.items():
        if text is None:
            del files[path]
        else:
            files[path] = text
    found = check_house.check(check_house.Tree(files, LAYERS))
    return sorted({(f.rule, f.path) for f in found if f.level == level})


def with_header(layer, text, name="x.hpp"):
    """The good project with one more header, listed as it should be."""
    return {f"{layer}/{name}": SPDX + text,
            f"{layer}/CMakeLists.txt": cmake(layer, [name]),
            f"{layer}/README.md": f"`{name}`\n"}


class GoodProject(unittest.TestCase):
    def test_nothing_is_found(self):
        self.assertEqual(findings({}), [])
        self.assertEqual(findings({}, "warning"), [])

    def test_words_in_comments_and_strings_do_not_count(self):
        text = ('// new mt19937 MPI_Init #include "comm/a.hpp"\n'
                'char const* const a = "new MPI_Init rand()";\n'
                "int const b = 1'000'000; char const c = '\"'; /* new */\n")
        self.assertEqual(findings(with_header("kernels", text)), [])


class Includes(unittest.TestCase):
    def one(self, layer, included, *, path=None, exists=True):
        changes = with_header(layer, f'#include "{included}"\n') if path is None else {
            path: SPDX + f'#include "{included}"\n'}
        if exists and included not in good_files():
            changes[included] = SPDX
            top = included.split("/")[0]
            if top in LAYERS:
                name = included.split("/", 1)[1]
                changes[f"{top}/CMakeLists.txt"] = cmake(top, [name])
                changes[f"{top}/README.md"] = f"`{name}`\n"
        return findings(changes)

    def test_an_arrow_of_the_table_is_fine(self):
        self.assertEqual(self.one("kernels", "runtime/batch.hpp"), [])
        self.assertEqual(self.one("stages", "kernels/a.hpp"), [])
        self.assertEqual(self.one("launch", "comm/a.hpp"), [])

    def test_an_include_against_the_table_fails(self):
        self.assertEqual(self.one("kernels", "comm/a.hpp"), [("layer", "kernels/x.hpp")])
        self.assertEqual(self.one("stages", "sinks/a.hpp"), [("layer", "stages/x.hpp")])

    def test_tests_follow_the_table_of_their_layer(self):
        path = "tests/kernels/x_test.cpp"
        self.assertEqual(self.one("", "runtime/batch.hpp", path=path), [])
        self.assertEqual(self.one("", "tests/support/a.hpp", path=path), [])
        self.assertEqual(self.one("", "tests/runtime/model_contract.hpp", path=path), [])
        self.assertEqual(self.one("", "comm/a.hpp", path=path), [("layer", path)])
        self.assertEqual(self.one("", "tests/comm/a.hpp", path=path), [("layer", path)])

    def test_bench_follows_the_table_of_its_layer(self):
        path = "bench/comm/x_bench.cpp"
        self.assertEqual(self.one("", "runtime/batch.hpp", path=path), [])
        self.assertEqual(self.one("", "kernels/a.hpp", path=path), [("layer", path)])

    def test_no_layer_sees_the_tests(self):
        self.assertEqual(self.one("stages", "tests/support/a.hpp"), [("layer", "stages/x.hpp")])

    def test_climbing_relative_and_dead_includes_fail(self):
        for included in ("../runtime/batch.hpp", "batch.hpp", "runtime/gone.hpp"):
            self.assertEqual(self.one("kernels", included, exists=False),
                             [("include", "kernels/x.hpp")])

    def test_a_cycle_fails(self):
        changes = {"kernels/a.hpp": SPDX + '#include "kernels/b.hpp"\n',
                   "kernels/b.hpp": SPDX + '#include "kernels/a.hpp"\n',
                   "kernels/CMakeLists.txt": cmake("kernels", ["a.hpp", "b.hpp"]),
                   "kernels/README.md": "`a.hpp` `b.hpp`"}
        self.assertEqual([rule for rule, _ in findings(changes)], ["cycle"])


class OwnHeader(unittest.TestCase):
    def source(self, includes):
        changes = with_header("sinks", "")
        changes["sinks/x.cpp"] = SPDX + includes
        changes["sinks/CMakeLists.txt"] = cmake("sinks", ["x.hpp"], ["x.cpp"])
        return findings(changes)

    def test_a_source_begins_with_the_header_of_its_name(self):
        self.assertEqual(self.source('#include "sinks/x.hpp"\n#include <vector>\n'), [])
        for includes in ("", "#include <vector>\n", '#include <vector>\n#include "sinks/x.hpp"\n'):
            self.assertEqual(self.source(includes), [("own header", "sinks/x.cpp")])


class FileSets(unittest.TestCase):
    def test_a_header_that_is_not_listed_fails(self):
        changes = with_header("sinks", "")
        changes["sinks/CMakeLists.txt"] = cmake("sinks", [], ["x.hpp"])
        self.assertEqual(findings(changes), [("file set", "sinks/x.hpp")])

    def test_a_listed_header_that_is_gone_fails(self):
        changes = {"sinks/CMakeLists.txt": cmake("sinks", ["gone.hpp"])}
        self.assertEqual(findings(changes), [("file set", "sinks/CMakeLists.txt")])

    def test_a_source_that_nobody_builds_fails(self):
        changes = {"sinks/lost.cpp": SPDX, "sinks/README.md": "`lost.cpp`"}
        self.assertEqual(findings(changes), [("file set", "sinks/lost.cpp")])


class Spdx(unittest.TestCase):
    def test_missing_lines_fail_in_every_kind_of_file(self):
        for path in ("tests/runtime/x_test.cpp", "launch/a.sh", "tests/house/a.py", ".ci/run",
                     "tests/CMakeLists.txt"):
            with self.subTest(path):
                changes = {path: "\n", "launch/README.md": "`a.sh`"}
                self.assertEqual(findings(changes), [("spdx", path)])

    def test_reference_data_is_left_alone(self):
        self.assertEqual(findings({"tests/data/golden/make.py": "x = 1\n"}), [])


class OneClass(unittest.TestCase):
    def rules(self, body):
        return findings(with_header("kernels", "namespace athanor {\n" + body + "}\n"))

    def test_options_plain_structs_enums_and_hidden_classes_may_sit_with_it(self):
        self.assertEqual(self.rules(
            "enum class E { a, b };\nstruct AOptions { int i = 0; };\nstruct In { int i{0}; };\n"
            "class Forward;\ntemplate <class T> class A : public B<T> { class Inner { }; };\n"
            "namespace detail { class C {}; }\n"), [])

    def test_a_second_class_fails(self):
        self.assertEqual(self.rules("class A {};\nclass B final : public A {};\n"),
                         [("one class", "kernels/x.hpp")])

    def test_a_functor_beside_a_class_fails(self):
        self.assertEqual(self.rules("class A {};\nstruct B { void operator()(int) const {} };\n"),
                         [("one class", "kernels/x.hpp")])

    def test_too_many_plain_structs_fail(self):
        self.assertEqual(self.rules("".join(f"struct S{i} {{ int a; }};\n" for i in range(4))),
                         [("one class", "kernels/x.hpp")])


class Words(unittest.TestCase):
    def rule(self, text, layer="kernels", name="x.hpp"):
        return [rule for rule, _ in findings(with_header(layer, text, name))]

    def test_mpi_belongs_to_its_files(self):
        self.assertEqual(self.rule("#include <mpi.h>\n"), ["mpi"])
        self.assertEqual(self.rule("int a = MPI_Init(0, 0);\n"), ["mpi"])
        self.assertEqual(self.rule("#include <mpi.h>\n", "comm", "mpi_transport.hpp"), [])

    def test_cuda_belongs_to_device_files(self):
        self.assertEqual(self.rule("#include <cuda_runtime.h>\n"), ["cuda"])
        self.assertEqual(self.rule("auto a = cudaMalloc(p, 1);\n"), ["cuda"])

    def test_json_belongs_to_few_files(self):
        self.assertEqual(self.rule("#include <nlohmann/json.hpp>\n"), ["json"])
        self.assertEqual(self.rule("#include <nlohmann/json.hpp>\n", "sinks", "zarr_x.hpp"), [])

    def test_raw_new_and_delete_fail(self):
        self.assertEqual(self.rule("auto* a = new int(3);\n"), ["new"])
        self.assertEqual(self.rule("void f(int* a) { delete a; }\n"), ["new"])
        self.assertEqual(self.rule("void f(int* a) { delete[] a; }\n"), ["new"])
        self.assertEqual(self.rule("auto a = std::unique_ptr<A>(new A(3));\n"), [])
        self.assertEqual(self.rule("#include <new>\nvoid* a = ::operator new(3);\n"), [])
        self.assertEqual(self.rule("struct A { A(A const&) = delete; };\n"), [])

    def test_conditionals_belong_to_two_files(self):
        self.assertEqual(self.rule("#ifdef _OPENMP\n#endif\n"), ["preprocessor"])
        self.assertEqual(self.rule("#  if A\n#endif\n"), ["preprocessor"])
        self.assertEqual(self.rule("#ifdef _OPENMP\n#endif\n", "kernels", "parallel_for.hpp"), [])

    def test_random_streams_belong_to_one_file(self):
        for text in ("std::mt19937 g;\n", "int a = std::rand();\n", "int a = rand();\n",
                     "#include <random>\n", "#include <Random123/philox.h>\n"):
            with self.subTest(text):
                self.assertEqual(self.rule(text), ["random"])
        self.assertEqual(findings({"tests/kernels/x_test.cpp": SPDX + "std::mt19937 g;\n"}), [])


class Columns(unittest.TestCase):
    def test_the_limit_counts_characters(self):
        self.assertEqual(findings(with_header("kernels", "// " + "Å" * 97 + "\n")), [])
        self.assertEqual(findings(with_header("kernels", "// " + "Å" * 98 + "\n")),
                         [("columns", "kernels/x.hpp")])


class Readmes(unittest.TestCase):
    def test_a_file_without_a_word_fails(self):
        changes = with_header("sinks", "")
        changes["sinks/README.md"] = "Sinks.\n"
        self.assertEqual(findings(changes), [("readme", "sinks/README.md")])

    def test_a_dead_name_fails(self):
        for name in ("gone.hpp", "gone.{hpp,cpp}", "gone/away.py", "tests/sinks/gone_test.cpp"):
            with self.subTest(name):
                self.assertEqual(findings({"sinks/README.md": f"see `{name}`\n"}),
                                 [("readme", "sinks/README.md")])

    def test_names_elsewhere_and_placeholders_are_fine(self):
        text = "`runtime/batch.hpp`, `batch.hpp`, `<name>.hpp`, structures.extxyz, config.json\n"
        self.assertEqual(findings({"sinks/README.md": text}), [])

    def test_a_missing_one_is_a_warning(self):
        self.assertEqual(findings({"sinks/README.md": None}, "warning"),
                         [("readme", "sinks/README.md")])


class Warnings(unittest.TestCase):
    def test_long_files_long_functions_and_many_parameters(self):
        body = "    int a = 0;\n" * 41
        for text in ("\n" * 251, f"inline void f() {{\n{body}}}\n",
                     "inline void f(int a, int b, int c, int d, int e, int g = h(1, 2)) {}\n",
                     f"class A {{\n    A(int a) : a_{{a}}, b_(a) {{\n{body}}}\n}};\n"):
            with self.subTest(text[:40]):
                self.assertEqual(findings(with_header("kernels", text), "warning"),
                                 [("size", "kernels/x.hpp")])

    def test_templates_and_defaults_are_one_parameter_each(self):
        text = ("template <class A, class B, class C>\n"
                "void f(std::map<int, int> a, A b = g(1, 2, 3), B c = {1, 2}, C d = 3) {}\n")
        self.assertEqual(findings(with_header("kernels", text), "warning"), [])

    def test_a_source_without_its_test(self):
        self.assertEqual(findings({"tests/runtime/batch_test.cpp": None}, "warning"),
                         [("test", "runtime/batch.cpp")])


class Program(unittest.TestCase):
    def run_in(self, files, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            (root / "build").mkdir()
            (root / "build/layers.txt").write_text("runtime: \nkernels: runtime\n")
            out = io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                code = check_house.main(["--root", folder, *arguments])
            return code, out.getvalue()

    def test_the_exit_code_tells(self):
        self.assertEqual(self.run_in(good_files())[0], 0)
        bad = good_files() | {"runtime/batch.cpp": "int a;\n"}
        code, out = self.run_in(bad)
        self.assertEqual(code, 1)
        self.assertRegex(out, r"runtime/batch\.cpp:1: error: .* \[spdx\]")

    def test_without_a_table_it_says_so(self):
        code, out = self.run_in(good_files(), "--layers", "/nowhere/layers.txt")
        self.assertEqual(code, 2)
        self.assertIn("layers.txt", out)

    def test_the_report_has_every_row(self):
        code, out = self.run_in(good_files(), "--report")
        self.assertEqual(code, 0)
        self.assertEqual([int(n) for n in re.findall(r"(?m)^\| (\d+) ", out)], list(range(1, 13)))


if __name__ == "__main__":
    unittest.main()
