// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Appending 256-atom snapshots to a Zarr store, against a copy in memory and plain chunk files of
/// the same bytes. Bytes are those of the rows (positions, velocities, forces, numbers, masses,
/// categories, masks and system rows), before any codec. ATHANOR_BENCH_FOLDER: where files go
/// (default: temporary).
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include "sinks/zarr_layout.hpp"
#include "sinks/zarr_sink.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

constexpr int atoms = 256;
constexpr int batch_samples = 16;
constexpr int writes_of_batch = 64;  // 1024 samples, 262144 atoms

fs::path bench_folder() {
    char const* const folder = std::getenv("ATHANOR_BENCH_FOLDER");
    fs::path const base = folder != nullptr ? fs::path(folder) : fs::temp_directory_path();
    return base / ("athanor_bench_" + std::to_string(::getpid()));
}

/// Numbers as of a crystal that moves: what a codec meets in practice.
Batch snapshots() {
    auto const schema = std::make_shared<Schema const>();
    Batch batch(schema, {batch_samples, batch_samples * atoms, 0});
    std::mt19937_64 random(1);
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

std::int64_t bytes_per_sample() {
    std::int64_t bytes = 0;
    for (StoredArray const& array : plan_store(Schema(), Dtype::float64))
        bytes += static_cast<std::int64_t>(array.row_bytes()) * (array.axis == RowAxis::atom ? atoms
                                                                 : array.axis == RowAxis::edge ? 0
                                                                                               : 1);
    return bytes;
}

void report(benchmark::State& state) {
    std::int64_t const samples = state.iterations() * batch_samples * writes_of_batch;
    state.SetBytesProcessed(samples * bytes_per_sample());
    state.SetItemsProcessed(samples);
}

/// `step` samples a write; every store holds 1024 samples and is committed once, at the end.
void append_to_zarr(benchmark::State& state, std::string const& codec, int step) {
    Batch batch = snapshots();
    std::vector<SystemIndex> systems;
    for (int s = 0; s < batch_samples; ++s) systems.emplace_back(s);
    fs::path const folder = bench_folder();
    for (auto _ : state) {
        state.PauseTiming();
        fs::remove_all(folder);
        ZarrSink sink({.path = folder / "x.zarr", .codec = codec});
        sink.open(batch.schema());
        state.ResumeTiming();
        for (int k = 0; k < writes_of_batch; ++k) {
            for (int s = 0; s < batch_samples; ++s)
                batch.column<std::int64_t>(Fields::stage_step)[s] = k;
            for (int s = 0; s < batch_samples; s += step)
                sink.write(batch, std::span(systems).subspan(s, step), RowKind::frame);
        }
        sink.close();
    }
    fs::remove_all(folder);
    report(state);
}

void copy_in_memory(benchmark::State& state) {
    auto const bytes = static_cast<std::size_t>(bytes_per_sample() * batch_samples);
    std::vector<std::byte> const from(bytes, std::byte{1});
    std::vector<std::byte> to(bytes);
    for (auto _ : state)
        for (int k = 0; k < writes_of_batch; ++k) {
            std::memcpy(to.data(), from.data(), bytes);
            benchmark::DoNotOptimize(to.data());
        }
    report(state);
}

/// The same bytes in files of the size of a chunk of positions, new names, no sync.
void write_chunk_files(benchmark::State& state) {
    std::size_t const chunk_bytes = 16384 * 24;
    auto left_total =
        static_cast<std::size_t>(bytes_per_sample() * batch_samples * writes_of_batch);
    std::vector<std::byte> chunk(chunk_bytes);
    std::mt19937_64 random(1);
    for (std::byte& byte : chunk) byte = static_cast<std::byte>(random());
    fs::path const folder = bench_folder();
    for (auto _ : state) {
        state.PauseTiming();
        fs::remove_all(folder);
        fs::create_directories(folder);
        state.ResumeTiming();
        int name = 0;
        for (std::size_t left = left_total; left > 0;) {
            std::size_t const size = std::min(left, chunk_bytes);
            fs::path const file = folder / std::to_string(name++);
            int const fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
            if (fd < 0 || ::write(fd, chunk.data(), size) != static_cast<ssize_t>(size))
                state.SkipWithError("cannot write");
            ::close(fd);
            left -= size;
        }
    }
    fs::remove_all(folder);
    report(state);
}

BENCHMARK_CAPTURE(append_to_zarr, raw_16_samples, "none", 16)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(append_to_zarr, raw_1_sample, "none", 1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(append_to_zarr, blosc_lz4_16_samples, "blosc_lz4:5", 16)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(append_to_zarr, blosc_lz4_1_sample, "blosc_lz4:5", 1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(append_to_zarr, zstd1_16_samples, "zstd:1", 16)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(copy_in_memory)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(write_chunk_files)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace athanor

BENCHMARK_MAIN();
