// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "launch/config.hpp"
#include "launch/placement.hpp"
#include "launch/sink_figures.hpp"
#include "runtime/drainable_sink.hpp"
#include "runtime/field.hpp"
#include "runtime/memory.hpp"
#include "runtime/sample.hpp"
#include "runtime/sink.hpp"

namespace athanor {

/// The sinks that one process writes to. A store that several ranks write is written in parts
/// beside it, PATH.part-RANK, which rank 0 merges at the end: a store has one tail and so one
/// writer.
/// Threads: sinks take writes from several stages at once.
class SinkSet {
public:
    /// `goes_on`: with the stores of an earlier run, which merge_leftover_parts() has put in order;
    /// rows that are there are not written again. `buffers`: where a device_buffer takes its
    /// memory; it must outlive the sinks.
    SinkSet(Config const& config, Placement const& placement, Rank rank, SchemaPtr const& schema,
            std::string const& provenance, bool goes_on = false,
            MemorySpace& buffers = host_memory());

    [[nodiscard]] Sink& at(std::string const& name) { return *sinks_.at(name); }
    /// Everything written so far is visible, and as durable as the sinks are.
    void flush();
    void close();
    /// Of every sink of this process; also when it is closed.
    [[nodiscard]] std::vector<SinkFigures> figures(Config const& config, Rank rank) const;

private:
    std::map<std::string, std::unique_ptr<Sink>> sinks_;
};

/// A sink that keeps rows in memory: host_memory, or device_buffer with its memory in `buffers`,
/// which must outlive it. Expects: `spec` is one of those.
[[nodiscard]] std::unique_ptr<DrainableSink> make_memory_sink(SinkSpec const& spec,
                                                              SchemaPtr const& schema,
                                                              MemorySpace& buffers);

/// Throws ConfigError for an extxyz sink that several nodes would write, since network file systems
/// do not append for two hosts at once, and for a store in memory that several ranks would write.
void refuse_shared_files(Config const& config, Placement const& placement);

/// Throws ConfigError (exit 2) when something stands where output goes. Changes nothing.
void refuse_existing_outputs(Config const& config);

/// Throws ConfigError (exit 2) when something stands where output goes, or removes it when it may
/// be overwritten. Only stores and structure files are removed, never another folder.
void clear_outputs(Config const& config, bool overwrite);

/// Merges the parts of stores that several ranks wrote, and what their store held before. Rank 0,
/// when all ranks have closed theirs.
void merge_parts(Config const& config, Placement const& placement);

/// Makes the store of a sink of these, which stay; returns its number of rows. Throws as
/// merge_stores().
std::int64_t join_stores(ZarrSinkSpec const& spec, std::vector<std::string> const& stores);

/// Adds rows of kind `quarantined` to the store of a sink; returns how many were new.
std::int64_t append_quarantined(ZarrSinkSpec const& spec, std::vector<Sample> const& samples);

/// Removes what runs that were killed have left of stores and parts that they were making, once
/// those that they were replacing have their names back.
void remove_unfinished_stores(Config const& config);

/// Parts that a run left behind which did not come to its end, whatever its placement was.
[[nodiscard]] std::vector<std::filesystem::path> parts_of(Config const& config);

/// Files of journals beside the stores of a campaign.
[[nodiscard]] std::vector<std::filesystem::path> journals_of(Config const& config);

/// Brings the journals of stores and parts that a killed run has left into their arrays. Returns a
/// line for people about each. Throws StorageError for one that does not belong to its store.
[[nodiscard]] std::vector<std::string> replay_journals(Config const& config);

/// Merges these parts, too. Expects: replay_journals() was called.
void merge_leftover_parts(Config const& config);

/// The extended-XYZ files of its sinks that are there.
[[nodiscard]] std::vector<std::filesystem::path> extxyz_files_of(Config const& config);

/// The stores of the campaign that are there.
[[nodiscard]] std::vector<std::filesystem::path> stores_of(Config const& config);

}  // namespace athanor
