// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "kernels/fork_watch.hpp"
#include "kernels/parallel_for.hpp"

namespace athanor {

/// What a loop must take on one thread to be worth a fork and a join of all of them, which take
/// some microseconds [ns]. Tests make it 0, so that small loops fork too; nothing but speed depends
/// on it.
inline double worth_a_fork = 20000.0;

/// Where the run of that number begins, of `runs` about equal ones.
[[nodiscard]] inline int begin_of_run(int count, int run, int runs) {
    return static_cast<int>(static_cast<std::ptrdiff_t>(count) * run / runs);
}

namespace detail {
/// Out of line, as below, so that the loop over a few atoms stays short.
[[nodiscard]] [[gnu::noinline]] inline int threads_that_may_fork(double work) {
    int const threads = thread_count();
    return threads == 1 || worth_a_fork == 0.0 || fork_watch(work).may_fork() ? threads : 1;
}

/// body(first, last) for each of `runs` about equal runs.
template <class Body>
[[gnu::noinline]] void fork_runs(int count, int runs, double work, Body const& body) {
    auto const begin_of = [&](int run) { return begin_of_run(count, run, runs); };
    fork_watch(work).time(work, [&] {
        parallel_for(runs, [&](int run) { body(run, begin_of(run), begin_of(run + 1)); });
    });
}
}  // namespace detail

/// Threads among which a loop of `count` rounds is shared out: one where forking does not pay, or
/// did not lately (fork_watch.hpp). Who is given more than one tells the watch how long it took.
/// `nanoseconds`: of a round, to a factor of two or so; nothing but speed depends on it.
[[nodiscard]] inline int threads_worth(std::ptrdiff_t count, double nanoseconds) {
    double const work = static_cast<double>(count) * nanoseconds;
    return work < worth_a_fork ? 1 : detail::threads_that_may_fork(work);
}

/// Runs body(first, last) for runs of indices that together are 0 .. count - 1, each index once, in
/// no order: the loop over the atoms of one system. One run when forking does not pay
/// (threads_worth()) or when systems are shared out already (for_each_system.hpp).
/// Order: where runs begin depends on the number of threads, so each index writes only what is its
///        own; sums are those of sample_reduce.hpp.
template <class Body>
void share_out(int count, double nanoseconds, Body const& body) {
    int const runs = std::min(threads_worth(count, nanoseconds), count);
    if (runs <= 1)
        body(0, count);
    else
        detail::fork_runs(count, runs, count * nanoseconds,
                          [&](int, int first, int last) { body(first, last); });
}

/// The same by single indices: body(k).
template <class Body>
void share_out_each(int count, double nanoseconds, Body const& body) {
    share_out(count, nanoseconds, [&](int first, int last) {
        for (int k = first; k < last; ++k) body(k);
    });
}

/// The largest of part(first, last), which is 0 or more, over runs as above; NaN when one of them
/// is. A maximum does not depend on where runs begin.
template <class Part>
[[nodiscard]] double largest_part(int count, double nanoseconds, Part const& part) {
    constexpr int most_runs = 128;
    int const runs = std::min({threads_worth(count, nanoseconds), count, most_runs});
    if (runs <= 1) return part(0, count);
    std::array<double, most_runs> parts;
    detail::fork_runs(count, runs, count * nanoseconds, [&](int run, int first, int last) {
        parts[static_cast<std::size_t>(run)] = part(first, last);
    });
    double largest = 0.0;
    for (int run = 0; run < runs && largest == largest; ++run) {
        double const one = parts[static_cast<std::size_t>(run)];
        largest = one <= largest ? largest : one;
    }
    return largest;
}

}  // namespace athanor
