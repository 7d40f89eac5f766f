// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Configurations: what is taken writes and reads back to itself.
#include <filesystem>
#include <string>

#include "launch/config.hpp"
#include "runtime/error.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/launch/config_fixture.hpp"

namespace athanor::test {

std::vector<std::string> fuzz_seeds() {
    Json more = relax_then_md();
    more["pipeline"].push_back(Json::parse(R"({"fuse": [
        {"dynamics": {"type": "npt", "timestep_fs": 1, "temperature_kelvin": 30,
         "pressure_gpa": 0.1, "barostat_time_fs": 500, "thermostat_time_fs": 100}, "steps": 5},
        {"dynamics": {"type": "lbfgs"}, "converge": {"fmax": 0.1}, "max_steps": 9}],
        "order": "documented", "hooks": [{"type": "nan_detector", "frequency": 3}]})"));
    more["sinks"]["m"] = {{"type", "device_buffer"}, {"capacity", 4}, {"atoms", 9}};
    return {relax_then_md().dump(2), smallest().dump(), more.dump()};
}

}  // namespace athanor::test

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace athanor;
    std::string const text(reinterpret_cast<char const*>(data), size);
    try {
        Config const config = parse_config(text, "campaign.json", "/base", {});
        std::string const dump = to_json(config);
        Config const again = parse_config(dump, "dump", "/base", {});
        test::check(to_json(again) == dump, "its dump reads back to something else");
    } catch (Error const&) {
    }
    return 0;
}
