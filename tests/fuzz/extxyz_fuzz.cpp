// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Extended XYZ: as input, as results, and as the file of a sink.
#include <cmath>
#include <filesystem>

#include <sys/mman.h>
#include <unistd.h>

#include "runtime/error.hpp"
#include "sinks/extxyz_ledger.hpp"
#include "sinks/extxyz_reader.hpp"
#include "sinks/extxyz_scanner.hpp"
#include "sinks/extxyz_writer.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace athanor::test {

std::vector<std::string> fuzz_seeds() {
    std::vector<std::string> seeds{
        "2\nLattice=\"5 0 0 0 6 0 0 0 7\" Properties=species:S:1:pos:R:3:velocities:R:3:forces:R:3:"
        "q:R:1:tag:I:2:fix:L:1 pbc=\"T F T\" name=a energy=-1.5 stress=\"1 2 3 4 5 6 7 8 9\" "
        "system_id=4 stage=1 stage_step=10 total_steps=20 t=\"_JSON [[1, 2], [3, 4]]\" kind=frame "
        "outcome=running who=\"A \\\"B\\\"\"\n"
        "Ar 0 0 0 1 2 3 0.1 0.2 0.3 1.5 1 2 T\nKr 1 1e-3 2.5d0 -1 -2 -3 1 2 3 nan 3 4 F\n",
        "1\nProperties=species:S:1:pos:R:3:input_:R:1 input_depth=1\nAr 0 0 0 1\n",
        "1\nProperties=species:S:1:pos:R:3:'q:R:1:cell:S:3 pbc=\"F F F\"\nAr 0 0 0 1 7 8 9\n",
        "1\nplain\nAr 0 0 0\n2\nxyz={1 2 3} b=[T, F] c\n1 0 0 0\nXe 1 1 1\n"};
    for (auto const& entry : std::filesystem::directory_iterator(fuzz_data("physics/inputs"))) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::string content{std::istreambuf_iterator<char>(file), {}};
        if (content.size() < 4000) seeds.push_back(std::move(content));
    }
    return seeds;
}

namespace {

/// A file in memory, by a path that readers can open as often as they like.
class MemoryFile {
public:
    MemoryFile(std::uint8_t const* data, std::size_t size) : fd_(::memfd_create("fuzz", 0)) {
        while (size > 0) {
            auto const count = ::write(fd_, data, size);
            if (count <= 0) std::abort();
            data += count;
            size -= static_cast<std::size_t>(count);
        }
    }
    MemoryFile(MemoryFile const&) = delete;
    MemoryFile& operator=(MemoryFile const&) = delete;
    ~MemoryFile() { ::close(fd_); }
    std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

private:
    int fd_;
};

void expect_same(Sample const& a, Sample const& b) {
    check(a.atom_count() == b.atom_count(), "a frame reads back with other atoms");
    for (FieldIndex const field :
         {Fields::positions, Fields::velocities, Fields::atomic_masses, Fields::cell}) {
        auto const x = a.values<double>(field), y = b.values<double>(field);
        for (std::size_t k = 0; k < x.size(); ++k)
            check(x[k] == y[k], "a number reads back to another");
    }
}

/// Reads all; a good frame is finite, and what we write of it reads back to it.
void read_all(std::string const& path, FrameContent content) {
    ExtxyzScan const scan = scan_extxyz(path, {}, content);
    SchemaPtr const schema = scan.schema();
    ExtxyzFrameReader frames(path, content);
    ExtxyzFrame frame;
    for (;;) {
        auto const status = frames.next(frame);
        if (status == ExtxyzFrameReader::Status::ended) break;
        if (status == ExtxyzFrameReader::Status::bad) continue;
        Sample const sample = to_sample(frame, schema);
        for (double x : sample.values<double>(Fields::positions))
            check(std::isfinite(x), "a position is not finite");
        for (double m : sample.values<double>(Fields::atomic_masses))
            check(m > 0.0, "a mass is not above 0");
        bool overflows = false;  // of the momenta, which are written as well
        auto const v = sample.values<double>(Fields::velocities);
        auto const m = sample.values<double>(Fields::atomic_masses);
        for (std::size_t k = 0; k < v.size(); ++k) overflows |= !std::isfinite(v[k] * m[k / 3]);
        if (overflows) continue;
        std::string const text = format_extxyz(sample, content);
        MemoryFile const again(reinterpret_cast<std::uint8_t const*>(text.data()), text.size());
        ExtxyzFrameReader reader(again.path(), content);
        ExtxyzFrame same;
        check(reader.next(same) == ExtxyzFrameReader::Status::good, "it cannot be read again");
        expect_same(sample, to_sample(same, schema));
    }
}

}  // namespace
}  // namespace athanor::test

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace athanor;
    test::MemoryFile const file(data, size);
    for (FrameContent const content : {FrameContent::input, FrameContent::result}) {
        try {
            test::read_all(file.path(), content);
        } catch (Error const&) {
        }
    }
    try {
        ExtxyzLedger const ledger = read_extxyz_ledger(file.path());
        test::check(ledger.whole_bytes <= static_cast<std::int64_t>(size),
                    "frames end after the file");
    } catch (Error const&) {
    }
    return 0;
}
