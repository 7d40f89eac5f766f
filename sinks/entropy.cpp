// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/entropy.hpp"

#include <sys/random.h>

#include "runtime/error.hpp"

namespace athanor {

std::uint64_t system_entropy() {
    std::uint64_t bits = 0;
    if (::getentropy(&bits, sizeof bits) != 0)
        throw StorageError("the system gives no random bits (getentropy); check /dev/urandom");
    return bits;
}

}  // namespace athanor
