// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Devices that have no memory for a stage: what is said of it.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/device/emulated_queue.hpp"
#include "runtime/device_memory_error.hpp"
#include "stages/fire_variable_cell.hpp"
#include "tests/support/counting_model.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr BatchCapacity capacity{3, 80, 0};

/// What a run that the device has no memory for says; empty when there was enough.
template <class Run>
std::string refusal_of(Run const& run) {
    try {
        run();
    } catch (DeviceMemoryError const& error) {
        return error.what();
    }
    return {};
}

auto says_what_for() {
    return AllOf(HasSubstr("stage stage-4: no memory for a batch of 3 systems and 80 atoms on "),
                 HasSubstr("; lower /sampler/max_atoms or /sampler/max_systems"));
}

TEST(DeviceMemory, ABatchThatDoesNotFitIsRefusedWithWhatItIsWhatIsFreeAndWhatToDo) {
    LennardJones model = switched_argon(4.5);
    auto const make_on = [&model](DeviceQueue& queue) {
        FusedStage::Options options{capacity, 7};
        options.device = &queue;
        StageRunner const runner(options, model, sub_stages(sub_stage(4, NveOptions{2.0}, 1)));
    };
    EmulatedQueue queue({}, std::size_t{1} << 30);
    EXPECT_EQ(refusal_of([&] { make_on(queue); }), "");

    for (std::size_t const bytes : {std::size_t{0}, std::size_t{1} << 12, std::size_t{1} << 14}) {
        EmulatedQueue small({}, bytes);

        std::string const words = refusal_of([&] { make_on(small); });

        EXPECT_THAT(words, AllOf(says_what_for(), HasSubstr("emulated device, 0.0 MiB of which"),
                                 HasSubstr("has no room for ")));
        EXPECT_EQ(small.free_bytes(), bytes) << "all that was taken is back";
    }
}

/// The first model of a device is made as ever; whenever another one is, somebody else has just
/// taken all that is free.
class CrowdedModel final : public Model {
public:
    explicit CrowdedModel(CountingModel<LennardJones>& inner) : inner_(inner) {}

    [[nodiscard]] ModelNeeds needs() const override { return inner_.needs(); }
    [[nodiscard]] int species_index(std::int64_t z) const override {
        return inner_.species_index(z);
    }
    [[nodiscard]] std::size_t memory_bound(int systems, int atoms) const override {
        return inner_.memory_bound(systems, atoms);
    }
    [[nodiscard]] std::string describe() const override { return inner_.describe(); }
    void compute(ModelInput const& input, ModelOutputs outputs) override {
        inner_.compute(input, outputs);
    }
    [[nodiscard]] std::unique_ptr<DeviceModel> on_device(
        DeviceQueue& queue, BatchCapacity room, DeviceListOptions const& lists) const override {
        if (made_++ > 0) taken_.emplace_back(queue, queue.free_bytes());
        return inner_.on_device(queue, room, lists);
    }
    [[nodiscard]] int made() const { return made_; }

private:
    CountingModel<LennardJones>& inner_;
    mutable int made_ = 0;
    mutable std::vector<DeviceArray<std::byte>> taken_;
};

TEST(DeviceMemory, WithoutMemoryForRowsAsTheyWereTheRunStopsAndSaysSo) {
    EmulatedQueue queue({}, std::size_t{1} << 30);
    CountingModel<LennardJones> inner(switched_argon(4.5));
    inner.guessed_row_capacity = 24;
    CrowdedModel model(inner);
    FusedStage::Options options{capacity, 7};
    options.device = &queue;
    auto const schema = plain_schema();
    FireVariableCellOptions const relaxation{{.timestep_fs = 8.0}};
    StageRunner runner(options, model,
                       sub_stages(sub_stage(4, relaxation, 60), sub_stage(5, NveOptions{2.0}, 12)),
                       schema);
    runner.add(argon_crystal(schema, 0, 2, 0.02, 1, 6.0));
    runner.add(argon_crystal(schema, 1, 2, 0.05, 2, 6.05));

    std::string const words = refusal_of([&] { runner.run(100); });

    EXPECT_THAT(words, AllOf(says_what_for(), HasSubstr("rows of 24 neighbours became too short"),
                             HasSubstr("0.0 MiB of which are free")));
    EXPECT_EQ(model.made(), 3) << "longer rows were tried, and those that had been there";
}

}  // namespace
}  // namespace athanor::test
