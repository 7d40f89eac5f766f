// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/inspect.hpp"

#include "runtime/error.hpp"

namespace athanor {

int inspect(InspectCommand const& command) {
    throw StorageError(command.store + ": inspect is not available in this version");
}

}  // namespace athanor
