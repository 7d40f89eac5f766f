// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/index_rows.hpp"

#include <algorithm>
#include <span>

#include "kernels/lanes.hpp"
#include "kernels/pair_filter.hpp"
#include "kernels/share_out.hpp"

namespace athanor {
namespace {

/// Atoms whose rows are worked out together.
constexpr int atoms_per_piece = 64;

/// What a row takes, to a factor of two or so, and how many pieces each thread works out between
/// two waits: what is worked out stays in the cache until its place in the list is known.
struct Effort {
    double nanoseconds;
    int pieces_per_thread;
};
constexpr Effort to_find{2000.0, 16}, to_filter{150.0, 32};

/// One appearance of an image in a row; `order` compares as the shifts do.
struct ImageUse {
    std::uint64_t order;
    std::int64_t entry;
    std::int32_t owner;
};

/// 21 bits for each component; neighbor_search leaves out atoms for which that would not do.
std::uint64_t order_of(ImageShift const& shift) {
    auto const bits = [](std::int32_t n) {
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(n) + (1 << 20));
    };
    return bits(shift.a) << 42 | bits(shift.b) << 21 | bits(shift.c);
}
ImageShift shift_of(std::uint64_t order) {
    auto const component = [&](int at) {
        return static_cast<std::int32_t>(order >> at & ((1U << 21) - 1U)) - (1 << 20);
    };
    return {component(42), component(21), component(0)};
}

/// The rows of some atoms on their way into the list.
struct Piece {
    int first = 0, last = 0;  ///< atoms
    std::size_t entry = 0;    ///< where its rows begin in the list
    FoundNeighbors found;     ///< of fill_rows()
    std::vector<ImageUse> uses;
    std::vector<std::int32_t> index;  ///< of filter_rows()
    std::size_t entries = 0;
};

/// Works out the rows of all atoms, some pieces at a time: work_out(piece), which says how many
/// entries they have; then collect(pieces), on one thread; then put(piece) at piece.entry.
template <class WorkOut, class Collect, class Put>
void assemble(int atom_count, Effort effort, std::vector<Piece>& pieces, WorkOut const& work_out,
              Collect const& collect, Put const& put) {
    int const threads = threads_worth(atom_count, effort.nanoseconds);
    int const at_once = threads > 1 ? threads * effort.pieces_per_thread : 1;
    if (pieces.size() < static_cast<std::size_t>(at_once))
        pieces.resize(static_cast<std::size_t>(at_once));
    auto const by_waves = [&] {
        std::size_t entry = 0;
        for (int next = 0; next < atom_count;) {
            int count = 0;
            for (; count < at_once && next < atom_count; ++count) {
                Piece& piece = pieces[static_cast<std::size_t>(count)];
                piece.first = next;
                piece.last = next = std::min(next + atoms_per_piece, atom_count);
            }
            parallel_for_systems(count,
                                 [&](int k) { work_out(pieces[static_cast<std::size_t>(k)]); });
            for (int k = 0; k < count; ++k) {
                Piece& piece = pieces[static_cast<std::size_t>(k)];
                piece.entry = entry;
                entry += piece.entries;
            }
            collect(std::span<Piece const>(pieces).first(static_cast<std::size_t>(count)));
            parallel_for(count, [&](int k) { put(pieces[static_cast<std::size_t>(k)]); });
        }
    };
    double const work = atom_count * effort.nanoseconds;
    if (threads > 1)
        fork_watch(work).time(work, by_waves);
    else
        by_waves();
}

/// Buffers of fill_rows() and filter_rows(), kept by each thread between calls.
struct Scratch {
    std::vector<Piece> pieces;
    std::vector<ImageUse> uses;  ///< as they were found
    std::vector<ImageUse> by_owner;
    std::vector<std::int64_t> begin;  ///< of each owner's
    std::vector<std::int32_t> first_image;
};
Scratch& scratch() {
    thread_local Scratch mine;
    return mine;
}

/// Sorts uses by owner, then by shift; begin[i] up to begin[i + 1] - 1 are those of owner i.
void sort_uses(int atom_count, Scratch& mine) {
    auto const atoms = static_cast<std::size_t>(atom_count);
    mine.begin.assign(atoms + 2, 0);
    for (ImageUse const& use : mine.uses) ++mine.begin[static_cast<std::size_t>(use.owner) + 2];
    for (std::size_t i = 2; i < atoms + 2; ++i) mine.begin[i] += mine.begin[i - 1];
    mine.by_owner.resize(mine.uses.size());
    for (ImageUse const& use : mine.uses) {  // turns the beginning of each owner into its end
        std::int64_t& at = mine.begin[static_cast<std::size_t>(use.owner) + 1];
        mine.by_owner[static_cast<std::size_t>(at++)] = use;
    }
    auto const first = mine.by_owner.begin();
    share_out_each(atom_count, 20.0, [&](int i) {
        std::sort(first + mine.begin[static_cast<std::size_t>(i)],
                  first + mine.begin[static_cast<std::size_t>(i) + 1],
                  [](ImageUse const& a, ImageUse const& b) { return a.order < b.order; });
    });
}

/// Calls use_of(use, image) for the sorted uses of one owner, whose images count from `image`;
/// gives the number behind the last.
template <class Call>
std::int32_t for_each_use(Scratch const& mine, int owner, std::int32_t image, Call const& call) {
    auto const end = static_cast<std::size_t>(mine.begin[static_cast<std::size_t>(owner) + 1]);
    auto const begin = static_cast<std::size_t>(mine.begin[static_cast<std::size_t>(owner)]);
    for (std::size_t at = begin; at < end; ++at) {
        bool const is_new = at == begin || mine.by_owner[at].order != mine.by_owner[at - 1].order;
        if (is_new) ++image;
        call(mine.by_owner[at], image - 1, is_new);
    }
    return image;
}

/// Numbers the images that appear, by owner and shift, and writes those numbers into the rows.
void number_images(int atom_count, Scratch& mine, IndexRows& rows, ImageTable& images) {
    auto const atoms = static_cast<std::size_t>(atom_count);
    sort_uses(atom_count, mine);
    mine.first_image.resize(atoms + 1);
    mine.first_image[0] = 0;
    share_out_each(atom_count, 10.0, [&](int i) {
        mine.first_image[static_cast<std::size_t>(i) + 1] =
            for_each_use(mine, i, 0, [](ImageUse const&, std::int32_t, bool) {});
    });
    for (std::size_t i = 0; i < atoms; ++i) mine.first_image[i + 1] += mine.first_image[i];
    auto const count = static_cast<std::size_t>(mine.first_image[atoms]);
    images.owner.resize(count);
    images.shift.resize(3 * count);
    images.shift_code.resize(count);
    share_out_each(atom_count, 20.0, [&](int i) {
        for_each_use(mine, i, mine.first_image[static_cast<std::size_t>(i)],
                     [&](ImageUse const& use, std::int32_t image, bool is_new) {
                         rows.index[static_cast<std::size_t>(use.entry)] = atom_count + image;
                         if (!is_new) return;
                         auto const k = static_cast<std::size_t>(image);
                         ImageShift const shift = shift_of(use.order);
                         images.owner[k] = i;
                         images.shift[3 * k] = shift.a;
                         images.shift[3 * k + 1] = shift.b;
                         images.shift[3 * k + 2] = shift.c;
                     });
    });
    images.shifts.clear();
    for (std::size_t k = 0; k < count; ++k) {
        ImageShift const shift{images.shift[3 * k], images.shift[3 * k + 1],
                               images.shift[3 * k + 2]};
        auto found = std::find(images.shifts.begin(), images.shifts.end(), shift);
        if (found == images.shifts.end()) found = images.shifts.insert(found, shift);
        images.shift_code[k] = static_cast<std::int32_t>(found - images.shifts.begin());
    }
}

void find_piece(RowSearch const& search, Piece& piece) {
    search.find(piece.first, piece.last, piece.found);
    piece.entries = piece.found.found.size();
    piece.uses.clear();
    for (std::size_t entry = 0; entry < piece.entries; ++entry) {
        FoundNeighbor const& neighbor = piece.found.found[entry];
        if (neighbor.shift != ImageShift{})
            piece.uses.push_back(
                {order_of(neighbor.shift), static_cast<std::int64_t>(entry), neighbor.owner});
    }
}

}  // namespace

void IndexRows::make_room(std::size_t entries, std::size_t kept) {
    if (entries <= room) return;
    auto larger = std::make_unique_for_overwrite<std::int32_t[]>(entries);
    std::copy_n(index.get(), kept, larger.get());
    index = std::move(larger);
    room = entries;
}

void ImageTable::clear() {
    owner.clear();
    shift.clear();
    shift_code.clear();
    shifts.clear();
}

void fill_rows(RowSearch const& search, int atom_count, IndexRows& rows, ImageTable& images) {
    Scratch& mine = scratch();
    mine.uses.clear();
    rows.begin.resize(static_cast<std::size_t>(atom_count) + 1);
    rows.begin[0] = 0;
    auto const collect = [&](std::span<Piece const> pieces) {
        std::size_t const end = pieces.back().entry + pieces.back().entries;
        // The rest is likely to be like what there is, so that the rows move once or twice.
        double const likely = 1.05 * atom_count / pieces.back().last * static_cast<double>(end);
        if (rows.room < end)
            rows.make_room(static_cast<std::size_t>(likely) + 1, pieces.front().entry);
        for (Piece const& piece : pieces)
            for (ImageUse use : piece.uses) {
                use.entry += static_cast<std::int64_t>(piece.entry);
                mine.uses.push_back(use);
            }
    };
    auto const put = [&](Piece const& piece) {
        for (std::size_t k = 0; k < piece.entries; ++k)
            rows.index[piece.entry + k] = piece.found.found[k].owner;
        for (auto i = static_cast<std::size_t>(piece.first);
             i < static_cast<std::size_t>(piece.last); ++i)
            rows.begin[i + 1] =
                static_cast<std::int64_t>(piece.entry) +
                piece.found.row_begin[i + 1 - static_cast<std::size_t>(piece.first)];
    };
    assemble(
        atom_count, to_find, mine.pieces, [&](Piece& piece) { find_piece(search, piece); }, collect,
        put);
    number_images(atom_count, mine, rows, images);
}

void filter_rows(IndexRows const& from, double const* places, int atom_count, double radius,
                 IndexRows& to) {
    auto const filter = pair_filter(active_isa()).indices;
    to.begin.resize(static_cast<std::size_t>(atom_count) + 1);
    to.begin[0] = 0;
    to.make_room(from.entry_count() + lane_count);  // the filter writes a little behind its last
    // begin[i + 1] of atoms first .. last - 1, counted from `index`.
    auto const filter_some = [&](int first, int last, std::int32_t* index) {
        std::int64_t filled = 0;
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
            filled += filter(places, places + 4 * i, from.index.get() + from.begin[i],
                             static_cast<int>(from.begin[i + 1] - from.begin[i]), radius * radius,
                             index + filled);
            to.begin[i + 1] = filled;
        }
        return static_cast<std::size_t>(filled);
    };
    if (atom_count * to_filter.nanoseconds < worth_a_fork || thread_count() == 1) {
        filter_some(0, atom_count, to.index.get());
        return;
    }
    auto const filter_piece = [&](Piece& piece) {
        auto const most =
            static_cast<std::size_t>(from.begin[static_cast<std::size_t>(piece.last)] -
                                     from.begin[static_cast<std::size_t>(piece.first)]);
        if (piece.index.size() < most + lane_count) piece.index.resize(2 * most + lane_count);
        piece.entries = filter_some(piece.first, piece.last, piece.index.data());
    };
    auto const put = [&](Piece const& piece) {
        std::copy_n(piece.index.data(), piece.entries, to.index.get() + piece.entry);
        for (auto i = static_cast<std::size_t>(piece.first);
             i < static_cast<std::size_t>(piece.last); ++i)
            to.begin[i + 1] += static_cast<std::int64_t>(piece.entry);
    };
    assemble(
        atom_count, to_filter, scratch().pieces, filter_piece, [](std::span<Piece const>) {}, put);
}

}  // namespace athanor
