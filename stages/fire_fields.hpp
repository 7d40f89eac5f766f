// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kernels/fire_state.hpp"
#include "runtime/batch.hpp"
#include "runtime/device_columns.hpp"

namespace athanor {

/// What a FIRE relaxation keeps of a system between steps, with or without the cell: the time step,
/// the mixing and the steps downhill, in fields whose names begin with the form's own.
class FireFields {
public:
    /// `form`: "fire" or "fire2".
    explicit FireFields(std::string form) : form_(std::move(form)) {}

    [[nodiscard]] std::vector<FieldSpec> specs() const;
    /// Their columns. Expects: the schema has them.
    [[nodiscard]] FireState of(Batch& batch) const;
    [[nodiscard]] FireState of(DeviceColumns const& columns) const;

private:
    [[nodiscard]] std::string name(char const* what) const { return form_ + "_" + what; }

    std::string form_;
};

/// What systems begin with.
void begin_relaxation(FireState const& state, std::span<SystemIndex const> systems, double dt,
                      double mixing);

}  // namespace athanor
