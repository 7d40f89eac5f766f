// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include <ucontext.h>

namespace athanor::detail {

/// Where the processor stands in some run of code: what of it goes on after a switch. The code that
/// runs at first is one too; nothing has to be set for it.
class Fiber {
public:
    /// Code that runs on the thread's own stack.
    Fiber() = default;
    /// A stack of its own, on which the first switch to it begins `main`, which never returns.
    explicit Fiber(void (*main)());
    Fiber(Fiber const&) = delete;
    Fiber& operator=(Fiber const&) = delete;
    ~Fiber() = default;

    /// Leaves the code that runs, as `from`, and goes on with `to` where that was left. Returns
    /// when something switches to `from`. Both must be used by one and the same thread always, and
    /// no exception may pass the border between them.
    static void change(Fiber& from, Fiber& to);

private:
    static void begin();
    static void entered();  ///< its stack, for the first time

    static inline thread_local Fiber* now_ = nullptr;  ///< whom the last change went to

    void (*main_)() = nullptr;
    std::unique_ptr<std::byte[]> stack_;
    void const* bottom_ = nullptr;  ///< where its stack lies; of the thread's own once it was left
    std::size_t bytes_ = 0;
    ucontext_t context_{};  ///< where it begins
    void* left_[5] = {};    ///< where it was left, for the compiler's own jump
    bool begun_ = true;
};

}  // namespace athanor::detail
