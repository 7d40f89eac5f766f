// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What a fuzz target gives: a body that takes any bytes, and inputs to start from. The body lets
/// errors of our tree pass as the right answer; anything else that leaves it is a bug, and so is a
/// failed check().
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// libFuzzer's entry; the driver of our own calls it too.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace athanor::test {

/// Inputs that the target takes, from tests/data and by hand.
std::vector<std::string> fuzz_seeds();

inline void check(bool holds, char const* what) {
    if (holds) return;
    std::fprintf(stderr, "accepted, but %s\n", what);
    std::abort();
}

inline std::string fuzz_data(std::string const& name) {
    char const* const data = std::getenv("ATHANOR_TEST_DATA");
    return std::string(data != nullptr ? data : "tests/data") + "/golden/" + name;
}

}  // namespace athanor::test
