// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "kernels/loop_choice.hpp"
#include "kernels/parallel_for.hpp"
#include "kernels/share_out.hpp"

namespace athanor {

/// A loop over systems that runs again and again: over systems, or one after the other so that the
/// loops over atoms in its body fork, or on one thread; whichever proves fastest (loop_choice.hpp).
/// Order, Throws: as parallel_for().
/// Threads: one call at a time.
class MeasuredLoop {
public:
    /// Runs body(k) for 0 <= k < count, each once, in no order.
    /// `work`: what it takes on one thread, to a factor of two or so, the same factor at every call
    ///         [ns]. Less than is worth a fork is not measured, for it would mislead the choice.
    template <class Body>
    void run(int count, double work, Body const& body) {
        auto const one_after_the_other = [&] {
            for (int k = 0; k < count; ++k) body(k);
        };
        if (work < worth_a_fork || count <= 1 || thread_count() == 1) {
            one_after_the_other();
            return;
        }
        int const way = choice_.way();
        auto const begin = std::chrono::steady_clock::now();
        if (way == 0) {
            parallel_for_systems(count, body);
        } else if (way == 1) {
            one_after_the_other();
        } else {
            OneThread const stay;
            one_after_the_other();
        }
        std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - begin;
        choice_.took(seconds.count(), work);
    }

private:
    LoopChoice<3> choice_;
};

}  // namespace athanor
