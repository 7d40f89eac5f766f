// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "kernels/distance_bias_functor.hpp"
#include "stages/hooks/bias.hpp"

namespace athanor {

struct DistanceBiasOptions {
    double spring_constant = 0.0;    ///< k [eV/Å²], above 0; to be given
    std::array<int, 2> atoms{0, 1};  ///< i and j, from 0; two different ones
    std::optional<double> distance;  ///< d0 [Å], 0 or above; none: what it is at admission
    bool operator==(DistanceBiasOptions const&) const = default;
};

/// Holds two atoms of a sample at a distance by a spring; one window of umbrella sampling:
///   E = k/2 (d - d0)², d = |r|, r = r_j - r_i; F_j = -k (d - d0) r/d, F_i = -F_j.
/// Images:  r leads to the nearest image of j along periodic directions, in any cell
///          (kernels/nearest_image.hpp). E has a kink where two images are equally near, so that d0
///          shall stay below half the smallest height of the cell.
/// Zero:    at d = 0 there is no direction, and no force.
/// Memory:  d0, when it is not given.
/// Failure: a sample without one of the atoms, at admission.
class DistanceBias final : public Bias {
public:
    /// Throws ConfigError for a constant that is not above 0, a distance below 0, an atom below 0
    /// or one atom twice.
    explicit DistanceBias(DistanceBiasOptions const& options);

    [[nodiscard]] int memory_size() const override { return functor_.memory_size(); }
    void admit(BatchView const& batch, SystemIndex system, std::span<double> memory) const override;
    double add(BatchView const& batch, SystemIndex system, std::span<double const> memory,
               std::span<double> forces) const override;
    [[nodiscard]] std::unique_ptr<DeviceHook> on_device(DeviceQueue& queue,
                                                        double const* memory) const override;

private:
    DistanceBiasFunctor functor_;
};

}  // namespace athanor
