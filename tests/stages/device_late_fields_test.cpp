// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Which fields of samples that make their steps on a device come to hooks that fire late: those
/// that they read, and no other.
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stages/hooks/logging.hpp"
#include "stages/hooks/snapshot.hpp"
#include "tests/support/device_harmonic_model.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/written_rows.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

/// Fires late, reads nothing, and makes everything a NaN that the hooks behind it do not read, but
/// for what the stage itself knows its samples by. On a device alone: there the host's rows are
/// nobody's but theirs.
class Spoiler final : public Hook {
public:
    explicit Spoiler(Hooks of) : of_(std::move(of)) {}

    [[nodiscard]] std::string name() const override { return "spoiler"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::after_step;
    }
    [[nodiscard]] bool may_fire_late() const override { return true; }
    [[nodiscard]] bool reads_late(Schema const&, FieldIndex) const override { return false; }
    void fire(HookContext& context) override {
        Schema const& schema = context.batch.schema();
        for (int f = 0; f < schema.field_count(); ++f) {
            FieldIndex const field{f};
            if (is_the_stages(field) || somebody_reads(schema, field)) continue;
            spoilt += schema.field(field).name + " ";
            for (SystemIndex const system : context.systems)
                if (std::size_t const bytes = context.batch.row_bytes(field, system); bytes > 0)
                    std::memset(context.batch.rows(field, system), 0xff, bytes);
        }
    }

    std::string spoilt;

private:
    static bool is_the_stages(FieldIndex field) {
        return field == Fields::system_id || field == Fields::status ||
               field == Fields::stage_step || field == Fields::stored_rows;
    }
    [[nodiscard]] bool somebody_reads(Schema const& schema, FieldIndex field) const {
        for (auto const& hook : of_)
            if (hook->reads_late(schema, field) ||
                (field == Fields::stress && hook->needs_stress()))
                return true;
        return false;
    }

    Hooks of_;
};

LogScalar first_position() {
    return {"x", [](BatchView const& view, SystemIndex s) {
                return view.positions[3 * static_cast<std::ptrdiff_t>(view.atom_begin[s.value()])];
            }};
}

LogScalar first_stress() {
    return {"s",
            [](BatchView const& view, SystemIndex s) {
                return view.stress[9 * static_cast<std::ptrdiff_t>(s.value())];
            },
            true, std::vector<FieldIndex>{}};
}

std::shared_ptr<Hook> log_to(Written& to, int frequency, std::vector<LogScalar> scalars = {}) {
    return std::make_shared<Logging>(std::make_unique<LineWriter>(to.lines),
                                     LoggingOptions{frequency, std::move(scalars)});
}

/// The same hooks; on a device with a spoiler before the last `behind` of them.
Hooks spoilt(Hooks hooks, std::size_t behind, bool on_device,
             std::vector<std::shared_ptr<Spoiler>>& spoilers) {
    if (!on_device) return hooks;
    auto const place = hooks.end() - static_cast<std::ptrdiff_t>(behind);
    spoilers.push_back(std::make_shared<Spoiler>(Hooks(place, hooks.end())));
    hooks.insert(place, spoilers.back());
    return hooks;
}

struct Case {
    char const* name;
    std::function<Hooks(Written&, int)> hooks;  ///< of a part
    bool spoils_positions;
    std::size_t behind = 1;  ///< the spoiler
};

std::vector<Case> cases() {
    return {
        {"logs", [](Written& to, int part) { return Hooks{log_to(to, part == 0 ? 1 : 3)}; }, true},
        {"a log of everything of ours",
         [](Written& to, int) {
             return Hooks{
                 log_to(to, 2, {kinetic_energy_scalar(), volume_scalar(), pressure_scalar()})};
         },
         true},
        {"a log of the volume alone",
         [](Written& to, int) { return Hooks{log_to(to, 1, {volume_scalar()})}; }, true},
        {"a log that does not say what it reads",
         [](Written& to, int) { return Hooks{log_to(to, 1, {first_position()})}; }, false},
        {"a log of a stress that it needs and does not say to read",
         [](Written& to, int) { return Hooks{log_to(to, 2, {first_stress()})}; }, true},
        {"a log behind a snapshot of everything",
         [](Written& to, int) {
             return Hooks{std::make_shared<Snapshot>(to.first, SnapshotOptions{4, false}),
                          log_to(to, 1)};
         },
         true},
        {"a log behind one that reads more",
         [](Written& to, int) {
             return Hooks{log_to(to, 5, {pressure_scalar()}), log_to(to, 2)};
         },
         true},
        {"a snapshot of what travels, seldomer than the log behind it",
         [](Written& to, int) {
             return Hooks{std::make_shared<Snapshot>(to.travelling, SnapshotOptions{6, true}),
                          log_to(to, 1, {pressure_scalar()})};
         },
         false, 2},
        {"two snapshots, one of them without state",
         [](Written& to, int) {
             return Hooks{std::make_shared<Snapshot>(to.first, SnapshotOptions{5, false}),
                          std::make_shared<Snapshot>(to.travelling, SnapshotOptions{3, false})};
         },
         false},
    };
}

TEST(DeviceLateFields, HooksReadNothingButWhatTheySay) {
    for (Case const& one : cases())
        for (int const save_every : {0, 3}) {
            SCOPED_TRACE(std::string(one.name) + " " + std::to_string(save_every));
            std::vector<std::shared_ptr<Spoiler>> spoilers;
            auto const of_parts = [&](bool on_device) {
                return [&, on_device](Written& to, int part) {
                    if (part == 2) return Hooks{};
                    return spoilt(one.hooks(to, part), one.behind, on_device, spoilers);
                };
            };
            Written host, device;
            run_stages(host, of_parts(false), nullptr, {2, 70, 0});
            EmulatedQueue queue({EmulationOrder::Kind::shuffled, 3});
            run_stages(device, of_parts(true), &queue, {2, 70, 0}, save_every);

            expect_same_rows(host, device);
            EXPECT_EQ(device.ends.host_steps, 0);
            EXPECT_GT(host.lines.size() + host.travelling.rows.size(), 20U);
            ASSERT_EQ(spoilers.size(), 2U);
            for (auto const& spoiler : spoilers) {
                EXPECT_THAT(spoiler->spoilt, HasSubstr("fire_"));
                EXPECT_EQ(spoiler->spoilt.find("positions ") != std::string::npos,
                          one.spoils_positions);
            }
        }
}

/// A hook of the element reads other fields than those of the sub-stage, and is due in other steps.
TEST(DeviceLateFields, HooksOfTheElementAndOfSubStagesGetWhatBothRead) {
    std::vector<std::shared_ptr<Spoiler>> spoilers;
    auto const of_parts = [&](bool on_device) {
        return [&, on_device](Written& to, int part) {
            if (part == 2)
                return spoilt({std::make_shared<Snapshot>(to.travelling, SnapshotOptions{7, true})},
                              1, on_device, spoilers);
            return Hooks{log_to(to, part == 0 ? 2 : 1, {volume_scalar()})};
        };
    };
    Written host, device;
    run_stages(host, of_parts(false), nullptr);
    auto const queue = test_queue({EmulationOrder::Kind::shuffled, 4});
    run_stages(device, of_parts(true), queue.get());

    expect_same_rows(host, device);
    EXPECT_GT(host.travelling.rows.size(), 20U);
    EXPECT_EQ(device.ends.host_steps, 0);
}

/// Bytes that the device's copies took for a stage with these hooks, beyond those that it takes
/// without. Four samples of 40 atoms make 21 steps each; a hook that is due every four steps is due
/// six times, and not in the step that is under way when the host hears that they are done.
std::int64_t bytes_of(DynamicsSpec const& dynamics, LateHooks const& hooks) {
    auto const run = [&](bool with_hooks) {
        DeviceHarmonicModel model;
        std::vector<Sample> samples;
        for (int id = 0; id < 4; ++id)
            samples.push_back(line_of_atoms(plain_schema(), id, 40, 0.3 + 0.01 * id));
        SubStage sub = sub_stage(4, dynamics, 21);
        Written written;
        if (with_hooks) sub.hooks = hooks(written, 0);
        EmulatedQueue queue;
        written.ends = run_stage(samples, sub_stages(std::move(sub)), {model, {4, 160, 0}, &queue});
        EXPECT_EQ(written.ends.sample_steps, 4 * 21);
        EXPECT_EQ(written.ends.host_steps, 0);
        return queue.copied_bytes();
    };
    return run(true) - run(false);
}

/// Every so many steps; 0: never.
LateHooks log_and_snapshot(int log_every, int snapshot_every, bool with_state = true) {
    return [=](Written& to, int) {
        Hooks hooks;
        if (log_every > 0) hooks.push_back(log_to(to, log_every));
        if (snapshot_every > 0)
            hooks.push_back(std::make_shared<Snapshot>(with_state ? to.first : to.travelling,
                                                       SnapshotOptions{snapshot_every, false}));
        return hooks;
    };
}

TEST(DeviceLateFields, ALogTakesFarFewerBytesThanAllColumns) {
    LbfgsOptions const lbfgs{.history = 16};
    NveOptions const nve{2.0};

    std::int64_t const log = bytes_of(lbfgs, log_and_snapshot(4, 0));

    // Per atom two vectors and a mass; of a sample its verdict and a word for each of: energy,
    // system_id, status, stage_step, degrees_of_freedom.
    EXPECT_EQ(log, 6 * 4 * (40 * 56 + 6 * 8));
    EXPECT_EQ(log, bytes_of(nve, log_and_snapshot(4, 0))) << "no state of a dynamics";
    EXPECT_GT(bytes_of(lbfgs, log_and_snapshot(0, 4)), 14 * log);
    EXPECT_GT(bytes_of(nve, log_and_snapshot(0, 4)), 3 * log / 2);
    EXPECT_EQ(bytes_of(lbfgs, log_and_snapshot(0, 4, false)),
              bytes_of(nve, log_and_snapshot(0, 4, false)));
}

TEST(DeviceLateFields, AStepTakesTheFieldsOfThoseHooksThatAreDueInIt) {
    LbfgsOptions const lbfgs{.history = 16};
    std::int64_t const lines = bytes_of(lbfgs, log_and_snapshot(100, 0));
    std::int64_t const rows = bytes_of(lbfgs, log_and_snapshot(0, 100));

    std::int64_t const both = bytes_of(lbfgs, log_and_snapshot(4, 8));

    EXPECT_EQ(both, 3 * rows + 3 * lines) << "in 3 of 6 steps with a line all is written";
}

}  // namespace
}  // namespace athanor::test
