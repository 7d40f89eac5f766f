// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What a tool of NVIDIA's is told, by a tool of our own that is linked in. Built with the CUDA
/// toolkit only; needs no device.
#include "stages/nvtx_range.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nvtx3/nvToolsExt.h>

#include "stages/hooks/profiler.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/recording_hook.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Labels of pushes, with the domain before them, and "pop"; nullptr: other tests are at work.
std::vector<std::string>* told = nullptr;
std::string& domain_name() {
    static std::string name;
    return name;
}

nvtxDomainHandle_t NVTX_API create_domain(char const* name) {
    domain_name() = name;
    return reinterpret_cast<nvtxDomainHandle_t>(&domain_name());
}
int NVTX_API push(nvtxDomainHandle_t domain, nvtxEventAttributes_t const* attributes) {
    if (told != nullptr)
        told->push_back(*reinterpret_cast<std::string const*>(domain) + ": " +
                        attributes->message.ascii);
    return 0;
}
int NVTX_API pop(nvtxDomainHandle_t) {
    if (told != nullptr) told->emplace_back("pop");
    return 0;
}

int NVTX_API start_tool(NvtxGetExportTableFunc_t export_table) {
    auto const* const callbacks =
        static_cast<NvtxExportTableCallbacks const*>(export_table(NVTX_ETID_CALLBACKS));
    NvtxFunctionTable table = nullptr;
    unsigned int size = 0;
    if (callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE2, &table, &size) == 0) return 0;
    auto const attach = [table](int id, auto function) {
        *table[id] = reinterpret_cast<NvtxFunctionPointer>(function);
    };
    attach(NVTX_CBID_CORE2_DomainCreateA, create_domain);
    attach(NVTX_CBID_CORE2_DomainRangePushEx, push);
    attach(NVTX_CBID_CORE2_DomainRangePop, pop);
    return 1;
}

/// NVTX asks here for a tool that is linked in, at its first call.
[[maybe_unused]] bool const attached = (InitializeInjectionNvtx2_fnptr = start_tool) != nullptr;

TEST(NvtxRange, IsOpenAsLongAsItLives) {
    std::vector<std::string> calls;
    told = &calls;
    {
        NvtxRange const outer("outer");
        NvtxRange const none(nullptr);
        NvtxRange const inner("inner");
    }
    told = nullptr;

    EXPECT_THAT(calls, ElementsAre("athanor: outer", "athanor: inner", "pop", "pop"));
}

/// What a tool sees of two steps with a hook after each.
std::vector<std::string> told_of_two_steps(ProfilerOptions options) {
    TemporaryFolder folder;
    options.path = folder / "p.json";
    HarmonicModel model;
    std::vector<Firing> log;
    SubStage sub = sub_stage(0, NveOptions{1.0}, 2);
    sub.hooks = {std::make_shared<RecordingHook>("watcher", log, 1,
                                                 std::vector<HookPoint>{HookPoint::after_step}),
                 std::make_shared<Profiler>(options)};
    StageRunner run(model, sub_stages(std::move(sub)), {1, 10, 0});
    run.add(line_of_atoms(plain_schema(), 0, 2, 0.3));
    std::vector<std::string> calls;
    told = &calls;
    run.run();
    told = nullptr;
    return calls;
}

TEST(NvtxRange, AProfilerShowsStepsWithTheirHooksInside) {
    EXPECT_THAT(told_of_two_steps({}),
                ElementsAre("athanor: admission", "pop",  //
                            "athanor: step", "athanor: hook watcher after_step", "pop", "pop",
                            "athanor: step", "athanor: hook watcher after_step", "pop", "pop"));
    EXPECT_THAT(told_of_two_steps({.frequency = 2, .ranges = ProfilerRanges::step}),
                ElementsAre("athanor: admission", "pop", "athanor: step", "pop"));
    EXPECT_THAT(told_of_two_steps({.nvtx = false}), IsEmpty());
}

}  // namespace
}  // namespace athanor::test
