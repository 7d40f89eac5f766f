// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/wall_bias_functor.hpp"
#include "stages/hooks/bias.hpp"

namespace athanor {

struct WallBiasOptions {
    enum class Axis { x, y, z };
    /// Where the atoms may be.
    enum class Side { below, above };
    double spring_constant = 0.0;  ///< k [eV/Å²], above 0; to be given
    Axis axis = Axis::z;
    double position = 0.0;  ///< p, of the wall along the axis [Å]
    Side side = Side::below;
    bool operator==(WallBiasOptions const&) const = default;
};

/// A soft wall at right angles to an axis, half a spring for every atom beyond it:
///   E = k/2 Σ depth², depth = x - p beyond a wall below which the atoms may be, p - x beyond one
///   above which they may be, 0 on their side; the force has the size k depth, back to that side.
/// Images:  positions are taken as they are: an atom beyond the wall is pushed back, not carried
///          around a periodic cell; wrap_periodic in the same stage could carry it.
class WallBias final : public Bias {
public:
    /// Throws ConfigError for a constant that is not above 0 or a position that is not finite.
    explicit WallBias(WallBiasOptions const& options);

    double add(BatchView const& batch, SystemIndex system, std::span<double const> memory,
               std::span<double> forces) const override;
    [[nodiscard]] bool depends_on_images() const override { return true; }
    [[nodiscard]] std::unique_ptr<DeviceHook> on_device(DeviceQueue& queue,
                                                        double const* memory) const override;

private:
    WallBiasFunctor functor_;
};

}  // namespace athanor
