// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "sinks/codecs.hpp"

namespace athanor {

/// One thing to be done to the storage of a store.
struct WriteTask {
    enum class Kind : std::uint8_t {
        chunk,
        document,
        text,
        root,
        sync,
        journal_records,  ///< those that wait, into their file
        journal_removal   ///< of files before one
    };
    Kind kind = Kind::sync;
    bool alone = false;                    ///< after all earlier tasks, and before all later ones
    bool unseen = false;                   ///< a chunk beyond what its array's document shows
    std::size_t array = 0;                 ///< of a chunk or document
    std::int64_t number = 0;               ///< chunk; rows of a document; samples of the root; file
    std::span<std::byte const> rows = {};  ///< of a chunk, padded to its full size
    std::int64_t used_rows = 0;            ///< of these, without the padding
    std::string key = {}, text = {};       ///< an object as it is
};

/// Memory for rows, its bytes not set.
struct RowBuffer {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
};

/// When a caller does tasks itself, or waits for memory to come back, before the queue takes more.
/// The first touch of memory costs half a nanosecond a byte and more, as much as writing it into
/// the cache of a file system; and what waits in little memory is still in a cache when a thread
/// comes to it.
struct BufferReuse {
    std::size_t fresh_bytes = std::size_t{2} << 20;  ///< that are taken before
    double patience = 1.0;  ///< of all such work and waits [ns per byte of the queue's room]
};

/// Tasks on their way to a storage, done by a few threads in an order that keeps commits whole.
/// Order:   tasks begin in the order pushed; one that is `alone` waits for all earlier ones, and
///          later ones wait for it.
/// Bound:   rows take at most `room` bytes, or one task. Their memory is used again, and before
///          more is taken, whoever pushes rows does them itself while the threads get on, or waits
///          for a moment whether memory comes back; in all that costs what taking the whole room
///          at once would (BufferReuse). When there is no room, push() does the task itself, or
///          waits if one that is `alone` is before it.
/// Threads: push(), do_now(), spare_buffer() and drain() from one thread at a time; stalled() from
///          any. Without threads, push() does the task at once.
/// Throws:  StorageError with what the first failed task threw, from every later call. Tasks after
///          it are not done.
class WriteQueue {
public:
    using Perform = std::function<void(WriteTask const&, EncodeScratch&)>;

    WriteQueue(int threads, std::size_t room, Perform perform, BufferReuse const& reuse = {});
    WriteQueue(WriteQueue const&) = delete;
    WriteQueue& operator=(WriteQueue const&) = delete;
    /// Leaves out what has not begun.
    ~WriteQueue();

    /// The rows are copied if they have to wait.
    void push(WriteTask task);
    /// The same for rows that lie in `rows`, which goes along without a copy. Expects:
    /// has_threads().
    void push(WriteTask task, RowBuffer rows);
    [[nodiscard]] bool has_threads() const { return thread_count_ > 0; }
    /// Does a task with rows here and now, and says so, if the threads have too much to do: while
    /// they go on with what waits, that takes less time than waiting for them or than new memory.
    [[nodiscard]] bool do_now(WriteTask const& task);
    /// A buffer of at least `size` bytes, one that was pushed before if there is one.
    [[nodiscard]] RowBuffer spare_buffer(std::size_t size);
    /// Takes a buffer whose bytes nobody needs any more, as a spare one.
    void keep(RowBuffer buffer);
    /// Waits until everything is done.
    void drain();
    /// How long callers have waited for room and for memory, and have done tasks instead.
    [[nodiscard]] std::chrono::nanoseconds stalled() const {
        return std::chrono::nanoseconds(stalled_.load(std::memory_order_relaxed));
    }
    /// Bytes that copies of rows hold, those of spare memory included.
    [[nodiscard]] std::size_t held_bytes() const;

private:
    struct Waiting {
        WriteTask task;
        RowBuffer buffer;
    };
    void start();
    void run();
    void do_first(std::unique_lock<std::mutex>& lock, EncodeScratch& scratch);
    void help(std::unique_lock<std::mutex>& lock, std::size_t size);
    void wake_a_thread();
    [[nodiscard]] bool is_drained() const;
    void tell_callers();
    void throw_failure() const;
    [[nodiscard]] RowBuffer take_buffer(std::unique_lock<std::mutex>& lock, std::size_t size);
    [[nodiscard]] std::optional<RowBuffer> take_spare(std::size_t size);
    [[nodiscard]] bool may_wait_for_spare(std::size_t size) const;
    [[nodiscard]] std::vector<RowBuffer>::iterator find_spare(std::size_t size);
    [[nodiscard]] bool do_now(std::unique_lock<std::mutex>& lock, WriteTask const& task);
    [[nodiscard]] bool keeps_up() const;
    [[nodiscard]] bool has_room(std::size_t bytes) const;
    void add_spare(RowBuffer buffer);
    template <class Wait>
    std::chrono::nanoseconds stall(Wait wait);
    void wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes);
    void enqueue(WriteTask task, RowBuffer buffer);
    [[nodiscard]] bool may_begin() const;

    int thread_count_;
    std::size_t room_;
    std::size_t fresh_bytes_;
    std::chrono::nanoseconds patience_;  ///< that is left
    Perform perform_;
    EncodeScratch scratch_;  ///< of what the caller does
    std::atomic<std::int64_t> stalled_{0};

    mutable std::mutex mutex_;      ///< guards everything below
    std::condition_variable work_;  ///< a task may begin, and a thread sleeps
    int sleeping_ = 0;              ///< threads that wait for it
    /// wake_at_ bytes or fewer wait, or a task failed: who waits for memory wakes for many buffers.
    std::condition_variable came_back_;
    std::condition_variable drained_;  ///< everything is done, or a task failed
    std::size_t wake_at_ = 0;
    std::vector<Waiting> ring_;  ///< first_ .. first_ + count_, modulo its size
    std::size_t first_ = 0, count_ = 0;
    std::vector<RowBuffer> spare_;
    std::size_t waiting_bytes_ = 0, spare_bytes_ = 0;
    int running_ = 0;
    int alone_ = 0;  ///< tasks of this kind that wait or run
    bool alone_running_ = false;
    std::chrono::steady_clock::time_point last_done_{};  ///< when a thread was done with rows
    bool stopping_ = false;
    std::string failure_;
    std::vector<std::thread> threads_;
};

}  // namespace athanor
