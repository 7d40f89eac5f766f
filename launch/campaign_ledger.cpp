// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/campaign_ledger.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/extxyz_ledger.hpp"
#include "sinks/zarr_reader.hpp"

namespace athanor {

SamplePosition position_of(Sample const& sample) {
    auto const outcome = static_cast<Outcome>(sample.values<std::uint8_t>(Fields::outcome)[0]);
    bool const done = outcome != Outcome::running;
    auto const steps = sample.values<std::int64_t>(Fields::stage_step)[0];
    // Admission and the first step are one: before it nothing of this stage has been written.
    return {sample.values<std::int32_t>(Fields::stage)[0], !done && steps == 0 ? -1 : steps, done};
}

CampaignLedger::CampaignLedger(PipelineSpec const& pipeline) {
    for (std::size_t e = 0; e < pipeline.elements.size(); ++e) {
        ElementSpec const& element = pipeline.elements[e];
        if (static_cast<std::size_t>(element.chain) == first_stage_of_chain_.size())
            first_stage_of_chain_.push_back(static_cast<std::int32_t>(chain_of_stage_.size()));
        chain_of_stage_.insert(chain_of_stage_.end(), element.stages.size(), element.chain);
        element_of_stage_.insert(element_of_stage_.end(), element.stages.size(),
                                 static_cast<int>(e));
    }
}

bool CampaignLedger::before(Row const& a, Row const& b) {
    return std::tie(a.sample, a.stage, a.step) < std::tie(b.sample, b.stage, b.step);
}

void CampaignLedger::add_row(RowKey const& key, std::int64_t stored_rows) {
    if (!knows_stage(key.stage))
        throw StorageError(fmt::format("a row of sample {} is of stage {}, and the pipeline has {}",
                                       key.system_id, key.stage, chain_of_stage_.size()));
    if (key.kind == RowKind::quarantined) return;  // of no hook, and the quarantine file counts
    Row const row{key.system_id, key.step, key.stage};
    if (key.kind == RowKind::graduated)
        finished_.push_back({row, stored_rows});
    else
        rows_.push_back(row);
}

void CampaignLedger::add_store(std::filesystem::path const& path) {
    ZarrReader reader(path.string());
    if (!reader.has_ledger())
        throw StorageError(fmt::format(
            "{}: has no ledger, so nobody can tell what it holds; another program wrote or changed "
            "it. Move it away, or give another url",
            path.string()));
    auto const keys = reader.ledger_keys();
    auto const stored = reader.ledger_stored_rows();
    try {
        for (std::size_t row = 0; row < keys.size(); ++row) add_row(keys[row], stored[row]);
    } catch (StorageError const& error) {
        throw StorageError(fmt::format("{}: {}", path.string(), error.what()));
    }
}

void CampaignLedger::add_extxyz(std::filesystem::path const& path) {
    static_cast<void>(read_extxyz_ledger(
        path, [this](ExtxyzLedgerRow const& row) { add_row(row.key, row.stored_rows); }));
}

void CampaignLedger::seal() { std::sort(rows_.begin(), rows_.end(), before); }

bool CampaignLedger::has_rows(SampleId sample, SamplePosition const& position,
                              std::int64_t stored_rows) const {
    Row const first{sample.value(), -1,
                    first_stage_of_chain_[static_cast<std::size_t>(chain_of(position.stage))]};
    Row const last{sample.value(), position.step, position.stage};
    auto const begin = std::lower_bound(rows_.begin(), rows_.end(), first, before);
    auto const end = std::upper_bound(begin, rows_.end(), last, before);
    return end - begin >= stored_rows;
}

std::vector<std::int64_t> CampaignLedger::finished(int chain) const {
    std::vector<std::int64_t> samples;
    for (Finished const& one : finished_)
        if (chain_of(one.row.stage) == chain &&
            has_rows(SampleId{one.row.sample}, {one.row.stage, one.row.step, true},
                     one.stored_rows))
            samples.push_back(one.row.sample);
    return samples;
}

}  // namespace athanor
