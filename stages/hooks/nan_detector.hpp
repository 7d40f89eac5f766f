// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "runtime/hook.hpp"

namespace athanor {

struct NanDetectorOptions {
    /// What happens to a sample that is no longer finite.
    enum class Action {
        quarantine,  ///< the sample leaves as failed, the others go on
        stop         ///< the campaign ends, exit code 4
    };
    std::vector<std::string> fields;  ///< to look at beside positions, energy and forces
    Action action = Action::quarantine;
    int frequency = 1;  ///< steps of each sample between looks, above 0
    bool operator==(NanDetectorOptions const&) const = default;
};

/// Looks for NaN and infinity in positions, energy, forces and further fields of every sample, and
/// says where the first one is: field, atom, steps completed.
/// Points:   before_compute (positions), after_compute (energy, forces, further fields) and
///           on_admission (further fields). Every stage checks the first three by itself, right
///           after the hooks of those points, and sends what is not finite to quarantine; this hook
///           adds fields, the place, and the choice to stop. What is not finite before the first
///           step is the input's fault: the stage quarantines it before any hook sees it.
/// Order:    after hooks that change forces or energy.
class NanDetector final : public Hook {
public:
    /// Throws ConfigError for a frequency below 1.
    explicit NanDetector(NanDetectorOptions options);

    [[nodiscard]] std::string name() const override { return "nan_detector"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override;
    [[nodiscard]] int frequency() const override { return options_.frequency; }
    /// Throws ConfigError for a field that is not there or cannot hold a NaN, and for stress, which
    /// is NaN by definition where it is not defined.
    void bind(Schema const& schema) override;
    /// Throws CampaignError for the first finding when the action is `stop`.
    void fire(HookContext& context) override;
    /// None for a field over edges, which are on the host alone.
    [[nodiscard]] std::unique_ptr<DeviceHook> on_device(
        DeviceQueue& queue, DeviceColumns const& columns,
        std::span<FieldIndex const> state) const override;

private:
    NanDetectorOptions options_;
    std::vector<FieldIndex> fields_;  // energy, forces, further ones
};

}  // namespace athanor
