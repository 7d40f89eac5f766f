// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/neighbor_search.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

#include "kernels/pair_filter.hpp"
#include "kernels/share_out.hpp"

namespace athanor {
namespace {

/// Atoms folded into the cell along its periodic directions.
struct WrappedAtoms {
    std::vector<std::array<double, 3>> fraction;
    std::vector<std::array<double, 3>> place;  ///< Cartesian
    std::vector<ImageShift> cell;              ///< r = place + cell·h

    /// False when one has no place.
    bool fold(double const* positions, int atom_count, CellFrame const& frame);

private:
    bool fold(int first, int last, double const* positions, CellFrame const& frame);
};

bool WrappedAtoms::fold(double const* positions, int atom_count, CellFrame const& frame) {
    auto const count = static_cast<std::size_t>(atom_count);
    fraction.resize(count);
    place.resize(count);
    cell.resize(count);
    auto const some_have_no_place = [&](int first, int last) {
        return fold(first, last, positions, frame) ? 0.0 : 1.0;
    };
    return largest_part(atom_count, 15.0, some_have_no_place) == 0.0;
}

bool WrappedAtoms::fold(int first, int last, double const* positions, CellFrame const& frame) {
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
        double const* const r = positions + 3 * i;
        FoldedAtom const atom = fold_atom(r, frame);
        if (!atom.has_place) return false;
        fraction[i] = atom.fraction;
        cell[i] = atom.cell;
        std::array<double, 3> const moved = shift_vector(cell[i], frame.vectors);
        place[i] = {r[0] - moved[0], r[1] - moved[1], r[2] - moved[2]};
    }
    return true;
}

/// The one test that decides, on the bits that a model will see.
struct ExactTest {
    double const* positions;
    CellFrame const& frame;
    double radius_squared;
    WrappedAtoms const& atoms;

    /// Adds j, folded and moved by `moved`, to the neighbours of i when it is one.
    void add(int i, int j, ImageShift const& moved, std::vector<FoundNeighbor>& found) const {
        ImageShift const& from = atoms.cell[static_cast<std::size_t>(j)];
        ImageShift const& to = atoms.cell[static_cast<std::size_t>(i)];
        ImageShift const shift{moved.a - from.a + to.a, moved.b - from.b + to.b,
                               moved.c - from.c + to.c};
        if (i == j && shift == ImageShift{}) return;
        std::array<double, 3> const v = shift_vector(shift, frame.vectors);
        double const* const rj = positions + 3 * static_cast<std::ptrdiff_t>(j);
        add_at(i, j, {rj[0] + v[0], rj[1] + v[1], rj[2] + v[2]}, shift, found);
    }
    /// The same where the image's place is known.
    void add_at(int i, int j, std::array<double, 3> const& place, ImageShift const& shift,
                std::vector<FoundNeighbor>& found) const {
        double const* const ri = positions + 3 * static_cast<std::ptrdiff_t>(i);
        double const dx = ri[0] - place[0], dy = ri[1] - place[1], dz = ri[2] - place[2];
        if (dx * dx + dy * dy + dz * dz < radius_squared) found.push_back({j, shift});
    }
};

/// Sorts distinct numbers below `end`: through a set of bits while that is short, for it has no
/// comparisons to mispredict.
void sort_numbers(std::vector<std::int32_t>& numbers, std::size_t end) {
    thread_local std::vector<std::uint64_t> bits;
    std::size_t const words = end / 64 + 1;
    if (words > 16 * numbers.size()) {
        std::sort(numbers.begin(), numbers.end());
        return;
    }
    if (bits.size() < words) bits.resize(words);
    for (std::int32_t const n : numbers)
        bits[static_cast<std::size_t>(n) / 64] |= std::uint64_t{1} << (n % 64);
    std::size_t filled = 0;
    for (std::size_t word = 0; word < words; ++word)
        for (std::uint64_t& left = bits[word]; left != 0; left &= left - 1)
            numbers[filled++] = static_cast<std::int32_t>(64 * word) + std::countr_zero(left);
}

/// Every atom and image that can be near an atom of the cell, sorted into bins along the three
/// vectors. Bins that follow each other along the last vector are one run in memory.
struct Cloud {
    struct Entry {
        std::int32_t owner;
        ImageShift moved;  ///< from the owner's folded place
    };

    std::vector<Entry> entries;                ///< by owner, then by shift
    std::vector<std::array<double, 3>> place;  ///< Cartesian
    std::vector<std::array<double, 3>> fraction;

    std::array<int, 3> count{1, 1, 1};  ///< bins
    std::array<int, 3> reach{};         ///< bins to either side that can hold a neighbour
    std::array<double, 3> first{};      ///< fraction where bin 0 begins
    std::array<double, 3> per_bin{};    ///< bins per fraction
    std::vector<std::int32_t> bin_of;
    std::vector<std::int32_t> begin;          ///< of each bin in what follows
    std::vector<std::int32_t> entry_of;       ///< in the order of bins
    std::vector<std::array<double, 4>> rows;  ///< the same; as PairFilter reads them
    std::vector<std::int32_t> numbers;        ///< 0, 1, 2 ...

    void spread(WrappedAtoms const& atoms, CellFrame const& frame, double radius);
    void lay_out_bins(CellFrame const& frame, double radius);
    void fill_bins();
    /// Entries within `radius` of `at`, which stands at `s`, in ascending order.
    void near(std::array<double, 3> const& at, std::array<double, 3> const& s, double radius,
              std::vector<std::int32_t>& found) const;

    [[nodiscard]] std::array<int, 3> bin_at(std::array<double, 3> const& s) const {
        std::array<int, 3> bin{};
        for (std::size_t k = 0; k < 3; ++k)
            bin[k] = std::clamp(static_cast<int>((s[k] - first[k]) * per_bin[k]), 0, count[k] - 1);
        return bin;
    }
    [[nodiscard]] std::size_t index(int a, int b, int c) const {
        return (static_cast<std::size_t>(a) * static_cast<std::size_t>(count[1]) +
                static_cast<std::size_t>(b)) *
                   static_cast<std::size_t>(count[2]) +
               static_cast<std::size_t>(c);
    }
};

void Cloud::spread(WrappedAtoms const& atoms, CellFrame const& frame, double radius) {
    entries.clear();
    place.clear();
    fraction.clear();
    std::array<double, 3> const margin = image_reach(radius, frame);
    for (std::size_t j = 0; j < atoms.place.size(); ++j) {
        std::array<double, 3> const& s = atoms.fraction[j];
        std::array<int, 3> low{}, high{};
        for (std::size_t k = 0; k < 3; ++k) {
            if (!frame.periodic[k]) continue;
            low[k] = static_cast<int>(std::ceil(-margin[k] - s[k]));
            high[k] = static_cast<int>(std::floor(1.0 + margin[k] - s[k]));
        }
        for (int a = low[0]; a <= high[0]; ++a)
            for (int b = low[1]; b <= high[1]; ++b)
                for (int c = low[2]; c <= high[2]; ++c) {
                    ImageShift const moved{a, b, c};
                    std::array<double, 3> const v = shift_vector(moved, frame.vectors);
                    entries.push_back({static_cast<std::int32_t>(j), moved});
                    place.push_back({atoms.place[j][0] + v[0], atoms.place[j][1] + v[1],
                                     atoms.place[j][2] + v[2]});
                    fraction.push_back({s[0] + a, s[1] + b, s[2] + c});
                }
    }
}

void Cloud::lay_out_bins(CellFrame const& frame, double radius) {
    // No more bins than about entries along one direction, however empty the space between them.
    double const most = 2.0 * std::cbrt(static_cast<double>(entries.size())) + 4.0;
    for (std::size_t k = 0; k < 3; ++k) {
        double low = HUGE_VAL, high = -HUGE_VAL;
        for (auto const& s : fraction) {
            low = std::min(low, s[k]);
            high = std::max(high, s[k]);
        }
        double const span = high > low ? high - low : 0.0;
        double const length = span * frame.height[k];
        count[k] = static_cast<int>(std::clamp(std::floor(2.0 * length / radius), 1.0, most));
        double const width = length / count[k];
        first[k] = low;
        per_bin[k] = span > 0.0 ? count[k] / span : 0.0;
        double const enough =
            width > 0.0 ? std::floor(radius * (1.0 + search_safety) / width) + 1.0 : 0.0;
        reach[k] = static_cast<int>(std::min(enough, count[k] - 1.0));
    }
}

void Cloud::fill_bins() {
    std::size_t const bins = index(count[0], 0, 0);
    std::size_t const size = entries.size();
    begin.assign(bins + 1, 0);
    bin_of.resize(size);
    entry_of.resize(size);
    rows.resize(size);
    for (std::size_t n = numbers.size(); n < size; ++n)
        numbers.push_back(static_cast<std::int32_t>(n));
    for (std::size_t e = 0; e < size; ++e) {
        std::array<int, 3> const bin = bin_at(fraction[e]);
        bin_of[e] = static_cast<std::int32_t>(index(bin[0], bin[1], bin[2]));
        ++begin[static_cast<std::size_t>(bin_of[e])];
    }
    std::int32_t end = 0;
    for (std::int32_t& at : begin) at = end += at;
    // Every begin[b] is the end of bin b now; filling from the back turns it into its beginning.
    for (std::size_t e = size; e-- > 0;) {
        auto const at = static_cast<std::size_t>(--begin[static_cast<std::size_t>(bin_of[e])]);
        entry_of[at] = static_cast<std::int32_t>(e);
        rows[at] = {place[e][0], place[e][1], place[e][2], 0.0};
    }
}

void Cloud::near(std::array<double, 3> const& at, std::array<double, 3> const& s, double radius,
                 std::vector<std::int32_t>& found) const {
    std::array<int, 3> const home = bin_at(s);
    std::array<int, 3> low{}, high{};
    for (std::size_t k = 0; k < 3; ++k) {
        low[k] = std::max(home[k] - reach[k], 0);
        high[k] = std::min(home[k] + reach[k], count[k] - 1);
    }
    double const limit = radius * (1.0 + search_safety) + search_safety;
    auto const filter = pair_filter(active_isa()).indices;
    std::size_t filled = 0;
    for (int a = low[0]; a <= high[0]; ++a)
        for (int b = low[1]; b <= high[1]; ++b) {
            std::int32_t const from = begin[index(a, b, low[2])];
            std::int32_t const size = begin[index(a, b, high[2]) + 1] - from;
            std::size_t const room = filled + static_cast<std::size_t>(size) + lane_count;
            if (found.size() < room) found.resize(2 * room);
            filled += static_cast<std::size_t>(filter(rows.front().data(), at.data(),
                                                      numbers.data() + from, size, limit * limit,
                                                      found.data() + filled));
        }
    found.resize(filled);
    for (std::int32_t& one : found) one = entry_of[static_cast<std::size_t>(one)];
    sort_numbers(found, entries.size());
}

void close_row(FoundNeighbors& rows) {
    rows.row_begin.push_back(static_cast<std::int64_t>(rows.found.size()));
}

}  // namespace

struct RowSearch::Impl {
    double const* positions = nullptr;
    int atom_count = 0;
    CellFrame frame;
    double radius = 0.0;
    SearchWay way = SearchWay::direct;
    WrappedAtoms wrapped;
    Cloud cloud;

    void find_directly(int first, int last, FoundNeighbors& rows) const;
    void find_in_bins(int first, int last, FoundNeighbors& rows) const;
};

void RowSearch::Impl::find_directly(int first, int last, FoundNeighbors& rows) const {
    ExactTest const test{positions, frame, radius * radius, wrapped};
    std::array<double, 3> const reach = image_reach(radius, frame);
    for (int i = first; i < last; ++i) {
        auto const& si = wrapped.fraction[static_cast<std::size_t>(i)];
        for (int j = 0; j < atom_count; ++j) {
            auto const& sj = wrapped.fraction[static_cast<std::size_t>(j)];
            auto const [low, high] = images_near(si, sj, reach, frame);
            for (int a = low[0]; a <= high[0]; ++a)
                for (int b = low[1]; b <= high[1]; ++b)
                    for (int c = low[2]; c <= high[2]; ++c) test.add(i, j, {a, b, c}, rows.found);
        }
        close_row(rows);  // j and the shift both ascend: the row is sorted already
    }
}

void RowSearch::Impl::find_in_bins(int first, int last, FoundNeighbors& rows) const {
    thread_local std::vector<std::int32_t> near;
    ExactTest const test{positions, frame, radius * radius, wrapped};
    for (int i = first; i < last; ++i) {
        auto const atom = static_cast<std::size_t>(i);
        bool const at_home = wrapped.cell[atom] == ImageShift{};
        cloud.near(wrapped.place[atom], wrapped.fraction[atom], radius, near);
        for (std::int32_t const e : near) {
            Cloud::Entry const& entry = cloud.entries[static_cast<std::size_t>(e)];
            // Of atoms that stood in the cell, the folded place is the place itself, to the bit.
            bool const both_at_home =
                at_home && wrapped.cell[static_cast<std::size_t>(entry.owner)] == ImageShift{};
            if (!both_at_home)
                test.add(i, entry.owner, entry.moved, rows.found);
            else if (entry.owner != i || entry.moved != ImageShift{})
                test.add_at(i, entry.owner, cloud.place[static_cast<std::size_t>(e)], entry.moved,
                            rows.found);
        }
        close_row(rows);  // entries ascend by owner and shift: the row is sorted already
    }
}

RowSearch::RowSearch() : impl_(std::make_unique<Impl>()) {}
RowSearch::~RowSearch() = default;

bool RowSearch::prepare(double const* positions, int atom_count, CellFrame const& frame,
                        double radius, SearchWay way) {
    impl_->positions = positions;
    impl_->atom_count = atom_count;
    impl_->frame = frame;
    impl_->radius = radius;
    impl_->way = way;
    if (!frame.usable || !impl_->wrapped.fold(positions, atom_count, frame)) return false;
    if (way == SearchWay::direct) return true;
    impl_->cloud.spread(impl_->wrapped, frame, radius);
    impl_->cloud.lay_out_bins(frame, radius);
    impl_->cloud.fill_bins();
    return true;
}

void RowSearch::find(int first, int last, FoundNeighbors& rows) const {
    rows.found.clear();
    rows.row_begin.assign(1, 0);
    if (impl_->way == SearchWay::direct)
        impl_->find_directly(first, last, rows);
    else
        impl_->find_in_bins(first, last, rows);
}

bool search(double const* positions, int atom_count, CellFrame const& frame, double radius,
            SearchWay way, FoundNeighbors& result) {
    thread_local RowSearch rows;
    result.found.clear();
    result.row_begin.assign(1, 0);
    if (!rows.prepare(positions, atom_count, frame, radius, way)) return false;
    rows.find(0, atom_count, result);
    return true;
}

}  // namespace athanor
