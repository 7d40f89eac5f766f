// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A hook that writes down when it fired and for whom.
#pragma once

#include <string>
#include <vector>

#include "runtime/hook.hpp"

namespace athanor::test {

struct Firing {
    std::string hook;
    HookPoint point;
    StageId stage;
    std::int64_t sample;
    std::int64_t completed_steps;
    bool operator==(Firing const&) const = default;
};

class RecordingHook final : public Hook {
public:
    RecordingHook(std::string name, std::vector<Firing>& log, int frequency = 1,
                  std::vector<HookPoint> points = {})
        : name_(std::move(name)), log_(log), frequency_(frequency), points_(std::move(points)) {}

    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        for (HookPoint mine : points_)
            if (mine == point) return true;
        return points_.empty();
    }
    [[nodiscard]] int frequency() const override { return frequency_; }
    void fire(HookContext& context) override {
        BatchView const view = context.batch.view();
        for (SystemIndex s : context.systems)
            log_.push_back({name_, context.point, context.stage, view.system_id[s.value()],
                            view.stage_step[s.value()]});
    }
    void open() override { ++opened; }
    void close() override { ++closed; }

    int opened = 0;
    int closed = 0;

private:
    std::string name_;
    std::vector<Firing>& log_;
    int frequency_;
    std::vector<HookPoint> points_;
};

}  // namespace athanor::test
