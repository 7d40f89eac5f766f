// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/row_keys.hpp"

#include <algorithm>
#include <utility>

namespace athanor {
namespace {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that mixes all bits.
std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace

RowKeys::Fingerprint RowKeys::fingerprint_of(RowKey const& key) {
    auto const stage_and_kind = (std::uint64_t{static_cast<std::uint32_t>(key.stage)} << 8) |
                                static_cast<std::uint64_t>(key.kind);
    Fingerprint print{0x9e3779b97f4a7c15ULL, 0xd1b54a32d192ed03ULL};
    for (std::uint64_t const word : {static_cast<std::uint64_t>(key.system_id),
                                     static_cast<std::uint64_t>(key.step), stage_and_kind}) {
        print.low = mix(print.low + word);
        print.high = mix((print.high ^ word) + 0x9e3779b97f4a7c15ULL * print.low);
    }
    print.high |= 1;  // never a free place
    return print;
}

std::size_t RowKeys::place_of(Fingerprint const& print) const {
    std::size_t place = print.low % table_.size();
    while (table_[place] != Fingerprint{} && table_[place] != print)
        place = place + 1 == table_.size() ? 0 : place + 1;
    return place;
}

void RowKeys::grow() {
    std::vector<Fingerprint> old(std::max<std::size_t>(16, table_.size() + table_.size() / 2));
    std::swap(old, table_);
    for (Fingerprint const& print : old)
        if (print != Fingerprint{}) table_[place_of(print)] = print;
}

bool RowKeys::insert(RowKey const& key) {
    if (5 * (size_ + 1) > 4 * table_.size()) grow();
    Fingerprint const print = fingerprint_of(key);
    std::size_t const place = place_of(print);
    if (table_[place] == print) return false;
    table_[place] = print;
    ++size_;
    return true;
}

bool RowKeys::contains(RowKey const& key) const {
    if (table_.empty()) return false;
    Fingerprint const print = fingerprint_of(key);
    return table_[place_of(print)] == print;
}

}  // namespace athanor
