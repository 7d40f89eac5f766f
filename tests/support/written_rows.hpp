// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What snapshots and logs of a run of stages wrote, on the host or a device.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/log_writer.hpp"
#include "runtime/sink.hpp"
#include "tests/support/counting_model.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/stage_ends.hpp"

namespace athanor::test {

/// A sink of rows that outlive the process, so that each sample counts its own: all bytes, or those
/// of what travels between stages.
class KeepingSink final : public Sink {
public:
    explicit KeepingSink(bool with_state = true) : with_state_(with_state) {}

    void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) override {
        for (SystemIndex s : systems) {
            auto& bytes = std::get<2>(
                rows.emplace_back(batch.sample_id(s).value(), kind, std::vector<std::byte>{}));
            for (int f = 0; f < batch.schema().field_count(); ++f) {
                if (!stores(batch.schema().field(FieldIndex{f}))) continue;
                std::byte const* const begin = batch.rows(FieldIndex{f}, s);
                bytes.insert(bytes.end(), begin, begin + batch.row_bytes(FieldIndex{f}, s));
            }
        }
    }
    [[nodiscard]] bool stores(FieldSpec const& field) const override {
        return with_state_ || field.role != FieldRole::state;
    }
    void flush() override {}
    void close() override {}
    [[nodiscard]] std::int64_t rows_written() const override {
        return static_cast<std::int64_t>(rows.size());
    }
    [[nodiscard]] bool keeps_rows() const override { return true; }
    [[nodiscard]] std::string describe() const override { return "keeping sink"; }

    std::vector<std::tuple<std::int64_t, RowKind, std::vector<std::byte>>> rows;

private:
    bool with_state_;
};

/// Lines of a log as they were written, but for the place in the batch.
class LineWriter final : public LogWriter {
public:
    struct Line {
        std::int64_t step, sample, status;
        std::string name;
        std::vector<std::uint64_t> bits;  ///< of its numbers, which may be NaN
        bool operator==(Line const&) const = default;
    };
    explicit LineWriter(std::vector<Line>& lines) : lines_(lines) {}
    void open(std::span<std::string const>) override {}
    void write(LogBlock& block) override {
        for (std::size_t k = 0; k < block.size(); ++k) {
            LogRow const& row = block.row(k);
            Line& line =
                lines_.emplace_back(Line{row.step, row.system_id, row.status, row.name, {}});
            for (double const value : block.scalars(k))
                line.bits.push_back(std::bit_cast<std::uint64_t>(value));
        }
    }
    [[nodiscard]] std::string describe() const override { return "lines"; }
    void close() override {}

private:
    std::vector<Line>& lines_;
};

/// What a run wrote, beside what left it.
struct Written {
    KeepingSink first, second, travelling{false};
    std::vector<LineWriter::Line> lines;
    StageEnds ends;
    std::int64_t host_evaluations = 0;
};

using LateHooks = std::function<Hooks(Written&, int)>;

/// The same stages over the same samples on the host or a device. Langevin dynamics, then a
/// relaxation in which samples converge after different numbers of steps.
inline void run_stages(Written& written, LateHooks const& hooks, DeviceQueue* device,
                       BatchCapacity capacity = {5, 160, 0}, int save_every = 0) {
    CountingModel model(reference_argon());
    auto const of_part = [&](int part) { return hooks(written, part); };
    std::vector<SubStage> stages = sub_stages(hooked_part(0, of_part), hooked_part(1, of_part));
    stages[0].initial_temperature_kelvin = 300.0;
    written.ends = run_stage(argon_samples(), std::move(stages),
                             {model, capacity, device, hooks(written, 2), save_every});
    written.host_evaluations = model.host_evaluations;
}

inline auto sorted(KeepingSink const& sink) {
    auto rows = sink.rows;
    std::stable_sort(rows.begin(), rows.end(),
                     [](auto const& a, auto const& b) { return std::get<0>(a) < std::get<0>(b); });
    return rows;
}
inline auto sorted(std::vector<LineWriter::Line> lines) {
    std::stable_sort(lines.begin(), lines.end(),
                     [](auto const& a, auto const& b) { return a.sample < b.sample; });
    return lines;
}

/// Each sample's rows in their order, and all its bytes.
inline void expect_same_rows(Written const& host, Written const& device) {
    expect_equal(host.ends, device.ends);
    EXPECT_EQ(sorted(host.first), sorted(device.first));
    EXPECT_EQ(sorted(host.second), sorted(device.second));
    EXPECT_EQ(sorted(host.travelling), sorted(device.travelling));
    EXPECT_EQ(sorted(host.lines), sorted(device.lines));
}

}  // namespace athanor::test
