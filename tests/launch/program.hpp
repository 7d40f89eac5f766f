// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The built program run as a user runs it, in a folder of its own.
#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "sinks/zarr_reader.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {

struct ProgramResult {
    int code;
    std::string text;  ///< both streams
};

/// A folder in which the program runs.
class ProgramFolder : public TemporaryFolder {
public:
    /// Runs a shell line in the folder; "athanor" in it is the built program.
    [[nodiscard]] ProgramResult shell(std::string const& line) const {
        std::string const command = "cd '" + path().string() +
                                    "' && athanor() { '" ATHANOR_EXECUTABLE
                                    "' \"$@\"; }\nexport -f athanor 2>/dev/null\n" +
                                    line;
        std::FILE* const pipe = popen(("bash -c '" + quoted(command) + "' 2>&1").c_str(), "r");
        std::string text;
        std::array<char, 4096> piece{};
        while (std::fgets(piece.data(), static_cast<int>(piece.size()), pipe) != nullptr)
            text += piece.data();
        int const status = pclose(pipe);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
    }
    [[nodiscard]] ProgramResult athanor(std::string const& arguments) const {
        return shell("athanor " + arguments);
    }
    [[nodiscard]] ProgramResult mpirun(int ranks, std::string const& arguments) const {
        return shell("mpirun -n " + std::to_string(ranks) + " '" ATHANOR_EXECUTABLE "' " +
                     arguments);
    }

private:
    static std::string quoted(std::string const& text) {
        std::string out;
        for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
        return out;
    }
};

/// One of the structures in tests/data as extended XYZ.
inline std::string golden_input(std::string const& name) {
    std::ifstream file(golden_path("inputs/" + name + ".xyz"));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Clusters and crystals of argon, periodic, open, slab, sheared, left-handed.
inline std::vector<std::string> const mixed_names{
    "ar32",    "lj13",          "ar_one",  "ar_slab",      "ar_triclinic", "lj38",
    "ar_tiny", "ar_lefthanded", "ar_wire", "ar_unwrapped", "lj3",          "ar108"};

inline std::string mixed_input() {
    std::string text;
    for (std::string const& name : mixed_names) text += golden_input(name);
    return text;
}

enum class Masked { left_out, too };

/// The rows of a store, by (system_id, stage, step, kind); those of failed samples are masked.
inline std::map<RowKey, Sample> rows_of_store(std::filesystem::path const& path,
                                              Masked masked = Masked::left_out) {
    ZarrReader reader(path.string());
    std::map<RowKey, Sample> rows;
    auto const keys = reader.ledger_keys();
    for (std::int64_t row = 0; row < reader.sample_count(); ++row)
        if (masked == Masked::too || reader.is_active(row))
            rows.emplace(keys[static_cast<std::size_t>(row)], reader.read(row));
    return rows;
}

inline void expect_same_rows(std::map<RowKey, Sample> const& a, std::map<RowKey, Sample> const& b) {
    ASSERT_EQ(a.size(), b.size());
    for (auto const& [key, sample] : a) {
        SCOPED_TRACE("sample " + std::to_string(key.system_id) + ", stage " +
                     std::to_string(key.stage) + ", step " + std::to_string(key.step));
        ASSERT_TRUE(b.count(key));
        EXPECT_TRUE(same_bits(sample, b.at(key)));
    }
}

/// Argon, two stages, small enough for a test: relax 30 steps at most, then 20 of dynamics.
inline nlohmann::json small_campaign(std::string const& input) {
    return nlohmann::json::parse(R"({
      "athanor": 1, "seed": 11, "input": {"path": ")" +
                                 input + R"("},
      "sampler": {"max_systems": 6, "max_atoms": 400},
      "model": {"type": "lennard_jones", "cutoff": 8.5, "switch_width": 1.0,
        "species": {"Ar": {"epsilon": 0.0104, "sigma": 3.40}}},
      "pipeline": [
        {"name": "relax", "dynamics": {"type": "fire", "timestep_fs": 5.0},
         "converge": {"fmax": 0.001}, "max_steps": 30,
         "hooks": [{"type": "converged_snapshot", "sink": "trajectory"}]},
        {"name": "md", "dynamics": {"type": "nvt_langevin", "timestep_fs": 2.0,
         "temperature_kelvin": 30.0, "friction_per_fs": 0.01},
         "initial_temperature_kelvin": 30.0, "steps": 20,
         "hooks": [{"type": "snapshot", "frequency": 5, "sink": "trajectory", "initial": true}]}],
      "buffers": {"systems": 2, "atoms": 400, "slots": 2},
      "sinks": {"trajectory": {"type": "zarr", "url": "out/trajectory.zarr"},
                "done": {"type": "zarr", "url": "out/done.zarr"}},
      "output": ["done"], "quarantine": "out/quarantine.extxyz"})");
}

/// `config` with its stores and quarantine in `folder`.
inline nlohmann::json at(nlohmann::json config, std::string const& folder) {
    for (auto& [name, sink] : config["sinks"].items())
        if (sink.contains("url")) sink["url"] = folder + "/" + name + ".zarr";
    config["quarantine"] = folder + "/quarantine.extxyz";
    return config;
}

/// Two campaigns with the sinks of small_campaign(), by the folders of at().
inline void expect_same_stores(ProgramFolder const& folder, std::string const& a,
                               std::string const& b) {
    for (char const* store : {"/done.zarr", "/trajectory.zarr"}) {
        SCOPED_TRACE(store);
        expect_same_rows(rows_of_store(folder.path() / (a + store)),
                         rows_of_store(folder.path() / (b + store)));
    }
}

}  // namespace athanor::test
