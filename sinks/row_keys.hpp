// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/outcome.hpp"

namespace athanor {

/// What makes a stored row one of a kind within its sink.
struct RowKey {
    std::int64_t system_id = 0;
    std::int32_t stage = 0;
    std::int64_t step = 0;
    RowKind kind = RowKind::frame;
    auto operator<=>(RowKey const&) const = default;
};

/// The keys of all rows of a sink, as 128-bit fingerprints.
/// Bound: 16 bytes a key in a table that is between 53 and 80 % full: at most 30 bytes a row. Two
///        keys of a billion share a fingerprint with a chance of 1e-21.
class RowKeys {
public:
    /// True when the key was not there yet.
    bool insert(RowKey const& key);
    [[nodiscard]] bool contains(RowKey const& key) const;
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    struct Fingerprint {
        std::uint64_t low = 0;
        std::uint64_t high = 0;  ///< both zero: a free place
        bool operator==(Fingerprint const&) const = default;
    };
    [[nodiscard]] static Fingerprint fingerprint_of(RowKey const& key);
    [[nodiscard]] std::size_t place_of(Fingerprint const& print) const;
    void grow();

    std::vector<Fingerprint> table_;
    std::size_t size_ = 0;
};

}  // namespace athanor
