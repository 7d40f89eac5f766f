// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What no input may do to the reader of structures: crash it, or make it grow with the file.
#include <chrono>
#include <fstream>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/sinks/extxyz_files.hpp"

namespace athanor::test {
namespace {

/// Resident memory of this process, now or at its peak [KiB]; see proc(5).
long memory_kib(std::string const& what) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(what)) return std::stol(line.substr(what.size() + 1));
    return 0;
}

/// Sanitizers keep freed memory, so that its growth says nothing about the program.
bool sanitized() {
    auto const maps = content_of("/proc/self/maps");
    return maps.find("libasan") != std::string::npos || maps.find("libtsan") != std::string::npos;
}

std::string const& good_file() {
    static std::string const content =
        content_of(golden_inputs() / "lj7.xyz") + content_of(golden_inputs() / "ar_tiny.xyz") +
        content_of(golden_inputs() / "ico13.xyz") +
        "2\nLattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3:q:R:1:tag:I:2:fix:L:1:"
        "site:S:1 energy=-1.5 m=[[1,2],[3,4]] n=\"1 2 3\" who=\"A \\\"B\\\"\" ok pbc=[T, T, F]\n"
        "Ar 0 0 0 0.5 1 2 T top\nKr 2.5 0 0 -0.5 3 4 F hollow\n"
        "3\na plain comment\nAr 0 0 0\nKr 4 0 0\n54 0 4 0\n";
    return content;
}

void mutate(std::string& text, std::mt19937_64& engine) {
    auto const below = [&](std::size_t n) { return static_cast<std::size_t>(engine() % n); };
    static constexpr std::string_view pieces[] = {
        "\n",         "\"",          "=",
        "[",          "]",           "{",
        "nan",        "-",           "1e999",
        " ",          "\r\n",        "T",
        "0",          "99999999999", "Properties=",
        "Lattice=\"", ":",           "\\",
        "pbc=",       "\xff",        std::string_view("\0", 1),
        "'"};
    std::size_t const times = 1 + below(4);
    for (std::size_t i = 0; i < times && !text.empty(); ++i) {
        std::size_t const at = below(text.size());
        switch (below(6)) {
            case 0:
                text[at] = static_cast<char>(engine());
                break;
            case 1:
                text.erase(at, 1 + below(40));
                break;
            case 2:
                text.insert(at, pieces[below(std::size(pieces))]);
                break;
            case 3:
                text.insert(at, text.substr(below(text.size()), below(200)));
                break;
            case 4:
                text.resize(at);
                break;
            case 5: {  // a whole line goes
                auto const begin = text.rfind('\n', at) + 1;
                text.erase(begin, text.find('\n', at) - begin + 1);
                break;
            }
        }
    }
}

TEST(ExtxyzRobustness, MutatedFilesGiveSamplesOrBadFramesAndNothingElse) {
    constexpr std::uint64_t seed = 4711;
    std::cout << "seed " << seed << "\n";
    TemporaryFolder const folder;
    std::mt19937_64 engine(seed);
    std::int64_t samples = 0, bad_frames = 0, no_structure_file = 0;
    for (int round = 0; round < 2000; ++round) {
        std::string text = good_file();
        mutate(text, engine);
        auto const path = folder.write("in.extxyz", text);
        try {
            auto const file = read_whole(path);
            samples += static_cast<std::int64_t>(file.samples.size());
            bad_frames += static_cast<std::int64_t>(file.bad_frames.size());
            ASSERT_EQ(file.scan.frame_count,
                      static_cast<std::int64_t>(file.samples.size() + file.bad_frames.size()))
                << "round " << round;
            for (BadFrame const& bad : file.bad_frames) ASSERT_FALSE(bad.reason.empty());
            for (Sample const& sample : file.samples) {
                ASSERT_LE(sample.text().size(), file.scan.longest_text_bytes) << "round " << round;
                for (double const x : values_of<double>(sample, "positions"))
                    ASSERT_TRUE(std::isfinite(x)) << "round " << round;
            }
        } catch (InputError const&) {
            ++no_structure_file;
        }
    }
    std::cout << samples << " samples, " << bad_frames << " bad frames, " << no_structure_file
              << " files refused\n";
    EXPECT_GT(samples, 4000);
    EXPECT_GT(bad_frames, 1000);
}

TEST(ExtxyzRobustness, LongFileIsReadInTheMemoryOfOneFrame) {
    constexpr int frames = 200000, atoms = 8;
    TemporaryFolder const folder;
    auto const path = folder / "long.extxyz";
    std::int64_t bytes = 0;
    {
        std::ofstream out(path);
        std::mt19937_64 engine(1);
        std::uniform_real_distribution<double> place(0.0, 12.0);
        std::string text;
        for (int i = 0; i < frames; ++i) {
            text = std::to_string(atoms) +
                   "\nLattice=\"12 0 0 0 12 0 0 0 12\" Properties=species:S:1:pos:R:3 q=" +
                   std::to_string(i) + "\n";
            for (int k = 0; k < atoms; ++k)
                text += "Ar " + std::to_string(place(engine)) + " " +
                        std::to_string(place(engine)) + " " + std::to_string(place(engine)) + "\n";
            out << text;
            bytes += static_cast<std::int64_t>(text.size());
        }
    }
    long const before = memory_kib("VmRSS:");
    std::ofstream("/proc/self/clear_refs") << "5";  // starts the peak anew, where it is allowed

    auto const start = std::chrono::steady_clock::now();
    ExtxyzScan const scan = scan_extxyz(path);
    auto const scanned = std::chrono::steady_clock::now();
    ExtxyzReader reader(path, scan.schema(), FrameSelection(), nullptr);
    std::int64_t count = 0;
    while (auto sample = reader.next()) count += sample->atom_count();
    auto const ended = std::chrono::steady_clock::now();

    EXPECT_EQ(scan.frame_count, frames);
    EXPECT_EQ(count, static_cast<std::int64_t>(frames) * atoms);
    auto const report = [&](char const* what, auto duration) {
        double const seconds = std::chrono::duration<double>(duration).count();
        std::cout << what << ": " << frames / seconds << " frames/s, "
                  << static_cast<double>(bytes) / seconds / 1e6 << " MB/s\n";
    };
    report("scan", scanned - start);
    report("read", ended - scanned);
    long const growth = memory_kib("VmHWM:") - before;
    std::cout << "growth of the peak: " << growth << " KiB\n";
    if (!sanitized()) {
        EXPECT_LT(growth, 20 * 1024);
    }
}

TEST(ExtxyzRobustness, HugeCountAllocatesNothing) {
    TemporaryFolder const folder;
    long const before = memory_kib("VmHWM:");
    auto const file = read_whole(folder.write("in.xyz", "700000000\n\nAr 0 0 0\n1\n\nAr 0 0 0\n"));
    EXPECT_EQ(file.samples.size(), 1u);
    EXPECT_EQ(file.bad_frames.size(), 1u);
    if (!sanitized()) {
        EXPECT_LT(memory_kib("VmHWM:") - before, 20 * 1024);
    }
}

TEST(ExtxyzRobustness, LinesLongerThanABlock) {
    TemporaryFolder const folder;
    std::string const note(3'000'000, 'x');
    auto const file =
        read_whole(folder.write("in.xyz", "1\nnote=\"" + note + "\" q=2\nAr 0 0 0\n1\nname=b\nAr" +
                                              std::string(1'000'000, ' ') + "1 2 3\n"));
    ASSERT_EQ(file.samples.size(), 2u);
    EXPECT_EQ(file.samples[0].text().size(), note.size() + 7);
    EXPECT_EQ(values_of<double>(file.samples[1], "positions").at(2), 3.0);
}

}  // namespace
}  // namespace athanor::test
