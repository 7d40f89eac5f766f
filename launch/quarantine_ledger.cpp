// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/quarantine_ledger.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "launch/campaign_ledger.hpp"
#include "launch/sink_set.hpp"
#include "runtime/error.hpp"
#include "sinks/extxyz_frame.hpp"
#include "sinks/extxyz_reader.hpp"
#include "sinks/storage_url.hpp"
#include "sinks/zarr_reader.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

/// The sink of an output that keeps a ledger; nothing where results go elsewhere.
std::optional<ZarrSinkSpec> store_of(Config const& config, int chain) {
    for (std::string const& name : config.outputs[static_cast<std::size_t>(chain)])
        if (auto const* zarr = std::get_if<ZarrSinkSpec>(&config.sinks.at(name));
            zarr && has_store(zarr->url.string()))
            return *zarr;
    return std::nullopt;
}

RowKey key_of(Sample const& sample) {
    return {sample.id().value(), sample.values<std::int32_t>(Fields::stage)[0],
            sample.values<std::int64_t>(Fields::stage_step)[0], RowKind::quarantined};
}

/// Those of a chain whose keys are not in `known`. Frames that cannot be read are no samples: bad
/// ones of the input stand there, too.
std::vector<Sample> failed_samples(fs::path const& quarantine, CampaignLedger const& ledger,
                                   int chain, std::set<RowKey> known, SchemaPtr const& schema) {
    std::vector<Sample> samples;
    ExtxyzFrameReader frames(quarantine, FrameContent::result);
    ExtxyzFrame frame;
    for (auto status = frames.next(frame); status != ExtxyzFrameReader::Status::ended;
         status = frames.next(frame)) {
        if (status == ExtxyzFrameReader::Status::bad || !frame.header.has_ledger ||
            frame.header.kind != RowKind::quarantined)
            continue;
        Sample sample = to_sample(frame, schema);
        RowKey const key = key_of(sample);
        if (ledger.knows_stage(key.stage) && ledger.chain_of(key.stage) == chain &&
            known.insert(key).second)
            samples.push_back(std::move(sample));
    }
    return samples;
}

}  // namespace

std::int64_t record_quarantine(Config const& config, SchemaPtr const& schema) {
    std::error_code error;
    if (!fs::exists(config.quarantine, error) || fs::file_size(config.quarantine, error) == 0)
        return 0;
    CampaignLedger const ledger(config.pipeline);
    std::int64_t written = 0;
    for (int chain = 0; chain < config.pipeline.chain_count(); ++chain) {
        auto const store = store_of(config, chain);
        if (!store) continue;
        auto const keys = ZarrReader(store->url.string()).ledger_keys();
        std::vector<Sample> samples;
        try {
            samples = failed_samples(config.quarantine, ledger, chain, {keys.begin(), keys.end()},
                                     schema);
        } catch (InputError const& failure) {
            throw StorageError(fmt::format("{}; what is in quarantine cannot be put into {}",
                                           failure.what(), store->url.string()));
        }
        // Nothing is opened for writing where nothing is new: a finished campaign stays as it is.
        if (!samples.empty()) written += append_quarantined(*store, samples);
    }
    return written;
}

}  // namespace athanor
