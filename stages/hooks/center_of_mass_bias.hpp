// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "kernels/center_of_mass_bias_functor.hpp"
#include "stages/hooks/bias.hpp"

namespace athanor {

struct CenterOfMassBiasOptions {
    double spring_constant = 0.0;                 ///< k [eV/Å²], above 0; to be given
    std::optional<std::array<double, 3>> center;  ///< R0 [Å]; none: where it is at admission
    std::vector<int> indices;                     ///< atoms of every sample, from 0; none: all
    bool operator==(CenterOfMassBiasOptions const&) const = default;
};

/// Holds the centre of mass of all atoms, or of some, by a spring:
///   E = k/2 |R - R0|², R = Σ m r / M, M = Σ m; F_i = -k (R - R0) m_i/M.
/// Images:  positions are taken as they are, so that the centre of atoms that cross a face does not
///          jump; wrap_periodic in the same stage would make it jump.
/// Memory:  R0, when it is not given.
/// Failure: a sample without an atom of one of the indices, at admission.
class CenterOfMassBias final : public Bias {
public:
    /// Throws ConfigError for a constant that is not above 0, a centre that is not finite or an
    /// index below 0.
    explicit CenterOfMassBias(CenterOfMassBiasOptions options);

    [[nodiscard]] int memory_size() const override { return options_.center ? 0 : 3; }
    void admit(BatchView const& batch, SystemIndex system, std::span<double> memory) const override;
    double add(BatchView const& batch, SystemIndex system, std::span<double const> memory,
               std::span<double> forces) const override;
    [[nodiscard]] bool depends_on_images() const override { return true; }

    [[nodiscard]] std::unique_ptr<DeviceHook> on_device(DeviceQueue& queue,
                                                        double const* memory) const override;

private:
    /// With a list of atoms where the functor is to run.
    [[nodiscard]] CenterOfMassBiasFunctor functor(SortedIndices const& atoms) const;
    [[nodiscard]] CenterOfMassBiasFunctor functor_here() const;

    CenterOfMassBiasOptions options_;
};

}  // namespace athanor
