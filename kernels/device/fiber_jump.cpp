// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Fibers change by a jump. swapcontext() would ask the kernel for the mask of signals each time,
/// which takes several times as long as all the rest of it.
#include "kernels/device/fiber.hpp"

namespace athanor::detail {

void Fiber::change(Fiber& from, Fiber& to) {
    if (_setjmp(from.left_) != 0) return;
    if (to.begun_) _longjmp(to.left_, 1);
    to.begun_ = true;
    setcontext(&to.context_);
}

}  // namespace athanor::detail
