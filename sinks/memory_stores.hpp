// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sinks/storage_url.hpp"

namespace athanor {

// Stores in the memory of this process, each under a URL memory://NAME, until remove_memory_store()
// or the process ends. For programs and tests that read what they have written. A store has one
// writer at a time and any number of readers. May be called from any thread. What takes a URL
// throws ConfigError when the name is empty or has characters other than [A-Za-z0-9._/-].

[[nodiscard]] bool is_memory_url(std::string_view text);

/// As open_storage(), with its errors. A store that is replaced stays with those who have it open.
[[nodiscard]] std::unique_ptr<Storage> open_memory_store(std::string const& url,
                                                         StoreAccess access);
[[nodiscard]] bool has_memory_store(std::string const& url);
void remove_memory_store(std::string const& url);
/// URLs of stores that begin with `url` and `suffix`, sorted.
[[nodiscard]] std::vector<std::string> memory_stores_beside(std::string const& url,
                                                            std::string const& suffix);

}  // namespace athanor
