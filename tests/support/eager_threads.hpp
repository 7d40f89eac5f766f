// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Threads that fork for the least work, so that tests of a few atoms take the ways of large ones.
#pragma once

#include "kernels/parallel_for.hpp"
#include "kernels/share_out.hpp"

namespace athanor::test {

/// While there is one, this thread's loops use `threads`, and fork wherever they may.
class EagerThreads {
public:
    explicit EagerThreads(int threads) : threads_(thread_count()), worth_(worth_a_fork) {
        set_thread_count(threads);
        worth_a_fork = 0.0;
    }
    ~EagerThreads() {
        set_thread_count(threads_);
        worth_a_fork = worth_;
    }
    EagerThreads(EagerThreads const&) = delete;
    EagerThreads& operator=(EagerThreads const&) = delete;

private:
    int threads_;
    double worth_;
};

}  // namespace athanor::test
