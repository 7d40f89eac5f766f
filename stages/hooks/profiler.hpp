// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/hook.hpp"
#include "runtime/ids.hpp"
#include "runtime/trace.hpp"

namespace athanor {

enum class ProfilerRanges {
    all,  ///< hooks and kernels too
    step  ///< whole steps, and what lies between them
};

struct ProfilerOptions {
    std::string path;   ///< file to write; its folder is made
    int frequency = 1;  ///< steps of the batch from one that is recorded to the next, above 0
    ProfilerRanges ranges = ProfilerRanges::all;
    bool nvtx =
        true;  ///< steps and hooks are shown to NVIDIA's tools as well, where they are there
    std::int64_t max_events = 1'000'000;  ///< ranges that the file can hold, above 0; 24 bytes each
    bool operator==(ProfilerOptions const&) const = default;
};

/// Whose timeline it is: a process and a thread of it in the viewer.
struct ProfilerPlace {
    Rank rank{0};
    StageId stage{0};  ///< the first of a fused element
    std::string stage_name{"stage"};
    /// When the file's time is 0, the same for all that shall be looked at together; when left out,
    /// the making of the profiler.
    std::optional<std::chrono::system_clock::time_point> time_zero;
};

/// Shows where the time of a stage goes: steps, hooks, kernels, channels and sinks on a timeline
/// that Perfetto and chrome://tracing open, and figures per kind of range. One in a stage, fused or
/// not, sees all of it, whatever its place in the list.
/// File:    written when the hook is closed, so after an exception too, under a temporary name that
///          becomes the path when it is complete. "otherData" holds how many ranges found no room
///          and the summary, over all ranges.
/// Results: of samples do not depend on it.
/// Format:  "Trace Event Format", complete events ("ph": "X"), ts and dur in microseconds, pid the
///          rank and tid the stage, both from 1.
class Profiler final : public Hook {
public:
    /// Throws ConfigError for options out of range.
    explicit Profiler(ProfilerOptions options, ProfilerPlace place = {});
    ~Profiler() override;

    [[nodiscard]] std::string name() const override { return "profiler"; }
    /// Nowhere: the stage itself writes into trace().
    [[nodiscard]] bool runs_at(HookPoint) const override { return false; }
    void fire(HookContext&) override {}
    [[nodiscard]] Trace* trace() override { return &trace_; }
    /// Throws StorageError when no file can be made at the path.
    void open() override;
    /// Throws StorageError when the file cannot be written.
    void close() override;

    /// Figures per kind of range, the one with most time first.
    [[nodiscard]] std::vector<TraceSummary> summary() { return trace_.summary(); }

private:
    struct CloseFile {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    [[nodiscard]] std::string part_path() const { return options_.path + ".part"; }
    [[noreturn]] void fail(char const* what) const;
    void put(std::string& text);
    void write_events();

    ProfilerOptions options_;
    ProfilerPlace place_;
    Trace trace_;
    Trace::TimePoint zero_;
    std::unique_ptr<std::FILE, CloseFile> file_;
};

}  // namespace athanor
