// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/device/sum_parts.cuh"
#include "kernels/lbfgs_functor.hpp"
#include "kernels/lbfgs_step.hpp"

namespace athanor {
namespace detail {

constexpr int lbfgs_threads = 128;

/// What the groups of a block tell each other.
struct BlockParts {
    double part[SumBlocks::most];
    double of_pair[most_lbfgs_pairs];
};

/// The loops of one system by all threads of one block, which make the same calls.
template <class Thread>
struct BlockLoops {
    static constexpr int groups = lbfgs_threads / lane_count;
    BlockParts& parts;

    template <class Body>
    ATHANOR_HD void each(int count, Body const& body) const {
        for (int k = Thread::thread(); k < count; k += lbfgs_threads) body(k);
        Thread::sync();
    }
    [[nodiscard]] ATHANOR_HD double dot(double const* a, double const* b, int atoms) const {
        SumBlocks const blocks(3 * static_cast<std::size_t>(atoms));
        for (int k = own_group(); k < blocks.count; k += groups) {
            double const part =
                sum_block(Thread{}, blocks.begin_of(k), blocks.end_of(k),
                          [&](std::size_t element) { return a[element] * b[element]; });
            if (Thread::lane() == 0) parts.part[k] = part;
        }
        Thread::sync();
        double const total = blocks.count == 1
                                 ? parts.part[0]
                                 : sum_block(Thread{}, 0, static_cast<std::size_t>(blocks.count),
                                             [&](std::size_t k) { return parts.part[k]; });
        Thread::sync();  // before somebody writes the parts of the next sum
        return total;
    }
    [[nodiscard]] ATHANOR_HD double max_norm(double const* v, int atoms) const {
        LargestNorm largest;
        for (int atom = Thread::thread(); atom < atoms; atom += lbfgs_threads)
            largest.add(v + 3 * atom);
        double const of_group = largest_of_group(Thread{}, largest.value());
        if (Thread::lane() == 0) parts.part[own_group()] = of_group;
        Thread::sync();
        double result = 0.0;
        for (int k = 0; k < groups; ++k) result = larger_or_nan(result, parts.part[k]);
        Thread::sync();
        return std::sqrt(result);
    }
    [[nodiscard]] ATHANOR_HD bool lead() const { return Thread::thread() == 0; }
    [[nodiscard]] ATHANOR_HD double& part(std::size_t k) const { return parts.of_pair[k]; }

private:
    [[nodiscard]] ATHANOR_HD static int own_group() { return Thread::thread() / lane_count; }
};

/// A block for each row of systems.
struct LbfgsKernel {
    static constexpr char const* name = "lbfgs_step";
    static constexpr int threads = lbfgs_threads;
    using Scratch = BlockParts;
    DeviceSystems systems;
    LbfgsSettings settings;
    LbfgsState state;

    template <class Thread>
    ATHANOR_HD void operator()(Thread, Scratch& scratch) const {
        int const s = Thread::block();
        if (s >= systems.system_rows || !systems.takes_part(s)) return;
        BlockLoops<Thread> const loops{scratch};
        LbfgsSystemStep<BlockLoops<Thread>>(loops, systems.batch, s, settings, state).run();
    }
};

}  // namespace detail

void lbfgs_step(DeviceQueue& queue, DeviceSystems const& systems, LbfgsSettings const& settings,
                LbfgsState const& state) {
    launch(queue, detail::LbfgsKernel{systems, settings, state},
           static_cast<std::size_t>(detail::lbfgs_threads) *
               static_cast<std::size_t>(systems.system_rows));
}

}  // namespace athanor
