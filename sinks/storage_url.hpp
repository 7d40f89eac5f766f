// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sinks/storage.hpp"

namespace athanor {

/// What is to be done with a store.
enum class StoreAccess : std::uint8_t {
    read,
    create,   ///< ConfigError when something is there
    replace,  ///< as create, but a store that is there goes
    resume    ///< StorageError when there is none
};

// The one place that knows which kind of storage a text means: s3:// and gs:// are object stores,
// with the options of the environment (object_credentials.hpp), memory:// is a store in the memory
// of this process (memory_stores.hpp), everything else is a folder. All of it throws ConfigError
// for another scheme.

/// True for what is no URL.
[[nodiscard]] bool is_folder_place(std::string const& place);

/// `durability`: of folders; buckets keep everything that they answered for.
[[nodiscard]] std::unique_ptr<Storage> open_storage(std::string const& place, StoreAccess access,
                                                    Durability durability = Durability::none);

/// True when a store stands there. Of a bucket: one with a root; of a folder: anything.
[[nodiscard]] bool has_store(std::string const& place);

/// Gives a store its name back that was being replaced when its writer was killed.
void bring_back_store(std::string const& place);

/// Removes a store, and before it its journal. Whoever is killed meanwhile leaves a whole store, or
/// one that nobody takes for one.
void remove_store(std::string const& place);

/// Places beside a store whose names begin with its own and `suffix`, sorted; in a bucket also what
/// has lost its root.
[[nodiscard]] std::vector<std::string> places_beside(std::string const& place,
                                                     std::string const& suffix);

/// Of such places those that a writer has locked, dead or alive, whether or not a store stands
/// there; sorted. Nothing has a lock in buckets and in memory.
[[nodiscard]] std::vector<std::string> locked_beside(std::string const& place,
                                                     std::string const& suffix);

/// Removes the lock that a killed writer left at a place, and objects on their way to it. Leaves it
/// to a writer that is at work.
void remove_lock(std::string const& place);

}  // namespace athanor
