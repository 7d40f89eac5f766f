// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/batch_size.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "kernels/device/late_rows.hpp"
#include "kernels/lennard_jones.hpp"
#include "launch/placement.hpp"
#include "launch/readable.hpp"
#include "runtime/constants.hpp"
#include "runtime/error.hpp"
#include "stages/last_good_state.hpp"
#include "stages/make_dynamics.hpp"

namespace athanor {
namespace {

constexpr double bytes_per_pair = 12.0;  // in both lists, with the images' share
constexpr double bytes_per_found_edge = 16.0;
constexpr double row_bytes = 512.0;  // of a system beside its columns: names, list headers
// On a device: two entries of eight bytes; positions, velocities and forces as they were, places
// and links of a list, what a model adds up; sums and what is known of a list.
constexpr double device_bytes_per_pair = 16.0;
constexpr double device_atom_bytes = 72.0 + 48.0 + 80.0;
constexpr double device_system_bytes = 1536.0;
constexpr int least_useful_atoms = 100;
constexpr double most_systems = 65536.0, most_atoms = 1048576.0;

/// A whole number from a file that holds one, or a word such as "max".
double number_in(std::filesystem::path const& path) {
    std::ifstream file(path);
    double number = 0.0;
    return file >> number ? number : std::numeric_limits<double>::infinity();
}

double available_bytes() {
    std::ifstream file("/proc/meminfo");
    std::string key;
    double kilobytes = 0.0;
    while (file >> key >> kilobytes) {
        if (key == "MemAvailable:") return 1024.0 * kilobytes;
        file.ignore(64, '\n');
    }
    return std::numeric_limits<double>::infinity();
}

/// A line "key number" of a file.
double number_of(std::filesystem::path const& path, std::string const& key) {
    std::ifstream file(path);
    std::string word;
    for (double number = 0.0; file >> word >> number;)
        if (word == key) return number;
    return 0.0;
}

/// What one group leaves of its limit. Cached pages of files that nobody uses count as free.
double left_in_group(std::filesystem::path const& group, char const* limit, char const* usage) {
    double const used = number_in(group / usage);
    if (!std::isfinite(used)) return std::numeric_limits<double>::infinity();
    return number_in(group / limit) - used + number_of(group / "memory.stat", "inactive_file");
}

/// What the control groups of this process leave, version 2 or 1: the least of it and all parents.
double group_bytes() {
    double least = std::numeric_limits<double>::infinity();
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        std::filesystem::path group = line.substr(std::min(line.size(), line.rfind(':') + 1));
        while (true) {
            std::string const below = group.relative_path().string();
            std::filesystem::path const root = "/sys/fs/cgroup";
            least = std::min({least, left_in_group(root / below, "memory.max", "memory.current"),
                              left_in_group(root / "memory" / below, "memory.limit_in_bytes",
                                            "memory.usage_in_bytes")});
            if (below.empty()) break;
            group = group.parent_path();
        }
    }
    return least;
}

/// True for a hook to which rows are on their way beside the steps.
bool fires_late(HookSpec const& hook) {
    return std::holds_alternative<SnapshotSpec>(hook) || std::holds_alternative<LoggingSpec>(hook);
}
/// True where its sink keeps whatever a batch has; others leave out the state of a stage.
bool reads_state(HookSpec const& hook, std::map<std::string, SinkSpec> const& sinks) {
    auto const* const snapshot = std::get_if<SnapshotSpec>(&hook);
    if (snapshot == nullptr) return false;
    auto const sink = sinks.find(snapshot->sink);
    return sink != sinks.end() && std::holds_alternative<HostMemorySpec>(sink->second);
}

/// Bytes of a batch's columns on a device, for a row of `level`: those of its own, and those of
/// rows on their way to hooks, at most.
double device_column_bytes(CampaignPlan const& plan, ElementSpec const& element,
                           Schema const& schema, Level level) {
    double late = 0.0;
    for (HookSpec const* hook : all_hooks(element))
        if (fires_late(*hook))
            late = std::fmax(late, static_cast<double>(reads_state(*hook, plan.config.sinks)
                                                           ? schema.bytes_per_row(level)
                                                           : plan.schema->bytes_per_row(level)));
    return static_cast<double>(schema.bytes_per_row(level)) +
           static_cast<double>(LateRows::groups) * late;
}

/// Atoms around one at the density of diamond, within the reach of a stage's lists.
double densest_neighbors(CampaignPlan const& plan, StageSpec const& stage) {
    double const reach = plan.config.model.cutoff + stage.skin;
    return densest_atoms_per_a3 * 4.0 / 3.0 * constants::pi * reach * reach * reach;
}

/// Memory that a batch has to fit into.
struct Bound {
    BatchBytes each;
    double bytes;
    std::string_view memory;

    /// A system has at least one atom, so that systems never take more than they would alone.
    [[nodiscard]] double systems() const {
        return (bytes - each.fixed) / (each.per_system + each.per_atom);
    }
    [[nodiscard]] double atoms(int max_systems) const {
        return (bytes - each.fixed - each.per_system * max_systems) / each.per_atom;
    }
};

/// Of one of the instances that share a device.
Bound device_bound(CampaignPlan const& plan, DeviceRoom const& room) {
    int const instances = instance_count(plan.config.pipeline);
    int const sharing = (instances + room.devices - 1) / room.devices;
    return {largest_device_batch_bytes(plan), 0.5 * static_cast<double>(room.free_bytes) / sharing,
            "device memory"};
}

std::string readable_gib(double bytes) {
    return fmt::format("{:.1f} GiB", bytes / (1024.0 * 1024.0 * 1024.0));
}

}  // namespace

int edges_of_all_pairs(double pairs) { return static_cast<int>(std::fmin(pairs, 2e9)); }

int edges_at_density(double pairs_per_volume, double cutoff) {
    double const sphere = 4.0 / 3.0 * constants::pi * cutoff * cutoff * cutoff;
    return edges_of_all_pairs(std::ceil(pairs_per_volume * sphere));
}

BatchBytes largest_batch_bytes(CampaignPlan const& plan) {
    LennardJones const model(model_options(plan.config));
    BatchBytes most;
    for (int e = 0; e < static_cast<int>(plan.config.pipeline.elements.size()); ++e) {
        ElementSpec const& element = plan.config.pipeline.elements[static_cast<std::size_t>(e)];
        Schema schema = *plan.schema;
        BatchBytes bytes;
        for (StageSpec const& stage : element.stages) {
            schema = schema.with(make_dynamics(stage.dynamics)->state_fields());
            bytes.per_atom += bytes_per_pair * densest_neighbors(plan, stage);
        }
        bytes.per_atom += static_cast<double>(schema.bytes_per_row(Level::atom)) +
                          static_cast<double>(model.memory_bound(1, 1)) +
                          LastGoodState::bytes_per_atom();
        bytes.per_system = static_cast<double>(schema.bytes_per_row(Level::system)) + row_bytes;
        // Found ones wait in buffers before they are in the columns.
        bytes.fixed =
            (static_cast<double>(schema.bytes_per_row(Level::edge)) + bytes_per_found_edge) *
            batch_capacity(plan, e).edges;
        if (bytes.per_atom + bytes.fixed > most.per_atom + most.fixed) most = bytes;
    }
    return most;
}

BatchBytes largest_device_batch_bytes(CampaignPlan const& plan) {
    BatchBytes most;
    for (ElementSpec const& element : plan.config.pipeline.elements) {
        Schema schema = *plan.schema;
        double neighbors = 0.0;  // one list, with the widest skin
        for (StageSpec const& stage : element.stages) {
            schema = schema.with(make_dynamics(stage.dynamics)->state_fields());
            neighbors = std::max(neighbors, densest_neighbors(plan, stage));
        }
        most.per_atom =
            std::max(most.per_atom, device_column_bytes(plan, element, schema, Level::atom) +
                                        device_atom_bytes + device_bytes_per_pair * neighbors);
        most.per_system =
            std::max(most.per_system, device_column_bytes(plan, element, schema, Level::system) +
                                          device_system_bytes);
    }
    return most;
}

std::int64_t free_memory_bytes() {
    double const least = std::min(available_bytes(), group_bytes());
    return std::isfinite(least) ? static_cast<std::int64_t>(std::max(0.0, least)) : 0;
}

void choose_batch(CampaignPlan& plan, std::int64_t free_bytes, DeviceRoom const& room) {
    SamplerSpec& sampler = plan.config.sampler;
    if (!sampler.automatic && sampler.max_bytes == 0) return;
    auto const instances = static_cast<double>(instance_count(plan.config.pipeline));
    double bytes = static_cast<double>(sampler.max_bytes);
    if (sampler.automatic && free_bytes == 0 && sampler.max_bytes == 0) {
        sampler = SamplerSpec{.max_edges = sampler.max_edges,
                              .order = sampler.order,
                              .window = sampler.window,
                              .refill_frequency = sampler.refill_frequency};
        plan.notes.push_back(
            fmt::format("nobody says how much memory is free; a batch of up to "
                        "{} systems and {} atoms",
                        sampler.max_systems, sampler.max_atoms));
        return;
    }
    if (sampler.automatic) {
        double const share = 0.5 * static_cast<double>(free_bytes) / instances;
        bytes = sampler.max_bytes > 0 ? std::min(bytes, share) : share;
    }
    std::vector<Bound> bounds{{largest_batch_bytes(plan), bytes, "memory"}};
    if (sampler.automatic && room.devices > 0) bounds.push_back(device_bound(plan, room));
    if (sampler.automatic) {
        double systems = std::clamp(static_cast<double>(plan.selected_count), 1.0, most_systems);
        for (Bound const& bound : bounds) systems = std::min(systems, bound.systems());
        sampler.max_systems = static_cast<int>(std::max(1.0, systems));
        // A shard may have small samples only; what is too large is the same for all shards.
        double const input = std::max(static_cast<double>(plan.atom_total),
                                      static_cast<double>(plan.largest_atom_count));
        sampler.max_atoms = static_cast<int>(std::clamp(input, 1.0, most_atoms));
    }
    Bound const& tightest =
        *std::min_element(bounds.begin(), bounds.end(), [&](Bound const& a, Bound const& b) {
            return a.atoms(sampler.max_systems) < b.atoms(sampler.max_systems);
        });
    double const atoms = std::floor(tightest.atoms(sampler.max_systems));
    sampler.max_atoms =
        static_cast<int>(std::max(1.0, std::min(static_cast<double>(sampler.max_atoms), atoms)));
    // Who lets large samples go to quarantine does not mean all of them.
    int const needed = plan.config.oversized == OversizedPolicy::refuse
                           ? plan.largest_atom_count
                           : std::min(plan.largest_atom_count, least_useful_atoms);
    if (sampler.max_atoms < needed)
        throw ConfigError(
            fmt::format("{}: {} of {} hold a batch of {} atoms, but the largest sample has {}; {}",
                        sampler.max_bytes > 0 ? "/sampler/max_bytes" : "/sampler/batch",
                        readable_gib(tightest.bytes), tightest.memory, sampler.max_atoms,
                        plan.largest_atom_count,
                        sampler.max_bytes > 0 ? "raise it" : "give the machine more memory"));
    sampler.automatic = false;
    plan.notes.push_back(fmt::format(
        "a batch of up to {} systems and {} atoms, from {} of {} for each of {} stage instance{}",
        sampler.max_systems, sampler.max_atoms, readable_gib(tightest.bytes), tightest.memory,
        instances, instances > 1.0 ? "s" : ""));
}

}  // namespace athanor
