// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Appending snapshots of 256 and 1000 atoms to a Zarr store, against a copy in memory, the codec
/// alone, and plain chunk files of the same bytes. Bytes are those of the rows (positions,
/// velocities, forces, numbers, masses, categories, masks and system rows), before any codec. The
/// ratios of one run: --benchmark_enable_random_interleaving=true --benchmark_repetitions=5.
/// The column CPU counts all threads of the process and is what a busy machine changes least.
/// ATHANOR_BENCH_FOLDER: where files go (default: temporary).
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include "sinks/codec_names.hpp"
#include "sinks/zarr_layout.hpp"
#include "sinks/zarr_sink.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

constexpr int batch_samples = 16;
constexpr int atoms_written = 1048576;
/// Snapshots come again after so many atoms, two chunks: a codec that met them twice in one chunk
/// would have less to do than it has with what a campaign stores.
constexpr int atoms_before_repeat = 2 * 16384;

int writes_of_batches(int atoms) { return atoms_written / (atoms * batch_samples); }

fs::path bench_folder() {
    char const* const folder = std::getenv("ATHANOR_BENCH_FOLDER");
    fs::path const base = folder != nullptr ? fs::path(folder) : fs::temp_directory_path();
    return base / ("athanor_bench_" + std::to_string(::getpid()));
}

/// Numbers as of a crystal that moves: what a codec meets in practice.
Batch snapshots(int atoms, unsigned seed) {
    auto const schema = std::make_shared<Schema const>();
    Batch batch(schema, {batch_samples, batch_samples * atoms, 0});
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    for (int s = 0; s < batch_samples; ++s) {
        Sample sample(schema, SampleId{s}, "ar256:" + std::to_string(s), atoms);
        for (FieldIndex const f : {Fields::positions, Fields::velocities, Fields::forces})
            for (double& value : sample.values<double>(f)) value = normal(random);
        for (double& mass : sample.values<double>(Fields::atomic_masses)) mass = 39.948;
        for (std::int64_t& z : sample.values<std::int64_t>(Fields::atomic_numbers)) z = 18;
        batch.append(sample);
    }
    return batch;
}

/// Batches that are written in turn, all of the same systems.
class Snapshots {
public:
    explicit Snapshots(int atoms) : atoms_(atoms) {
        int const rows = batch_samples * atoms;
        for (int k = 0; k * rows < atoms_before_repeat; ++k)
            batches_.push_back(snapshots(atoms, static_cast<unsigned>(k)));
        for (int s = 0; s < batch_samples; ++s) systems_.emplace_back(s);
    }

    [[nodiscard]] SchemaPtr const& schema() const { return batches_.front().schema_ptr(); }
    /// Gives all of them to `write(batch, systems)`, so many systems at a time.
    template <class Write>
    void write_all(int step, Write const& write) {
        for (int k = 0; k < writes_of_batches(atoms_); ++k) {
            Batch& batch = batches_[static_cast<std::size_t>(k) % batches_.size()];
            for (int s = 0; s < batch_samples; ++s)
                batch.column<std::int64_t>(Fields::stage_step)[s] = k;
            for (int s = 0; s < batch_samples; s += step)
                write(batch, std::span<SystemIndex const>(systems_).subspan(
                                 static_cast<std::size_t>(s), static_cast<std::size_t>(step)));
        }
    }

private:
    int atoms_;
    std::vector<Batch> batches_;
    std::vector<SystemIndex> systems_;
};

std::int64_t bytes_per_sample(int atoms) {
    std::int64_t bytes = 0;
    for (StoredArray const& array : plan_store(Schema(), Dtype::float64))
        bytes += static_cast<std::int64_t>(array.row_bytes()) * (array.axis == RowAxis::atom ? atoms
                                                                 : array.axis == RowAxis::edge ? 0
                                                                                               : 1);
    return bytes;
}

void report(benchmark::State& state, int atoms) {
    std::int64_t const samples = state.iterations() * batch_samples * writes_of_batches(atoms);
    state.SetBytesProcessed(samples * bytes_per_sample(atoms));
    state.SetItemsProcessed(samples);
}

struct Append {
    std::string codec;
    int step;  ///< samples a write
    int atoms = 256;
    int threads = 1;
    std::int64_t chunks_per_shard = 0;
    bool journal = false;
    std::int64_t queue_bytes = std::int64_t{128} << 20;
};

/// Every store holds about 1048576 atoms and is committed once, at the end. With a journal every
/// row is written twice, and what is in the store at the end is synced.
void append_to_zarr(benchmark::State& state, Append const& append) {
    Snapshots batches(append.atoms);
    fs::path const folder = bench_folder();
    for (auto _ : state) {
        state.PauseTiming();
        fs::remove_all(folder);
        ZarrSink sink({.path = folder / "x.zarr",
                       .chunks_per_shard = append.chunks_per_shard,
                       .codec = append.codec,
                       .durability = append.journal ? Durability::commit : Durability::none,
                       .journal = append.journal,
                       .threads = append.threads,
                       .queue_bytes = append.queue_bytes});
        sink.open(*batches.schema());
        state.ResumeTiming();
        batches.write_all(append.step, [&sink](Batch const& batch, auto systems) {
            sink.write(batch, systems, RowKind::frame);
        });
        sink.close();
    }
    fs::remove_all(folder);
    report(state, append.atoms);
}

/// What write() alone costs the loop that calls it; the threads finish outside the time.
void hand_over(benchmark::State& state, Append const& append) {
    Snapshots batches(append.atoms);
    fs::path const folder = bench_folder();
    double stalled = 0;
    for (auto _ : state) {
        state.PauseTiming();
        fs::remove_all(folder);
        {
            ZarrSink sink({.path = folder / "x.zarr", .codec = append.codec});
            sink.open(*batches.schema());
            state.ResumeTiming();
            batches.write_all(append.step, [&sink](Batch const& batch, auto systems) {
                sink.write(batch, systems, RowKind::frame);
            });
            state.PauseTiming();
            sink.close();
            stalled += sink.stalled_seconds();
        }
        state.ResumeTiming();
    }
    fs::remove_all(folder);
    state.counters["stalled_s"] = stalled;
    report(state, append.atoms);
}

/// One chunk of every array of a store of these snapshots, and its share of the bytes of a row.
struct FullChunk {
    CodecChain codecs;
    ChunkForm form;
    Bytes bytes;
    std::int64_t count;  ///< of such chunks in the stores that append_to_zarr() writes
};

std::vector<FullChunk> chunks_of_a_store(int atoms, std::string const& codec) {
    StoreForm const store{{}, 0, codecs_from_name(codec), "{}"};
    std::vector<FullChunk> chunks;
    for (StoredArray const& array : plan_store(Schema(), Dtype::float64)) {
        if (array.axis != RowAxis::atom) continue;  // the others are a hundredth of the bytes
        ArrayMetadata const metadata = array_metadata(array, store);
        std::int64_t const rows = metadata.chunk_shape[0];
        FullChunk chunk{metadata.codecs, metadata.chunk_form(), {}, atoms_written / rows};
        chunk.bytes.resize(chunk.form.bytes(), std::byte{1});
        if (array.source == RowSource::field) {
            auto to = std::span(chunk.bytes);
            for (unsigned seed = 0; !to.empty(); ++seed) {
                Batch const batch = snapshots(atoms, seed);
                auto const field = *batch.schema().find(array.field);
                std::size_t const bytes = std::min(
                    to.size(), static_cast<std::size_t>(atoms * batch_samples) * array.row_bytes());
                std::memcpy(to.data(), batch.rows(field, SystemIndex{0}), bytes);
                to = to.subspan(bytes);
            }
        }
        chunks.push_back(std::move(chunk));
    }
    return chunks;
}

/// The codec alone on what a store gets, on one thread; no disk.
void encode_alone(benchmark::State& state, char const* codec) {
    auto const chunks = chunks_of_a_store(256, codec);
    EncodeScratch scratch;
    std::int64_t bytes = 0;
    for (FullChunk const& chunk : chunks)
        bytes += chunk.count * static_cast<std::int64_t>(chunk.bytes.size());
    for (auto _ : state)
        for (FullChunk const& chunk : chunks)
            for (std::int64_t k = 0; k < chunk.count; ++k)
                benchmark::DoNotOptimize(
                    encode_chunk(chunk.codecs, chunk.form, chunk.bytes, scratch).data());
    state.SetBytesProcessed(state.iterations() * bytes);
}

void copy_in_memory(benchmark::State& state) {
    constexpr int atoms = 256;
    auto const bytes = static_cast<std::size_t>(bytes_per_sample(atoms) * batch_samples);
    std::vector<std::byte> const from(bytes, std::byte{1});
    std::vector<std::byte> to(bytes);
    for (auto _ : state)
        for (int k = 0; k < writes_of_batches(atoms); ++k) {
            std::memcpy(to.data(), from.data(), bytes);
            benchmark::DoNotOptimize(to.data());
        }
    report(state, atoms);
}

/// The chunks of such a store as plain files: new names, no rename, no documents, no sync.
void write_chunk_files(benchmark::State& state) {
    auto const chunks = chunks_of_a_store(256, "none");
    std::int64_t bytes = 0;
    for (FullChunk const& chunk : chunks)
        bytes += chunk.count * static_cast<std::int64_t>(chunk.bytes.size());
    fs::path const folder = bench_folder();
    for (auto _ : state) {
        state.PauseTiming();
        fs::remove_all(folder);
        fs::create_directories(folder);
        state.ResumeTiming();
        int name = 0;
        for (FullChunk const& chunk : chunks)
            for (std::int64_t k = 0; k < chunk.count; ++k) {
                fs::path const file = folder / std::to_string(name++);
                int const fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
                auto const size = static_cast<ssize_t>(chunk.bytes.size());
                if (fd < 0 || ::write(fd, chunk.bytes.data(), chunk.bytes.size()) != size)
                    state.SkipWithError("cannot write");
                ::close(fd);
            }
    }
    fs::remove_all(folder);
    state.SetBytesProcessed(state.iterations() * bytes);
}

#define ATHANOR_APPEND(name, ...)                                \
    BENCHMARK_CAPTURE(append_to_zarr, name, Append{__VA_ARGS__}) \
        ->Unit(benchmark::kMillisecond)                          \
        ->MeasureProcessCPUTime()                                \
        ->UseRealTime()
ATHANOR_APPEND(raw_16_samples, "none", 16);
ATHANOR_APPEND(raw_16_samples_queue_of_8_MiB, "none", 16, 256, 1, 0, false, 8 << 20);
ATHANOR_APPEND(raw_1_sample, "none", 1);
ATHANOR_APPEND(raw_16_samples_of_1000, "none", 16, 1000);
ATHANOR_APPEND(raw_1_sample_of_1000, "none", 1, 1000);
ATHANOR_APPEND(raw_16_samples_journal, "none", 16, 256, 1, 0, true);
ATHANOR_APPEND(raw_1_sample_journal, "none", 1, 256, 1, 0, true);
ATHANOR_APPEND(raw_16_samples_no_thread, "none", 16, 256, 0);
ATHANOR_APPEND(raw_shards_of_4, "none", 16, 256, 1, 4);
ATHANOR_APPEND(blosc_lz4_16_samples, "blosc_lz4:5", 16);
ATHANOR_APPEND(blosc_lz4_16_samples_queue_of_8_MiB, "blosc_lz4:5", 16, 256, 1, 0, false, 8 << 20);
ATHANOR_APPEND(blosc_lz4_1_sample, "blosc_lz4:5", 1);
ATHANOR_APPEND(blosc_lz4_16_samples_of_1000, "blosc_lz4:5", 16, 1000);
ATHANOR_APPEND(blosc_lz4_1_sample_of_1000, "blosc_lz4:5", 1, 1000);
ATHANOR_APPEND(blosc_lz4_16_samples_journal, "blosc_lz4:5", 16, 256, 1, 0, true);
ATHANOR_APPEND(blosc_lz4_1_sample_journal, "blosc_lz4:5", 1, 256, 1, 0, true);
ATHANOR_APPEND(blosc_lz4_2_threads, "blosc_lz4:5", 16, 256, 2);
ATHANOR_APPEND(blosc_lz4_no_thread, "blosc_lz4:5", 16, 256, 0);
ATHANOR_APPEND(zstd1_16_samples, "zstd:1", 16);
BENCHMARK_CAPTURE(hand_over, blosc_lz4, Append{"blosc_lz4:5", 16})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK_CAPTURE(encode_alone, blosc_lz4, "blosc_lz4:5")
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK_CAPTURE(encode_alone, zstd1, "zstd:1")
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK(copy_in_memory)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(write_chunk_files)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace athanor

BENCHMARK_MAIN();
