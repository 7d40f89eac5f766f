#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Tests of what tests the guide: a page that is wrong must not pass."""
import sys
import tempfile
import unittest
from pathlib import Path

import check_links
import check_messages
import json_fragment
import run_guide


class AnyPython(run_guide.Reader):
    def has_zarr(self):
        return True


class NoZarr(run_guide.Reader):
    def has_zarr(self):
        return False


def follow(page, reader=AnyPython, athanor="/bin/true"):
    with tempfile.TemporaryDirectory() as folder:
        return run_guide.follow(page, reader(folder, athanor, sys.executable))


class RunGuide(unittest.TestCase):
    def test_blocks_are_run_in_order_in_one_folder_and_keep_what_is_exported(self):
        wrong, done = follow("Save this as `a.json`:\n```json\n{}\n```\n```sh\nexport X=7\n```\n"
                              "```sh\ncat a.json; echo value $X\n```\n```text\n{}\nvalue 7\n```\n")
        self.assertIsNone(wrong)
        self.assertEqual(done.count, 3)

    def test_another_exit_code_than_the_page_says_is_wrong(self):
        for page in ("```sh\nfalse\ntrue\n```\n", "<!-- exit code 2 -->\n```sh\ntrue\n```\n"):
            self.assertIsNotNone(follow(page)[0])
        self.assertIsNone(follow("<!-- exit code 2 -->\n```sh\nexit 2\n```\n")[0])

    def test_a_line_that_was_not_printed_is_wrong(self):
        block = "```sh\necho one; echo two  and three\n```\n```text\n%s\n```\n"
        for good in ("one", "two and", "one\ntwo ... three", "... and"):
            self.assertIsNone(follow(block % good)[0], good)
        for bad in ("two\none", "four", "two ... four"):
            self.assertIsNotNone(follow(block % bad)[0], bad)

    def test_a_file_without_a_name_is_wrong(self):
        self.assertIsNotNone(follow("Save this:\n```json\n{}\n```\n")[0])

    def test_a_block_that_is_neither_run_nor_excused_is_wrong(self):
        for page in ("So:\n\n    athanor run\n", "```c\nint i;\n```\n", "```\ntrue\n```\n",
                     "```sh\ntrue\n", "~~~sh\ntrue\n~~~\n", "```text\nwords\n```\n",
                     "<!-- not run: no -->\n```sh\nfalse\n```\n",
                     "<!-- not run: it needs a cluster -->\n```sh\nfalse\n```\n"
                     "```text\nwords\n```\n"):
            self.assertIsNotNone(follow(page)[0], page)

    def test_blocks_that_are_not_run_are_listed_with_their_reasons(self):
        page = ("<!-- not run: it needs\n    a cluster -->\n```sh\nfalse\n```\n"
                "<!-- not run: what the cluster says -->\n```text\nwords\n```\n"
                "```sh\ntrue\n```\n")
        wrong, done = follow(page)
        self.assertIsNone(wrong)
        self.assertEqual(done.left_out, [(3, "it needs a cluster"), (7, "what the cluster says")])
        self.assertEqual(done.count, 1)

    def test_python_without_zarr_is_listed_with_what_it_would_print(self):
        wrong, done = follow("```python\nprint(7)\n```\n```text\n7\n```\n", NoZarr)
        self.assertIsNone(wrong)
        self.assertEqual([line for line, _ in done.left_out], [1, 4])

    def test_numbers_differ_where_the_page_says_so(self):
        page = "```sh\necho relax 0.12 s 7\n```\n%s```text\nrelax  1.5 s  %s\n```\n"
        self.assertIsNone(follow(page % ("<!-- numbers differ -->\n", "80"))[0])
        self.assertIsNotNone(follow(page % ("<!-- numbers differ -->\n", "eight"))[0])
        self.assertIsNotNone(follow(page % ("", "80"))[0])

    def test_a_part_of_a_configuration_must_make_a_valid_one(self):
        page = ("Save this as `a.json`:\n```json\n{\"a\": {\"b\": [1]}, \"c\": 3}\n```\n"
                "<!-- %s -->\n```json\n%s\n```\n```sh\ncat a.json .part-of.a.json\n```\n")
        self.assertIsNone(follow(page % ("in a.json: /a/b/-", '{"d": 1}'))[0])
        for mark, part in (("in a.json: /x", '"d": 1'), ("in b.json: /", '"d": 1'),
                           ("in a.json: /a", '"d": [...]')):
            self.assertIsNotNone(follow(page % (mark, part))[0], mark)
        self.assertIn("is not valid",
                      follow(page % ("in a.json: /a", '"d": 1'), athanor="/bin/false")[0][1])

    def test_parts_go_where_the_pointer_says(self):
        whole = {"a": {"b": [1, 2]}, "c": 3}
        for pointer, text, wanted in (
                ("/", '"d": 4', {"a": {"b": [1, 2]}, "c": 3, "d": 4}),
                ("/a", '"d": 4', {"a": {"b": [1, 2], "d": 4}, "c": 3}),
                ("/a", '{"d": 4}', {"a": {"d": 4}, "c": 3}),
                ("/a/b/-", '{"d": 4}', {"a": {"b": [1, 2, {"d": 4}]}, "c": 3}),
                ("/a/b/0", '{"d": 4}', {"a": {"b": [{"d": 4}, 2]}, "c": 3})):
            self.assertEqual(json_fragment.put(whole, pointer, text), wanted)
        self.assertEqual(whole, {"a": {"b": [1, 2]}, "c": 3})

    def test_python_blocks_see_what_was_set_before(self):
        page = "<!-- python: k = 3 -->\n```python\ni = 4\n```\n```python\nprint(%s)\n```\n"
        self.assertIsNone(follow(page % "k + i" + "```text\n7\n```\n")[0])
        self.assertIsNotNone(follow(page % "k + j")[0])

    def test_what_is_run_first_must_succeed(self):
        page = "<!-- run first: %s -->\n```sh\ncat made\n```\n"
        self.assertIsNone(follow(page % "echo a\n  > made")[0])
        self.assertIsNotNone(follow(page % "false")[0])


class CheckLinks(unittest.TestCase):
    def test_links_to_no_file_or_heading_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "a.md")
            Path(folder, "b.md").write_text("# Two words, `code`\n", encoding="utf-8")
            page.write_text("# A\n[x](b.md) [x](b.md#two-words-code) [x](#a) [x](https://x.y)\n"
                            "[x](c.md)\n[x](b.md#three)\n```\n[x](d.md)\n```\n", encoding="utf-8")
            self.assertEqual([(line, link) for line, link, _ in check_links.broken_links(page)],
                             [(3, "c.md"), (4, "b.md#three")])


class CheckMessages(unittest.TestCase):
    SOURCE = 'throw Error(fmt::format("{}: has {} atoms and "\n    "room for {}", a, b, c));\n'

    def test_quotations_are_found_across_strings_and_gaps(self):
        sources = list(check_messages.messages_of_source(self.SOURCE))
        self.assertTrue(check_messages.is_said("has ... atoms and room for ...", sources))
        self.assertFalse(check_messages.is_said("has ... atoms and no room", sources))
        self.assertFalse(check_messages.is_said("room for ... atoms and", sources))


if __name__ == "__main__":
    unittest.main()
