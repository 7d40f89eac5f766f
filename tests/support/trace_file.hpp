// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A profiler's file read back, and what every viewer of Chrome's trace events relies on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace athanor::test {

struct TraceRange {
    std::string name, category;
    int process = 0, thread = 0;
    std::int64_t begin = 0, end = 0;  ///< [ns]
    int samples = 0;
    [[nodiscard]] bool holds(TraceRange const& other) const {
        return begin <= other.begin && other.end <= end;
    }
};

struct TraceFile {
    nlohmann::json document;
    std::vector<TraceRange> ranges;  ///< in the order of the file

    [[nodiscard]] std::vector<TraceRange> named(std::string const& name) const {
        std::vector<TraceRange> found;
        for (TraceRange const& range : ranges)
            if (range.name == name) found.push_back(range);
        return found;
    }
    [[nodiscard]] int samples_of(std::string const& name) const {
        int sum = 0;
        for (TraceRange const& range : named(name)) sum += range.samples;
        return sum;
    }
    /// Value of a metadata event.
    [[nodiscard]] nlohmann::json metadata(std::string const& name) const {
        for (auto const& event : document.at("traceEvents"))
            if (event.at("ph") == "M" && event.at("name") == name) return event.at("args");
        return nullptr;
    }
};

/// Fails the test when the file is no document that viewers take.
inline TraceFile read_trace(std::filesystem::path const& path) {
    TraceFile file;
    std::ifstream stream(path);
    file.document = nlohmann::json::parse(stream, nullptr, /*allow_exceptions=*/false);
    EXPECT_TRUE(file.document.is_object()) << path << " is missing or no JSON";
    if (!file.document.is_object()) return file;
    for (auto const& event : file.document.at("traceEvents")) {
        EXPECT_TRUE(event.at("name").is_string());
        for (char const* key : {"pid", "tid"}) {
            EXPECT_TRUE(event.at(key).is_number_integer());
            EXPECT_GE(event.at(key), 1) << "Perfetto takes 0 for the idle process";
        }
        if (event.at("ph") == "M") continue;
        EXPECT_EQ(event.at("ph"), "X");
        auto const nanoseconds = [&](char const* key) {
            return std::llround(1000.0 * event.at(key).get<double>());
        };
        TraceRange range{event.at("name"), event.at("cat"), event.at("pid"), event.at("tid")};
        range.begin = nanoseconds("ts");
        range.end = range.begin + nanoseconds("dur");
        if (event.contains("args")) range.samples = event.at("args").at("samples");
        EXPECT_GE(range.begin, 0);
        EXPECT_GE(range.end, range.begin);
        file.ranges.push_back(std::move(range));
    }
    return file;
}

/// Ranges of one thread lie side by side or one inside the other, the outer one first.
inline void expect_nested(TraceFile const& file) {
    std::vector<TraceRange const*> open;
    for (TraceRange const& range : file.ranges) {
        while (!open.empty() && open.back()->end <= range.begin) open.pop_back();
        if (!open.empty()) {
            EXPECT_TRUE(open.back()->holds(range))
                << open.back()->name << " [" << open.back()->begin << ", " << open.back()->end
                << ") and " << range.name << " [" << range.begin << ", " << range.end << ")";
        }
        open.push_back(&range);
    }
    for (TraceRange const& range : file.ranges)
        if (range.category == "hook" || range.category == "kernel") {
            EXPECT_TRUE(std::any_of(
                file.ranges.begin(), file.ranges.end(),
                [&](TraceRange const& o) { return o.category == "step" && o.holds(range); }))
                << range.name << " is in no step";
        }
}

}  // namespace athanor::test
