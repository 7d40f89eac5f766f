// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/dynamics.hpp"

namespace athanor {

struct SinglePointOptions {
    bool operator==(SinglePointOptions const&) const = default;
};

/// One evaluation of energy and forces, then the sample goes on: a stage without steps. The
/// evaluation is the one that every stage makes when a sample enters, so there is nothing to
/// update.
class SinglePoint final : public Dynamics {
public:
    explicit SinglePoint(SinglePointOptions const& = {}) {}

    [[nodiscard]] std::string_view name() const override { return "single_point"; }
    void pre_update(UpdateContext const&) override {}
    void post_update(UpdateContext const&) override {}
    [[nodiscard]] bool has_physical_velocities() const override { return true; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;
};

}  // namespace athanor
