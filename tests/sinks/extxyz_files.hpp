// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Files for the tests of extended XYZ: written to a folder of the test's own, read back whole.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "sinks/extxyz_reader.hpp"
#include "sinks/extxyz_scanner.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {

/// All that a file gives: what the scan says, the samples of its schema, the frames refused.
struct WholeFile {
    ExtxyzScan scan;
    SchemaPtr schema;
    std::vector<Sample> samples;
    std::vector<BadFrame> bad_frames;
};

inline WholeFile read_whole(std::filesystem::path const& path, std::string_view select = ":") {
    WholeFile file;
    FrameSelection const selection(select);
    file.scan = scan_extxyz(path, selection);
    file.schema = file.scan.schema();
    ExtxyzReader reader(path, file.schema, selection,
                        [&](BadFrame const& bad) { file.bad_frames.push_back(bad); });
    while (auto sample = reader.next()) file.samples.push_back(std::move(*sample));
    return file;
}

inline std::string content_of(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline std::filesystem::path golden_inputs() {
    char const* const data = std::getenv("ATHANOR_TEST_DATA");
    return std::filesystem::path(data != nullptr ? data : "tests/data") / "golden/physics/inputs";
}

template <class T>
std::vector<T> values_of(Sample const& sample, std::string_view field) {
    auto const index = sample.schema().find(field);
    if (!index) return {};
    auto const values = sample.values<T>(*index);
    return {values.begin(), values.end()};
}

/// Every column of both samples, byte for byte.
inline bool same_bits(Sample const& a, Sample const& b) {
    if (!(a.schema().fields() == b.schema().fields()) || a.atom_count() != b.atom_count())
        return false;
    for (int f = 0; f < a.schema().field_count(); ++f) {
        auto const x = a.bytes(FieldIndex{f}), y = b.bytes(FieldIndex{f});
        if (!std::equal(x.begin(), x.end(), y.begin(), y.end())) return false;
    }
    return true;
}

}  // namespace athanor::test
