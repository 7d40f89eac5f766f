#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Holds documents against a JSON Schema, by python-jsonschema.

    check_schema.py SCHEMA.json DOCUMENTS.jsonl

Each line of DOCUMENTS is {"document": ..., "refused": true or false}. Exit code 0 when the schema
is one of draft 2020-12 and says the same of each document, 1 otherwise.
"""
import json
import sys

import jsonschema


def main(schema_path, documents_path):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    documents = refused = wrong = 0
    with open(documents_path, encoding="utf-8") as file:
        for line in file:
            case = json.loads(line)
            error = next(validator.iter_errors(case["document"]), None)
            documents += 1
            refused += error is not None
            if (error is not None) != case["refused"]:
                wrong += 1
                if wrong <= 10:
                    print("the program", "refuses" if case["refused"] else "takes",
                          json.dumps(case["document"]))
                    print("    the schema says:", error.message if error else "good")
    if wrong == 0:
        print(f"{documents} documents, {refused} refused: the schema agrees on all")
    else:
        print(f"{wrong} of {documents} documents are judged differently")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
