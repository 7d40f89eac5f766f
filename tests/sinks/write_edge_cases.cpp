// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Writes stores that hold the edges of the format, for tests/support/check_store.py to judge.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/file_storage.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/memory_file_system.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

/// Sizes around a chunk's, -0.0, NaN and subnormals, samples without cell, all user fields, appends
/// over several openings, rows that are there already.
void write_store(std::string const& path, Dtype dtype, std::string const& codec,
                 std::int64_t chunks_per_shard = 0) {
    SchemaPtr const schema = rich_schema();
    ZarrSinkOptions const options{.path = path,
                                  .dtype = dtype,
                                  .chunk_rows = {8, 8, 4},
                                  .chunks_per_shard = chunks_per_shard,
                                  .codec = codec,
                                  .overwrite = true,
                                  .attributes = R"({"title": "edges of the format"})"};
    {
        ZarrSink sink(options);
        sink.set_provenance(R"({"test": "edge cases"})");
        Batch batch = counted_batch(schema, 0, 9);
        batch.column<double>(Fields::positions)[0] = -0.0;
        batch.column<double>(Fields::positions)[1] = std::nan("");
        batch.column<double>(Fields::positions)[2] = 5e-324;
        for (int k = 0; k < 9; ++k) batch.column<double>(Fields::cell)[k] = 0.0;
        sink.write(batch, all_systems(batch), RowKind::frame);
        sink.flush();
        sink.write(batch, all_systems(batch), RowKind::frame);
        sink.write(batch, all_systems(batch), RowKind::graduated);
        sink.close();
    }
    auto const again = ZarrSink::reopen(options);
    for (int id = 5; id < 40; id += 5) {
        Batch const batch = counted_batch(schema, id, 5);
        again->write(batch, all_systems(batch), RowKind::converged);
        again->flush();
    }
    again->close();
}

/// The store that a writer leaves who is killed when `share` of the calls of its third commit are
/// made.
void write_torn_store(std::filesystem::path const& path, double share) {
    SchemaPtr const schema = rich_schema();
    int first_call = 0, calls = 0;
    std::map<std::string, Bytes> torn;
    for (bool const measured : {false, true}) {  // the first run only counts calls
        MemoryFileSystem disk;
        int const at = first_call + static_cast<int>(share * (calls - first_call));
        if (measured)
            disk.watch([&](MemoryFileSystem const& now) {
                if (torn.empty() && now.calls() >= at) torn = now.files("/disk/x.zarr");
            });
        ZarrSink sink({.path = "x", .chunk_rows = {8, 8, 4}, .threads = 0},
                      FileStorage::create("/disk/x.zarr", Durability::commit, false, disk));
        for (int commit = 0; commit < 3; ++commit) {
            if (!measured) first_call = disk.calls();
            Batch const batch = counted_batch(schema, 7 * commit, 7);
            sink.write(batch, all_systems(batch), RowKind::frame);
            sink.flush();
        }
        if (!measured) calls = disk.calls();
    }
    std::filesystem::remove_all(path);
    for (auto const& [name, bytes] : torn) {
        std::filesystem::create_directories((path / name).parent_path());
        std::ofstream(path / name, std::ios::binary)
            .write(reinterpret_cast<char const*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
    }
}

}  // namespace
}  // namespace athanor::test

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: write_edge_cases FOLDER\n", stderr);
        return 2;
    }
    std::filesystem::path const folder(argv[1]);
    using namespace athanor;
    try {
        test::write_store(folder / "float64.zarr", Dtype::float64, "blosc_lz4:5");
        test::write_store(folder / "float32.zarr", Dtype::float32, "zstd:3");
        test::write_store(folder / "raw.zarr", Dtype::float64, "none");
        test::write_store(folder / "gzip.zarr", Dtype::float64, "gzip:1");
        test::write_store(folder / "blosc_zstd.zarr", Dtype::float64, "blosc_zstd:1");
        test::write_store(folder / "lz4hc.zarr", Dtype::float64, "blosc_lz4hc:9:bitshuffle");
        test::write_store(folder / "zlib.zarr", Dtype::float64, "blosc_zlib:1:noshuffle+crc32c");
        test::write_store(folder / "shards.zarr", Dtype::float64, "blosc_lz4:5", 3);
        test::write_store(folder / "raw_shards.zarr", Dtype::float32, "none+crc32c", 2);
        for (double const share : {0.2, 0.7, 0.9})
            test::write_torn_store(folder / fmt::format("torn_{}.zarr", 100 * share), share);
        ZarrSink empty(
            {.path = folder / "empty.zarr", .durability = Durability::strict, .overwrite = true});
        empty.close();
    } catch (Error const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return error.exit_code();
    }
}
