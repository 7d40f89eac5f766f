// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Fibers change in the way that ThreadSanitizer and every processor know.
#include "kernels/device/fiber.hpp"

namespace athanor::detail {

void Fiber::change(Fiber& from, Fiber& to) {
    now_ = &to;
    swapcontext(&from.context_, &to.context_);
}

void Fiber::entered() {}

}  // namespace athanor::detail
