// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef _OPENMP
#include <omp.h>
#endif

namespace athanor {

namespace detail {
inline thread_local bool stays_on_one_thread = false;
}

/// Threads that a loop below may use; 1 in a build without OpenMP.
[[nodiscard]] inline int thread_count() {
#ifdef _OPENMP
    return detail::stays_on_one_thread || omp_in_parallel() ? 1 : omp_get_max_threads();
#else
    return 1;
#endif
}

/// Sets how many threads the loops that this thread starts may use (from 1).
inline void set_thread_count([[maybe_unused]] int threads) {
#ifdef _OPENMP
    omp_set_num_threads(threads);
#endif
}

/// While there is one, loops that this thread starts do not fork.
class OneThread {
public:
    OneThread() : before_(detail::stays_on_one_thread) { detail::stays_on_one_thread = true; }
    ~OneThread() { detail::stays_on_one_thread = before_; }
    OneThread(OneThread const&) = delete;
    OneThread& operator=(OneThread const&) = delete;

private:
    bool before_;
};

/// Runs body(0) .. body(count - 1), shared out in equal runs of indices.
/// Order:   none; each call writes only what belongs to its own index, so that no result depends on
///          the number of threads. Sums over indices are taken afterwards, by one thread.
/// Threads: this file is the only place where the host forks; a nested loop runs serially.
/// Throws:  nothing: `body` must not throw.
template <class Body>
void parallel_for(int count, Body const& body) {
#ifdef _OPENMP
    if (count > 1 && thread_count() > 1) {
#pragma omp parallel for schedule(static)
        for (int i = 0; i < count; ++i) body(i);
        return;
    }
#endif
    for (int i = 0; i < count; ++i) body(i);
}

/// The same for indices of very different weight, such as systems: the next free thread takes the
/// next index. A loop inside runs serially where this one forked.
template <class Body>
void parallel_for_systems(int count, Body const& body) {
#ifdef _OPENMP
    if (count > 1 && thread_count() > 1) {
#pragma omp parallel for schedule(dynamic, 1)
        for (int i = 0; i < count; ++i) body(i);
        return;
    }
#endif
    for (int i = 0; i < count; ++i) body(i);
}

}  // namespace athanor
