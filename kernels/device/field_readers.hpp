// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/expects.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Who reads which fields of a schema. A reader is a bit, several of them are a set of bits, so
/// that the fields that some of them read together are found without memory for each case.
/// Threads: as a value.
class FieldReaders {
public:
    using Bits = std::uint64_t;
    static constexpr std::size_t most = 64;

    explicit FieldReaders(int fields) : readers_of_(static_cast<std::size_t>(fields)) {}

    /// The bit of one that reads these fields (true by field): that of an earlier one that reads
    /// the same, if there is one. Those for whom no bit is left share the last, and each of them
    /// reads what one of them does. Expects: one entry for each field.
    [[nodiscard]] Bits add(std::vector<bool> const& fields) {
        ATHANOR_EXPECTS(fields.size() == readers_of_.size());
        std::size_t const same = find(fields);
        if (same < count_) return Bits{1} << same;
        if (count_ < most) ++count_;
        Bits const bit = Bits{1} << (count_ - 1);
        for (std::size_t f = 0; f < fields.size(); ++f)
            if (fields[f]) readers_of_[f] |= bit;
        return bit;
    }
    /// All that were added.
    [[nodiscard]] Bits everyone() const {
        return count_ == 0 ? Bits{0} : ~Bits{0} >> (most - count_);
    }
    [[nodiscard]] bool any_reads(Bits readers, FieldIndex field) const {
        return (readers_of_[static_cast<std::size_t>(field.value())] & readers) != 0;
    }
    /// Whether each of those that were added reads it.
    [[nodiscard]] bool all_read(FieldIndex field) const {
        return readers_of_[static_cast<std::size_t>(field.value())] == everyone();
    }

private:
    [[nodiscard]] std::size_t find(std::vector<bool> const& fields) const {
        for (std::size_t reader = 0; reader < count_; ++reader) {
            bool same = true;
            for (std::size_t f = 0; same && f < fields.size(); ++f)
                same = (((readers_of_[f] >> reader) & 1U) != 0) == fields[f];
            if (same) return reader;
        }
        return count_;
    }

    std::vector<Bits> readers_of_;  ///< by field
    std::size_t count_ = 0;         ///< bits in use
};

/// The fields that one of some readers reads; made by default: all fields.
struct ReadFields {
    FieldReaders const* readers = nullptr;
    FieldReaders::Bits whose = 0;

    [[nodiscard]] bool has(FieldIndex field) const {
        return readers == nullptr || readers->any_reads(whose, field);
    }
};

}  // namespace athanor
