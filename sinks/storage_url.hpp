// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sinks/object_credentials.hpp"
#include "sinks/storage.hpp"

namespace athanor {

/// What is to be done with a store.
enum class StoreAccess : std::uint8_t {
    read,
    create,   ///< ConfigError when something is there
    replace,  ///< as create, but a store that is there goes
    resume    ///< StorageError when there is none
};

struct StoragePlaceOptions {
    Durability durability = Durability::none;  ///< of folders; buckets keep what they answered for
    ObjectStoreOptions objects = {};           ///< of buckets
};

/// The one place that knows which kind of storage a text means: s3:// and gs:// are object stores,
/// everything else is a folder. Throws ConfigError for another scheme.
[[nodiscard]] std::unique_ptr<Storage> open_storage(std::string const& place, StoreAccess access,
                                                    StoragePlaceOptions const& options = {});

}  // namespace athanor
