// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/precision.hpp"
#include "runtime/channel.hpp"
#include "runtime/size_aware_sampler.hpp"
#include "sinks/frame_selection.hpp"
#include "sinks/storage.hpp"
#include "stages/pipeline_spec.hpp"

namespace athanor {

enum class DeviceChoice { automatic, cpu, cuda, emulated };

/// What moves slots between ranks: shared memory and MPI, or NCCL between the ranks' devices.
enum class SlotTransport { host, nccl };
enum class OversizedPolicy { refuse, quarantine };
enum class StoreDtype { float64, float32 };
enum class StoreCodec { none, blosclz, lz4, lz4hc, zlib, zstd, plain_zstd, gzip };
enum class StoreShuffle { none, shuffle, bitshuffle };

struct InputSpec {
    std::filesystem::path path;
    std::string select = ":";  ///< "5", "10:20", "::100"; see FrameSelection
    bool operator==(InputSpec const&) const = default;
};

struct SamplerSpec {
    bool automatic = false;  ///< max_systems and max_atoms are found from the memory there is
    int max_systems = 64;
    int max_atoms = 8192;
    int max_edges = 0;           ///< 0: no bound
    std::int64_t max_bytes = 0;  ///< of an element's batch with lists and model; 0: no bound
    Packing order = Packing::largest_first;
    int window = 64;           ///< samples read ahead, from which the next one is chosen
    int refill_frequency = 1;  ///< steps of the batch between looks for freed room
    bool operator==(SamplerSpec const&) const = default;
};

/// One species, or one pair of species, in the Lennard-Jones potential.
struct LennardJonesParameters {
    double epsilon = 0.0;  ///< depth of the well [eV], 0 or above
    double sigma = 0.0;    ///< where the energy crosses zero [Å], above 0
    bool operator==(LennardJonesParameters const&) const = default;
};

struct LennardJonesSpec {
    double cutoff = 0.0;                                    ///< [Å], above 0
    std::map<std::string, LennardJonesParameters> species;  ///< by element symbol
    /// In place of the mixing rule; the two symbols of a key are in alphabetical order.
    std::map<std::pair<std::string, std::string>, LennardJonesParameters> pairs;
    bool shift = false;         ///< the pair energy is zero at the cutoff
    double switch_width = 0.0;  ///< [Å], 0 (no switch) to cutoff
    bool operator==(LennardJonesSpec const&) const = default;
};

struct BufferSpec {
    int systems = 16;
    int atoms = 2048;
    int edges = 0;  ///< 0: no edge columns travel
    int slots = 3;
    ChannelMode mode = ChannelMode::fully_async;
    SlotTransport transport = SlotTransport::host;
    bool operator==(BufferSpec const&) const = default;
};

struct ZarrSinkSpec {
    std::filesystem::path url;
    StoreDtype dtype = StoreDtype::float64;
    int chunk_rows = 16384;        ///< of arrays with a row per atom or edge
    int system_chunk_rows = 1024;  ///< of arrays with a row per stored structure
    StoreCodec codec = StoreCodec::lz4;
    int level = 5;  ///< of the codec, 0 to 9
    Durability durability = Durability::commit;
    int shard_rows = 0;  ///< a multiple of chunk_rows; 0: no shards
    StoreShuffle shuffle = StoreShuffle::shuffle;
    bool checksum = false;  ///< CRC-32C after each chunk
    int threads = 1;        ///< that encode and write
    bool journal = false;   ///< rows go to a file beside the store first; of folders alone
    bool operator==(ZarrSinkSpec const&) const = default;
};

struct HostMemorySpec {
    std::int64_t capacity = 0;  ///< rows; 0: no bound
    bool operator==(HostMemorySpec const&) const = default;
};

struct DeviceBufferSpec {
    int capacity = 1;  ///< rows
    int atoms = 1;     ///< of all rows together
    int edges = 0;     ///< of all rows together; 0: rows lose theirs
    bool operator==(DeviceBufferSpec const&) const = default;
};

struct ExtxyzSpec {
    std::filesystem::path path;
    bool operator==(ExtxyzSpec const&) const = default;
};

/// Its capacity as a sink takes it.
[[nodiscard]] inline std::int64_t row_capacity(HostMemorySpec const& spec) {
    return spec.capacity > 0 ? spec.capacity : std::numeric_limits<std::int64_t>::max();
}

using SinkSpec = std::variant<ZarrSinkSpec, HostMemorySpec, ExtxyzSpec, DeviceBufferSpec>;

/// Where the samples under way are kept while a campaign runs, and how often.
struct CheckpointSpec {
    std::filesystem::path path;  ///< a folder
    double interval_seconds = 60.0;
    bool operator==(CheckpointSpec const&) const = default;
};

/// Where the figures of a run go, and how fine its timeline begins.
struct MetricsSpec {
    std::filesystem::path path;
    double interval_seconds = 0.1;
    bool operator==(MetricsSpec const&) const = default;
};

/// A campaign as plain data: what a configuration file says, checked and with all defaults filled
/// in. Paths are absolute. config_keys.hpp has every key with its range, default and help.
struct Config {
    std::uint64_t seed = 0;
    DeviceChoice device = DeviceChoice::automatic;
    Precision precision = Precision::float64;
    InputSpec input;
    SamplerSpec sampler;
    LennardJonesSpec model;
    PipelineSpec pipeline;  ///< every chain of the job, one after the other
    BufferSpec buffers;
    std::map<std::string, SinkSpec> sinks;
    /// Sinks of finished samples, tried in this order, for each chain of the pipeline.
    std::vector<std::vector<std::string>> outputs;
    std::filesystem::path quarantine;
    OversizedPolicy oversized = OversizedPolicy::refuse;
    double stall_timeout_seconds = 120.0;
    std::optional<CheckpointSpec> checkpoint;
    std::optional<MetricsSpec> metrics;
    bool operator==(Config const&) const = default;
};

/// One value that the command line puts in place of the file's.
struct ConfigOverride {
    std::string pointer;  ///< JSON pointer, "/buffers/slots"; what is missing on the way is created
    std::string value;    ///< JSON, or else taken as a string
    std::string option = "--set";  ///< how messages name it
};

/// "/seed=9" as an override. Throws ConfigError without a pointer or an equals sign.
[[nodiscard]] ConfigOverride parse_override(std::string const& text);

/// Reads and checks a configuration file.
/// Throws: ConfigError whose message has one line for every error found, each naming the JSON
///         pointer, what was found, what is expected and what to do.
[[nodiscard]] Config load_config(std::filesystem::path const& path,
                                 std::vector<ConfigOverride> const& overrides = {});

/// The same from text; `label` names it in messages, relative paths start at `base`.
[[nodiscard]] Config parse_config(std::string const& text, std::string const& label,
                                  std::filesystem::path const& base,
                                  std::vector<ConfigOverride> const& overrides = {});

/// Canonical JSON on one line: sorted keys, every default spelled, every double exact. parse_config
/// gives the same Config back, so this is also what one rank sends to another.
[[nodiscard]] std::string to_json(Config const& config);

/// What decides the numbers of a trajectory (seed, model, precision, stages) as JSON on one line.
/// The precision stands there where it is not double, so that older campaigns go on.
[[nodiscard]] std::string physics_json(Config const& config);

/// What decides which rows hooks store, by stage, as JSON on one line.
[[nodiscard]] std::string snapshots_json(Config const& config);

/// FNV-1a of physics_json(): equal hashes mean that results of two runs on one kind of processor
/// may be compared bit for bit.
[[nodiscard]] std::uint64_t physics_hash(Config const& config);

}  // namespace athanor
