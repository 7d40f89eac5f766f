// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/config_checker.hpp"

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "tests/launch/config_fixture.hpp"

namespace athanor::test {
namespace {

/// One thing wrong with the example, and the whole message about it.
struct Wrong {
    char const* pointer;
    char const* value;
    char const* message;
};
void PrintTo(Wrong const& wrong, std::ostream* out) { *out << wrong.pointer << ' ' << wrong.value; }

class EveryWrongValue : public ::testing::TestWithParam<Wrong> {};

TEST_P(EveryWrongValue, HasItsOwnMessage) {
    Wrong const& wrong = GetParam();

    std::string const error =
        error_of(with(relax_then_md(), wrong.pointer, Json::parse(wrong.value)));

    EXPECT_EQ(error, std::string("campaign.json#") + wrong.message);
}

constexpr Wrong wrong_values[] = {
    // types
    {"/seed", "\"7\"", "/seed: \"7\" is no seed; give an integer, 0 or above"},
    {"/seed", "1.5", "/seed: 1.5 is no seed; give an integer, 0 or above"},
    {"/seed", "-1", "/seed: -1 is no seed; give an integer, 0 or above"},
    {"/seed", "18446744073709551616",
     "/seed: 1.8446744073709552e+19 is no seed; give an integer, 0 or above"},
    {"/input", "\"a.xyz\"", "/input: \"a.xyz\" is no input; give an object {...}"},
    {"/input/path", "5", "/input/path: 5 is no path; give a string that is not empty"},
    {"/input/path", "\"\"", "/input/path: \"\" is no path; give a string that is not empty"},
    {"/input/path", "\"a\\u0000b\"",
     "/input/path: \"a\\u0000b\" holds control characters; give plain text"},
    {"/model/shift", "1", "/model/shift: 1 is no switch; give true or false"},
    {"/pipeline", "{}",
     "/pipeline: an empty object is no pipeline; give a list [...] that is not "
     "empty"},
    {"/pipeline", "[]",
     "/pipeline: an empty list is no pipeline; give a list [...] that is not empty"},
    {"/pipeline/0", "3", "/pipeline/0: 3 is no element of a pipeline; give an object {...}"},
    {"/pipeline/0/converge", "0.1",
     "/pipeline/0/converge: 0.1 is no convergence; give an object {\"fmax\": ...} or a list that "
     "is not empty"},
    {"/output", "\"done\"",
     "/output: \"done\" is no list of sinks; give a list [...] that is not empty"},
    // ranges
    {"/athanor", "2", "/athanor: 2 is no version of this format; give an integer equal to 1"},
    {"/sampler/max_atoms", "0",
     "/sampler/max_atoms: 0 is no number of atoms; give an integer, 1 or above"},
    {"/sampler/max_systems", "3000000000",
     "/sampler/max_systems: 3000000000 is no number of systems; give an integer, 1 or above"},
    {"/buffers/slots", "0",
     "/buffers/slots: 0 is no number of slots; give an integer from 1 to 1024"},
    {"/model/cutoff", "0", "/model/cutoff: 0 is no cutoff; give ångström above 0"},
    {"/model/species/Ar/sigma", "0",
     "/model/species/Ar/sigma: 0 is no length; give ångström above 0"},
    {"/model/species/Ar/epsilon", "-1",
     "/model/species/Ar/epsilon: -1 is no energy; give eV, 0 or above"},
    {"/pipeline/1/dynamics/timestep_fs", "-0.5",
     "/pipeline/1/dynamics/timestep_fs: -0.5 is no time step; give femtoseconds above 0"},
    {"/pipeline/1/dynamics/temperature_kelvin", "-1",
     "/pipeline/1/dynamics/temperature_kelvin: -1 is no temperature; give kelvin, 0 or above"},
    {"/pipeline/0/dynamics/timestep_decrease", "1",
     "/pipeline/0/dynamics/timestep_decrease: 1 is no factor of decrease; give a number above 0 "
     "and below 1"},
    {"/pipeline/0/converge/fmax", "0",
     "/pipeline/0/converge/fmax: 0 is no force; give eV/Å above 0"},
    {"/pipeline/1/steps", "0",
     "/pipeline/1/steps: 0 is no number of steps; give an integer, 1 or "
     "above"},
    {"/pipeline/1/hooks/0/frequency", "0",
     "/pipeline/1/hooks/0/frequency: 0 is no frequency; give steps as an integer, 1 or above"},
    {"/stall_timeout_seconds", "0",
     "/stall_timeout_seconds: 0 is no time limit; give seconds from 1 to 1000000"},
    // words
    {"/device", "\"gpu\"",
     "/device: \"gpu\" is no device; give auto, cpu, cuda or emulated (nearest: cpu)"},
    {"/precision", "\"single\"", "/precision: \"single\" is no precision; give double or mixed"},
    {"/buffers/mode", "\"async\"",
     "/buffers/mode: \"async\" is no channel mode; give sync, async_recv or fully_async (nearest: "
     "async_recv)"},
    {"/pipeline/1/dynamics/type", "\"nvt_langvin\"",
     "/pipeline/1/dynamics/type: \"nvt_langvin\" is no dynamics; give single_point, demo, nve, "
     "nvt_langevin, nvt_nose_hoover, npt, nph, fire, fire2, fire_variable_cell, "
     "fire2_variable_cell or lbfgs (nearest: nvt_langevin)"},
    {"/model/type", "\"morse\"", "/model/type: \"morse\" is no model; give lennard_jones"},
    {"/sinks/done/codec", "\"lzma\"",
     "/sinks/done/codec: \"lzma\" is no codec; give none, blosclz, lz4, lz4hc, zlib, zstd, "
     "plain_zstd or gzip (nearest: lz4)"},
    // unknown keys
    {"/sampler/max_atom", "3",
     "/sampler/max_atom: unknown key \"max_atom\"; known here: max_systems, max_atoms, max_edges, "
     "order, window, refill_frequency, max_bytes, batch (nearest: max_atoms)"},
    {"/pipeline/1/dynamics/timestep", "3",
     "/pipeline/1/dynamics/timestep: unknown key \"timestep\"; known here: type, timestep_fs, "
     "temperature_kelvin, friction_per_fs (nearest: timestep_fs)"},
    {"/model/species/Ar/mass", "39",
     "/model/species/Ar/mass: unknown key \"mass\"; known here: epsilon, sigma"},
    // not in this version
    {"/checkpoint", "{\"interval_seconds\": 60}",
     "/checkpoint/path: missing; give a string that is not empty (folder of the checkpoints; made "
     "where it is missing)"},
    {"/sampler/batch", "\"small\"",
     "/sampler/batch: \"small\" is no size of a batch; give given or auto"},
};
INSTANTIATE_TEST_SUITE_P(ConfigChecker, EveryWrongValue, ::testing::ValuesIn(wrong_values));

/// A required key that is taken out, and the whole message about it.
struct Missing {
    char const* pointer;
    char const* message;
};
void PrintTo(Missing const& missing, std::ostream* out) { *out << missing.pointer; }

class EveryMissingKey : public ::testing::TestWithParam<Missing> {};

TEST_P(EveryMissingKey, IsNamed) {
    Missing const& missing = GetParam();

    std::string const error = error_of(without(relax_then_md(), missing.pointer));

    EXPECT_EQ(error, std::string("campaign.json#") + missing.message);
}

constexpr Missing missing_keys[] = {
    {"/athanor",
     "/athanor: missing; give an integer equal to 1 (version of the configuration's format)"},
    {"/input/path",
     "/input/path: missing; give a string that is not empty (extended XYZ file with "
     "the structures, .gz too)"},
    {"/model", "/model: missing; give an object {...} (what gives energies and forces)"},
    {"/model/type", "/model/type: missing; give lennard_jones"},
    {"/model/cutoff",
     "/model/cutoff: missing; give ångström above 0 (pairs farther apart do not interact)"},
    {"/pipeline",
     "/pipeline: missing; give a list [...] that is not empty (the stages that every "
     "sample passes)"},
    {"/sinks",
     "/sinks: missing; give an object {name: ...} that is not empty (where rows go, by name)"},
    {"/output",
     "/output: missing; give a list [...] that is not empty (sinks of finished samples; "
     "the next takes what the first has no room for)"},
    {"/pipeline/1/dynamics",
     "/pipeline/1/dynamics: missing; give an object {...} (what happens to a sample in a step)"},
    {"/sinks/done/url",
     "/sinks/done/url: missing; give a string that is not empty (folder of the store, or "
     "s3://BUCKET/NAME, gs://BUCKET/NAME, memory://NAME)"},
};
INSTANTIATE_TEST_SUITE_P(ConfigChecker, EveryMissingKey, ::testing::ValuesIn(missing_keys));

TEST(ConfigChecker, OneFrameMayBeSelectedByANumber) {
    EXPECT_EQ(parse(with(relax_then_md(), "/input/select", 5)).input.select, "5");
    EXPECT_EQ(parse(with(relax_then_md(), "/input/select", -1)).input.select, "-1");
}

TEST(ConfigChecker, IntegersMayBeWrittenAsFloats) {
    EXPECT_EQ(parse(with(relax_then_md(), "/pipeline/1/steps", 1e3))
                  .pipeline.elements[1]
                  .stages[0]
                  .step_budget,
              1000);
    EXPECT_EQ(parse(with(relax_then_md(), "/seed", 18446744073709551615U)).seed,
              18446744073709551615U);
}

TEST(ConfigChecker, KeysWithSlashesAreEscapedInPointers) {
    EXPECT_EQ(error_of(with(relax_then_md(), "/buffers/a~1b~0", 1)),
              "campaign.json#/buffers/a~1b~0: unknown key \"a/b~\"; known here: systems, atoms, "
              "edges, slots, mode, transport");
}

}  // namespace
}  // namespace athanor::test
