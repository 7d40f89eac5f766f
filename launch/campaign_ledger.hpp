// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "runtime/outcome.hpp"
#include "runtime/sample.hpp"
#include "sinks/row_keys.hpp"
#include "stages/pipeline_spec.hpp"

namespace athanor {

/// How far a sample has come in a chain of the pipeline; later ones compare greater.
struct SamplePosition {
    std::int32_t stage = 0;
    std::int64_t step = -1;  ///< completed in that stage; -1: it has not been admitted yet
    bool done = false;       ///< with that stage
    auto operator<=>(SamplePosition const&) const = default;
};
[[nodiscard]] SamplePosition position_of(Sample const& sample);

/// What the stores of a campaign hold, by sample.
/// Bound:  24 bytes a row.
/// Throws: StorageError.
class CampaignLedger {
public:
    explicit CampaignLedger(PipelineSpec const& pipeline);

    /// Takes in the rows of a store that is there. Call seal() after the last one.
    void add_store(std::filesystem::path const& path);
    /// The same for a file of an extended-XYZ sink.
    void add_extxyz(std::filesystem::path const& path);
    void add_row(RowKey const& key, std::int64_t stored_rows);
    void seal();

    /// True when stores hold every row that hooks have written for a sample on its way to this
    /// position: `stored_rows` of them. Others may be lost with a process that had not committed
    /// them, and a sample that went on from here would never write them again.
    [[nodiscard]] bool has_rows(SampleId sample, SamplePosition const& position,
                                std::int64_t stored_rows) const;
    /// Samples that have left the chain for an output, with all their rows stored.
    [[nodiscard]] std::vector<std::int64_t> finished(int chain) const;

    [[nodiscard]] int chain_of(std::int32_t stage) const {
        return chain_of_stage_.at(static_cast<std::size_t>(stage));
    }
    [[nodiscard]] int element_of(std::int32_t stage) const {
        return element_of_stage_.at(static_cast<std::size_t>(stage));
    }
    [[nodiscard]] bool knows_stage(std::int32_t stage) const {
        return stage >= 0 && static_cast<std::size_t>(stage) < chain_of_stage_.size();
    }

private:
    struct Row {
        std::int64_t sample;
        std::int64_t step;
        std::int32_t stage;
    };
    struct Finished {
        Row row;
        std::int64_t stored_rows;
    };
    static bool before(Row const& a, Row const& b);

    std::vector<int> chain_of_stage_, element_of_stage_;
    std::vector<std::int32_t> first_stage_of_chain_;
    std::vector<Row> rows_;
    std::vector<Finished> finished_;
};

}  // namespace athanor
