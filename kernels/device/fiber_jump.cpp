// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Fibers change by the compiler's own jump. swapcontext() would ask the kernel for the mask of
/// signals each time, which takes several times as long as all the rest of it; longjmp() with
/// checks refuses to go to another stack.
#include <exception>

#include "kernels/device/fiber.hpp"

namespace athanor::detail {

[[gnu::noinline]] void Fiber::change(Fiber& from, Fiber& to) {
    now_ = &to;
    if (__builtin_setjmp(from.left_) != 0) return;
    if (to.begun_) __builtin_longjmp(to.left_, 1);
    to.begun_ = true;
    setcontext(&to.context_);
    std::terminate();  // not reached: a last call could give up the frame that was left here
}

void Fiber::entered() {}

}  // namespace athanor::detail
