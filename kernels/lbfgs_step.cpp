// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/lbfgs_step.hpp"

#include <array>

#include "kernels/for_each_system.hpp"
#include "kernels/lbfgs_functor.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"

namespace athanor {
namespace {

/// Of an element in the loops.
constexpr double nanoseconds = 0.7;

struct HostLoops {
    template <class Body>
    void each(int count, Body const& body) const {
        share_out_each(count, nanoseconds, body);
    }
    [[nodiscard]] double dot(double const* a, double const* b, int atoms) const {
        return sum_products(a, b, atoms);
    }
    [[nodiscard]] double max_norm(double const* v, int atoms) const {
        return athanor::max_norm(v, atoms);
    }
    [[nodiscard]] bool lead() const { return true; }
    [[nodiscard]] double& part(std::size_t k) const { return parts[k]; }

    std::array<double, most_lbfgs_pairs>& parts;
};

}  // namespace

void lbfgs_step(BatchView const& batch, std::span<SystemIndex const> systems,
                LbfgsSettings const& settings, LbfgsState const& state) {
    for_each_system(batch, systems, 150.0, [&](int k) {
        std::array<double, most_lbfgs_pairs> parts{};
        LbfgsSystemStep(HostLoops{parts}, batch, systems[k].value(), settings, state).run();
    });
}

}  // namespace athanor
