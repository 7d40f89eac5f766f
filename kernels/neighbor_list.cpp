// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/neighbor_list.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "kernels/for_each_system.hpp"
#include "kernels/list_reference.hpp"
#include "kernels/neighbor_search.hpp"
#include "kernels/pair_filter.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

/// Part of the skin that the short list keeps, and the most of it [Å]. Thin, since renewing the
/// short list costs less than an evaluation, and every pair beyond the cutoff is tested in each of
/// those.
constexpr double short_skin_share = 0.25;
constexpr double short_skin_most = 0.5;
/// Up to this many atoms the direct search is as fast as sorting them into bins.
constexpr int direct_most_atoms = 24;
/// One row of SystemNeighbors::positions, aligned so that a load never straddles two cache lines.
struct alignas(32) Row {
    double x = 0.0, y = 0.0, z = 0.0, species = 0.0;
};

/// Neighbours as rows of indices into the extended positions.
struct IndexRows {
    std::vector<std::int64_t> begin;
    std::vector<std::int32_t> index;
};

/// One appearance of an image in a row; `order` compares as the shifts do.
struct ImageUse {
    std::uint64_t order;
    std::int64_t entry;
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

}  // namespace

/// Everything one system has. Its vectors keep their room when the next system takes over.
struct NeighborList::State {
    bool built = false;
    bool short_valid = false;
    bool broken = false;
    std::int64_t rebuilds = 0;
    int atom_count = 0;
    std::array<std::uint8_t, 3> pbc{};

    ListReference full_reference;
    ListReference short_reference;
    std::array<double, 9> cell{};  // of the last refresh, and its frame
    CellFrame frame;

    std::vector<Row> rows;  // atoms, then images
    std::vector<std::int32_t> owner;
    std::vector<std::int32_t> image_shift;  // three per image
    std::vector<std::int32_t> shift_code;   // per image, into `shifts`
    std::vector<ImageShift> shifts;         // the distinct ones
    std::vector<Row> shift_rows;            // the same as vectors
    IndexRows full;
    IndexRows brief;

    void forget() {
        built = short_valid = broken = false;
        rebuilds = 0;
        atom_count = 0;
        full_reference.positions.clear();
    }
    void build(double const* positions, double const* at_cell, std::uint8_t const* at_pbc,
               int atoms, double radius, NeighborSearch search);
    void number_images(FoundNeighbors const& neighbors);
    void mark_broken();
    void refresh(double const* positions);
    void renew_brief(double const* positions, double radius);
    void set_species(std::int64_t const* numbers, NeighborListOptions const& options);
    [[nodiscard]] SystemNeighbors view(IndexRows const& list) const;
};

void NeighborList::State::build(double const* positions, double const* at_cell,
                                std::uint8_t const* at_pbc, int atoms, double radius,
                                NeighborSearch search) {
    thread_local FoundNeighbors neighbors;
    auto const values = 3 * static_cast<std::size_t>(atoms);
    std::copy_n(at_cell, 9, cell.begin());
    std::copy_n(at_pbc, 3, pbc.begin());
    frame = CellFrame::of(at_cell, at_pbc);
    atom_count = atoms;
    built = true;
    short_valid = false;
    ++rebuilds;
    full_reference.positions.assign(positions, positions + values);
    full_reference.cell = cell;
    full_reference.frame = frame;
    bool const direct = search == NeighborSearch::direct ||
                        (search == NeighborSearch::automatic && atoms <= direct_most_atoms);
    broken = !(direct ? search_direct(positions, atoms, frame, radius, neighbors)
                      : search_binned(positions, atoms, frame, radius, neighbors));
    if (broken)
        mark_broken();
    else
        number_images(neighbors);
    brief.begin.resize(static_cast<std::size_t>(atoms) + 1);
    brief.index.resize(full.index.size() + lane_count);
}

/// Numbers the images that appear, by owner and shift, and writes the rows with those numbers.
void NeighborList::State::number_images(FoundNeighbors const& neighbors) {
    thread_local std::vector<std::int64_t> use_begin;
    thread_local std::vector<ImageUse> uses;
    auto const atoms = static_cast<std::size_t>(atom_count);
    full.begin = neighbors.row_begin;
    full.index.resize(neighbors.found.size());
    use_begin.assign(atoms + 1, 0);
    for (FoundNeighbor const& neighbor : neighbors.found)
        if (neighbor.shift != ImageShift{})
            ++use_begin[static_cast<std::size_t>(neighbor.owner) + 1];
    for (std::size_t i = 0; i < atoms; ++i) use_begin[i + 1] += use_begin[i];
    uses.resize(static_cast<std::size_t>(use_begin[atoms]));
    for (std::size_t entry = neighbors.found.size(); entry-- > 0;) {
        FoundNeighbor const& neighbor = neighbors.found[entry];
        full.index[entry] = neighbor.owner;
        if (neighbor.shift == ImageShift{}) continue;
        std::int64_t& end = use_begin[static_cast<std::size_t>(neighbor.owner) + 1];
        uses[static_cast<std::size_t>(--end)] = {order_of(neighbor.shift),
                                                 static_cast<std::int64_t>(entry)};
    }
    owner.clear();
    image_shift.clear();
    shift_code.clear();
    shifts.clear();
    for (std::size_t i = 0; i < atoms; ++i) {  // use_begin[i + 1] now is where atom i's uses begin
        auto const first = uses.begin() + use_begin[i + 1];
        auto const last = i + 1 < atoms ? uses.begin() + use_begin[i + 2] : uses.end();
        std::sort(first, last, [](auto const& a, auto const& b) { return a.order < b.order; });
        for (auto use = first; use != last; ++use) {
            if (use == first || use->order != (use - 1)->order) {
                ImageShift const shift = shift_of(use->order);
                owner.push_back(static_cast<std::int32_t>(i));
                image_shift.insert(image_shift.end(), {shift.a, shift.b, shift.c});
                auto found = std::find(shifts.begin(), shifts.end(), shift);
                if (found == shifts.end()) found = shifts.insert(found, shift);
                shift_code.push_back(static_cast<std::int32_t>(found - shifts.begin()));
            }
            full.index[static_cast<std::size_t>(use->entry)] =
                atom_count + static_cast<std::int32_t>(owner.size()) - 1;
        }
    }
    rows.resize(atoms + owner.size());
    shift_rows.resize(shifts.size());
}

void NeighborList::State::mark_broken() {
    auto const atoms = static_cast<std::size_t>(atom_count);
    owner.clear();
    image_shift.clear();
    shift_code.clear();
    shifts.clear();
    shift_rows.clear();
    rows.resize(atoms);
    full.begin.resize(atoms + 1);
    full.index.resize(atoms);
    for (std::size_t i = 0; i <= atoms; ++i) full.begin[i] = static_cast<std::int64_t>(i);
    for (std::size_t i = 0; i < atoms; ++i) full.index[i] = static_cast<std::int32_t>(i);
}

void NeighborList::State::set_species(std::int64_t const* numbers,
                                      NeighborListOptions const& options) {
    auto const atoms = static_cast<std::size_t>(atom_count);
    for (std::size_t i = 0; i < atoms; ++i) {
        int const species = options.species_index(numbers[i]);
        ATHANOR_EXPECTS(species >= 0);
        rows[i].species = species;
    }
    for (std::size_t k = 0; k < owner.size(); ++k)
        rows[atoms + k].species = rows[static_cast<std::size_t>(owner[k])].species;
}

void NeighborList::State::refresh(double const* positions) {
    auto const atoms = static_cast<std::size_t>(atom_count);
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 0; i < atoms; ++i) {
        rows[i].x = broken ? nan : positions[3 * i];
        rows[i].y = broken ? nan : positions[3 * i + 1];
        rows[i].z = broken ? nan : positions[3 * i + 2];
    }
    for (std::size_t k = 0; k < shifts.size(); ++k) {
        auto const v = shift_vector(shifts[k], frame.vectors);
        shift_rows[k] = {v[0], v[1], v[2], 0.0};
    }
    for (std::size_t k = 0; k < owner.size(); ++k) {
        Row const& from = rows[static_cast<std::size_t>(owner[k])];
        Row const& by = shift_rows[static_cast<std::size_t>(shift_code[k])];
        rows[atoms + k] = {from.x + by.x, from.y + by.y, from.z + by.z, from.species + by.species};
    }
}

void NeighborList::State::renew_brief(double const* positions, double radius) {
    auto const atoms = static_cast<std::size_t>(atom_count);
    auto const filter = pair_filter(active_isa()).indices;
    double const* const places = &rows.front().x;
    std::int64_t filled = 0;
    brief.begin[0] = 0;
    for (std::size_t i = 0; i < atoms; ++i) {
        filled += filter(places, places + 4 * i, full.index.data() + full.begin[i],
                         static_cast<int>(full.begin[i + 1] - full.begin[i]), radius * radius,
                         brief.index.data() + filled);
        brief.begin[i + 1] = filled;
    }
    short_reference.positions.assign(positions, positions + 3 * atoms);
    short_reference.cell = cell;
    short_reference.frame = frame;
    short_valid = true;
}

SystemNeighbors NeighborList::State::view(IndexRows const& list) const {
    return {atom_count,
            static_cast<int>(owner.size()),
            rows.empty() ? nullptr : &rows.front().x,
            owner.data(),
            image_shift.data(),
            list.begin.data(),
            list.index.data()};
}

NeighborList::NeighborList(NeighborListOptions options, int system_capacity)
    : options_(std::move(options)) {
    auto const capacity = static_cast<std::size_t>(std::max(system_capacity, 0));
    if (!(options_.cutoff > 0.0) || !std::isfinite(options_.cutoff))
        throw ConfigError(fmt::format(
            "neighbour list: a cutoff of {} is no distance; give Å above 0", options_.cutoff));
    if (!(options_.skin >= 0.0) || !std::isfinite(options_.skin))
        throw ConfigError(fmt::format("neighbour list: a skin of {} is no distance; give Å from 0",
                                      options_.skin));
    ATHANOR_EXPECTS(options_.species_index != nullptr);
    inner_radius_ = options_.cutoff + std::min(short_skin_most, short_skin_share * options_.skin);
    states_.reserve(capacity);
    spare_.reserve(capacity);
    views_.reserve(capacity);
}

NeighborList::~NeighborList() = default;
NeighborList::NeighborList(NeighborList&&) noexcept = default;
NeighborList& NeighborList::operator=(NeighborList&&) noexcept = default;

void NeighborList::add(SystemIndex system) {
    ATHANOR_EXPECTS(system.value() == system_count());
    if (spare_.empty()) {
        states_.push_back(std::make_unique<State>());
        return;
    }
    states_.push_back(std::move(spare_.back()));
    spare_.pop_back();
    states_.back()->forget();
}

void NeighborList::remove(SystemIndex system) {
    ATHANOR_EXPECTS(system.value() >= 0 && system.value() < system_count());
    auto const row = static_cast<std::size_t>(system.value());
    std::swap(states_[row], states_.back());
    spare_.push_back(std::move(states_.back()));
    states_.pop_back();
}

void NeighborList::invalidate(SystemIndex system) {
    ATHANOR_EXPECTS(system.value() >= 0 && system.value() < system_count());
    states_[static_cast<std::size_t>(system.value())]->built = false;
}

void NeighborList::update_system(BatchView const& batch, int system, State& state) const {
    std::ptrdiff_t const begin = batch.atom_begin[system];
    int const atoms = batch.atom_count[system];
    double const* const positions = batch.positions + 3 * begin;
    double const* const cell = batch.cell + 9 * static_cast<std::ptrdiff_t>(system);
    std::uint8_t const* const pbc = batch.pbc + 3 * static_cast<std::ptrdiff_t>(system);
    double const full_radius = options_.cutoff + options_.skin;

    bool usable = state.built && !state.broken && state.atom_count == atoms &&
                  std::equal(pbc, pbc + 3, state.pbc.begin());
    if (usable && !std::equal(state.cell.begin(), state.cell.end(), cell)) {
        std::copy_n(cell, 9, state.cell.begin());
        state.frame = CellFrame::of(cell, pbc);
        usable = state.frame.usable;
    }
    auto const holds = [&](ListReference const& reference, ListRadii radii) {
        return usable && still_holds(reference, positions, cell, state.frame, radii);
    };
    if (state.short_valid &&
        holds(state.short_reference, {.known = inner_radius_, .needed = options_.cutoff})) {
        state.refresh(positions);
        return;
    }
    if (!holds(state.full_reference, {.known = full_radius, .needed = inner_radius_})) {
        state.build(positions, cell, pbc, atoms, full_radius, options_.search);
        state.set_species(batch.atomic_numbers + begin, options_);
    }
    state.refresh(positions);
    if (atoms > 0) state.renew_brief(positions, inner_radius_);
}

std::span<SystemNeighbors const> NeighborList::update(BatchView const& batch,
                                                      std::span<SystemIndex const> systems) {
    views_.resize(systems.size());
    for_each_system(batch, systems, 40.0, [&](int k) {
        int const system = systems[static_cast<std::size_t>(k)].value();
        ATHANOR_EXPECTS(system >= 0 && system < system_count());
        State& state = *states_[static_cast<std::size_t>(system)];
        update_system(batch, system, state);
        views_[static_cast<std::size_t>(k)] = state.view(state.brief);
    });
    return views_;
}

SystemNeighbors NeighborList::full(SystemIndex system) const {
    State const& state = *states_[static_cast<std::size_t>(system.value())];
    return state.view(state.full);
}

std::span<double const> NeighborList::reference_positions(SystemIndex system) const {
    return states_[static_cast<std::size_t>(system.value())]->full_reference.positions;
}

std::array<double, 9> NeighborList::reference_cell(SystemIndex system) const {
    return states_[static_cast<std::size_t>(system.value())]->full_reference.cell;
}

void NeighborList::restore(BatchView const& batch, SystemIndex system,
                           std::span<double const> positions, std::array<double, 9> const& cell) {
    int const s = system.value();
    ATHANOR_EXPECTS(s >= 0 && s < system_count());
    ATHANOR_EXPECTS(positions.size() == 3 * static_cast<std::size_t>(batch.atom_count[s]));
    State& state = *states_[static_cast<std::size_t>(s)];
    state.build(positions.data(), cell.data(), batch.pbc + 3 * static_cast<std::ptrdiff_t>(s),
                batch.atom_count[s], options_.cutoff + options_.skin, options_.search);
    state.set_species(batch.atomic_numbers + batch.atom_begin[s], options_);
}

std::int64_t NeighborList::rebuild_count(SystemIndex system) const {
    return states_[static_cast<std::size_t>(system.value())]->rebuilds;
}

std::optional<ClosePair> find_close_pair(SystemNeighbors const& neighbors, double limit) {
    std::optional<ClosePair> closest;
    double best = limit;
    for (int i = 0; i < neighbors.atom_count; ++i) {
        double const* const ri = neighbors.positions + 4 * static_cast<std::ptrdiff_t>(i);
        for (std::int64_t at = neighbors.row_begin[i]; at < neighbors.row_begin[i + 1]; ++at) {
            std::int32_t const j = neighbors.neighbors[at];
            double const* const rj = neighbors.positions + 4 * static_cast<std::ptrdiff_t>(j);
            double const dx = ri[0] - rj[0], dy = ri[1] - rj[1], dz = ri[2] - rj[2];
            double const distance = std::sqrt(dx * dx + dy * dy + dz * dz);
            if (!(distance < best)) continue;
            best = distance;
            int const second =
                j < neighbors.atom_count ? j : neighbors.image_owner[j - neighbors.atom_count];
            closest = ClosePair{i, second, distance};
        }
    }
    return closest;
}

}  // namespace athanor
