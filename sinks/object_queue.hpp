// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace athanor {

/// Requests on a few threads at once, since each waits for the network most of its time.
/// Order:   jobs of one key run in the order added; others in any.
/// Bound:   `most_bytes` wait or are under way, or one job that is larger; add() waits for room.
/// Threads: every member may be called from any thread.
/// Throws:  add() and drain() repeat the first error of a job; from then on no job is begun.
class ObjectQueue {
public:
    ObjectQueue(int threads, std::size_t most_bytes);
    /// Waits for the jobs under way; those that wait are given up.
    ~ObjectQueue();
    ObjectQueue(ObjectQueue const&) = delete;
    ObjectQueue& operator=(ObjectQueue const&) = delete;

    void add(std::string const& key, std::size_t bytes, std::function<void()> job);
    /// Waits until every job is done.
    void drain();

private:
    struct Job {
        std::string key;
        std::size_t bytes;
        std::function<void()> run;
    };
    void work();

    std::size_t const thread_count_;
    std::size_t const most_bytes_;
    std::mutex mutex_;  ///< guards everything below
    std::condition_variable something_to_do_, something_done_;
    std::deque<Job> waiting_;
    std::set<std::string> keys_;  ///< of the jobs that wait or are under way
    std::size_t bytes_ = 0;       ///< of the same
    std::exception_ptr error_;
    bool ending_ = false;
    std::vector<std::thread> threads_;  ///< begun when they are needed
};

}  // namespace athanor
