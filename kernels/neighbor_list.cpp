// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/neighbor_list.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "kernels/image_shift.hpp"
#include "kernels/index_rows.hpp"
#include "kernels/list_reference.hpp"
#include "kernels/neighbor_search.hpp"
#include "kernels/share_out.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

/// Part of the skin that the short list keeps, and the most of it [Å]. Thin, since renewing the
/// short list costs less than an evaluation, and every pair beyond the cutoff is tested in each of
/// those.
constexpr double short_skin_share = 0.25;
constexpr double short_skin_most = 0.5;

/// What an atom takes to see whether the lists still hold, to renew the short one, and to make
/// both, to a factor of two or so [ns].
constexpr double holding = 4.0, renewing = 150.0, building = 2500.0;

void copy_positions(double const* from, int atom_count, std::vector<double>& to) {
    to.resize(3 * static_cast<std::size_t>(atom_count));
    share_out(3 * atom_count, 0.5, [&](int first, int last) {
        std::copy(from + first, from + last, to.data() + first);
    });
}

/// One row of SystemNeighbors::positions, aligned so that a load never straddles two cache lines.
struct alignas(32) Row {
    double x = 0.0, y = 0.0, z = 0.0, species = 0.0;
};

}  // namespace

/// What check() found that renew() must do.
enum class NeighborList::Needs { nothing, renewal, build };

/// Everything one system has. Its vectors keep their room when the next system takes over.
struct NeighborList::State {
    bool built = false;
    bool short_valid = false;
    bool broken = false;
    std::int64_t rebuilds = 0;
    int atom_count = 0;
    Needs needs = Needs::build;
    std::array<std::uint8_t, 3> pbc{};

    ListReference full_reference;
    ListReference short_reference;
    std::array<double, 9> cell{};  // of the last refresh, and its frame
    CellFrame frame;

    std::vector<Row> rows;  // atoms, then images
    ImageTable images;
    std::vector<Row> shift_rows;  // images.shifts as vectors
    IndexRows full;
    IndexRows brief;

    void forget() {
        built = short_valid = broken = false;
        rebuilds = 0;
        atom_count = 0;
        full_reference.positions.clear();
    }
    void build(double const* positions, double const* at_cell, std::uint8_t const* at_pbc,
               int atoms, NeighborListOptions const& options);
    void mark_broken();
    void refresh(double const* positions);
    void renew_brief(double const* positions, double radius);
    void set_species(std::int64_t const* numbers, NeighborListOptions const& options);
    [[nodiscard]] SystemNeighbors view(IndexRows const& list) const;
};

void NeighborList::State::build(double const* positions, double const* at_cell,
                                std::uint8_t const* at_pbc, int atoms,
                                NeighborListOptions const& options) {
    thread_local RowSearch found;
    std::copy_n(at_cell, 9, cell.begin());
    std::copy_n(at_pbc, 3, pbc.begin());
    frame = CellFrame::of(at_cell, at_pbc);
    atom_count = atoms;
    built = true;
    short_valid = false;
    ++rebuilds;
    copy_positions(positions, atoms, full_reference.positions);
    full_reference.cell = cell;
    full_reference.frame = frame;
    SearchWay const way = options.search == NeighborSearch::automatic ? faster_way(atoms)
                          : options.search == NeighborSearch::direct  ? SearchWay::direct
                                                                      : SearchWay::binned;
    broken = !frame.usable || is_crowded(options.cutoff, frame, atoms) ||
             !found.prepare(positions, atoms, frame, options.cutoff + options.skin, way);
    if (broken)
        mark_broken();
    else
        fill_rows(found, atoms, full, images);
    brief.begin.resize(static_cast<std::size_t>(atoms) + 1);
    rows.resize(static_cast<std::size_t>(atoms) + images.size());
    shift_rows.resize(images.shifts.size());
}

void NeighborList::State::mark_broken() {
    auto const atoms = static_cast<std::size_t>(atom_count);
    images.clear();
    full.begin.resize(atoms + 1);
    full.make_room(atoms);
    for (std::size_t i = 0; i <= atoms; ++i) full.begin[i] = static_cast<std::int64_t>(i);
    for (std::size_t i = 0; i < atoms; ++i) full.index[i] = static_cast<std::int32_t>(i);
}

void NeighborList::State::set_species(std::int64_t const* numbers,
                                      NeighborListOptions const& options) {
    share_out_each(atom_count, 10.0, [&](int i) {
        int const species = options.species_index(numbers[i]);
        ATHANOR_EXPECTS(species >= 0);
        rows[static_cast<std::size_t>(i)].species = species;
    });
    Row* const image_rows = rows.data() + atom_count;
    share_out_each(static_cast<int>(images.size()), 3.0, [&](int k) {
        image_rows[k].species = rows[static_cast<std::size_t>(images.owner[k])].species;
    });
}

void NeighborList::State::refresh(double const* positions) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    share_out_each(atom_count, 2.0, [&](int atom) {
        auto const i = static_cast<std::size_t>(atom);
        rows[i].x = broken ? nan : positions[3 * i];
        rows[i].y = broken ? nan : positions[3 * i + 1];
        rows[i].z = broken ? nan : positions[3 * i + 2];
    });
    for (std::size_t k = 0; k < shift_rows.size(); ++k) {
        auto const v = shift_vector(images.shifts[k], frame.vectors);
        shift_rows[k] = {v[0], v[1], v[2], 0.0};
    }
    Row* const image_rows = rows.data() + atom_count;
    share_out_each(static_cast<int>(images.size()), 4.0, [&](int k) {
        Row const& from = rows[static_cast<std::size_t>(images.owner[k])];
        Row const& by = shift_rows[static_cast<std::size_t>(images.shift_code[k])];
        image_rows[k] = {from.x + by.x, from.y + by.y, from.z + by.z, from.species + by.species};
    });
}

void NeighborList::State::renew_brief(double const* positions, double radius) {
    filter_rows(full, &rows.front().x, atom_count, radius, brief);
    copy_positions(positions, atom_count, short_reference.positions);
    short_reference.cell = cell;
    short_reference.frame = frame;
    short_valid = true;
}

SystemNeighbors NeighborList::State::view(IndexRows const& list) const {
    return {atom_count,
            static_cast<int>(images.size()),
            rows.empty() ? nullptr : &rows.front().x,
            images.owner.data(),
            images.shift.data(),
            list.begin.data(),
            list.index.get()};
}

void check_list_radii(double cutoff, double skin) {
    if (!(cutoff > 0.0) || !std::isfinite(cutoff))
        throw ConfigError(
            fmt::format("neighbour list: a cutoff of {} is no distance; give Å above 0", cutoff));
    if (!(skin >= 0.0) || !std::isfinite(skin))
        throw ConfigError(
            fmt::format("neighbour list: a skin of {} is no distance; give Å from 0", skin));
}

NeighborList::NeighborList(NeighborListOptions options, int system_capacity)
    : options_(std::move(options)) {
    auto const capacity = static_cast<std::size_t>(std::max(system_capacity, 0));
    check_list_radii(options_.cutoff, options_.skin);
    ATHANOR_EXPECTS(options_.species_index != nullptr);
    inner_radius_ = options_.cutoff + std::min(short_skin_most, short_skin_share * options_.skin);
    states_.reserve(capacity);
    stale_.reserve(capacity);
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

void NeighborList::check(BatchView const& batch, int system, State& state) const {
    double const* const positions =
        batch.positions + 3 * static_cast<std::ptrdiff_t>(batch.atom_begin[system]);
    double const* const cell = batch.cell + 9 * static_cast<std::ptrdiff_t>(system);
    std::uint8_t const* const pbc = batch.pbc + 3 * static_cast<std::ptrdiff_t>(system);

    bool usable = state.built && !state.broken && state.atom_count == batch.atom_count[system] &&
                  std::equal(pbc, pbc + 3, state.pbc.begin());
    if (usable && !std::equal(state.cell.begin(), state.cell.end(), cell)) {
        std::copy_n(cell, 9, state.cell.begin());
        state.frame = CellFrame::of(cell, pbc);
        usable = state.frame.usable && !is_crowded(options_.cutoff, state.frame, state.atom_count);
    }
    auto const holds = [&](ListReference const& reference, ListRadii radii) {
        return usable && still_holds(reference, positions, cell, state.frame, radii);
    };
    if (state.short_valid &&
        holds(state.short_reference, {.known = inner_radius_, .needed = options_.cutoff})) {
        state.needs = Needs::nothing;
        state.refresh(positions);
    } else {
        ListRadii const radii{.known = options_.cutoff + options_.skin, .needed = inner_radius_};
        state.needs = holds(state.full_reference, radii) ? Needs::renewal : Needs::build;
    }
}

void NeighborList::renew(BatchView const& batch, int system, State& state) const {
    std::ptrdiff_t const begin = batch.atom_begin[system];
    double const* const positions = batch.positions + 3 * begin;
    if (state.needs == Needs::build) {
        state.build(positions, batch.cell + 9 * static_cast<std::ptrdiff_t>(system),
                    batch.pbc + 3 * static_cast<std::ptrdiff_t>(system), batch.atom_count[system],
                    options_);
        state.set_species(batch.atomic_numbers + begin, options_);
    }
    state.refresh(positions);
    if (state.atom_count > 0) state.renew_brief(positions, inner_radius_);
}

std::span<SystemNeighbors const> NeighborList::update(BatchView const& batch,
                                                      std::span<SystemIndex const> systems) {
    auto const state_of = [&](SystemIndex system) -> State& {
        ATHANOR_EXPECTS(system.value() >= 0 && system.value() < system_count());
        return *states_[static_cast<std::size_t>(system.value())];
    };
    int const count = static_cast<int>(systems.size());
    views_.resize(systems.size());
    std::int64_t atoms = 0;
    for (SystemIndex system : systems) atoms += batch.atom_count[system.value()];
    checks_.run(count, holding * static_cast<double>(atoms), [&](int k) {
        SystemIndex const system = systems[k];
        State& state = state_of(system);
        check(batch, system.value(), state);
        views_[static_cast<std::size_t>(k)] = state.view(state.brief);
    });
    stale_.clear();
    double work = 0.0;
    for (int k = 0; k < count; ++k) {
        Needs const needs = states_[static_cast<std::size_t>(systems[k].value())]->needs;
        if (needs == Needs::nothing) continue;
        stale_.push_back(k);
        work +=
            (needs == Needs::renewal ? renewing : building) * batch.atom_count[systems[k].value()];
    }
    if (stale_.empty()) return views_;
    renewals_.run(static_cast<int>(stale_.size()), work, [&](int which) {
        int const k = stale_[static_cast<std::size_t>(which)];
        State& state = state_of(systems[k]);
        renew(batch, systems[k].value(), state);
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
                batch.atom_count[s], options_);
    state.set_species(batch.atomic_numbers + batch.atom_begin[s], options_);
}

std::int64_t NeighborList::rebuild_count(SystemIndex system) const {
    return states_[static_cast<std::size_t>(system.value())]->rebuilds;
}

namespace {

/// find_close_pair() of atoms first .. last - 1.
std::optional<ClosePair> close_pair_among(SystemNeighbors const& neighbors, double limit, int first,
                                          int last) {
    std::optional<ClosePair> closest;
    double best = limit;
    for (int i = first; i < last; ++i) {
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

}  // namespace

std::optional<ClosePair> find_close_pair(SystemNeighbors const& neighbors, double limit) {
    constexpr int most_runs = 64;
    constexpr double nanoseconds = 150.0;
    int const atoms = neighbors.atom_count;
    int const runs = std::min(threads_worth(atoms, nanoseconds), most_runs);
    if (runs <= 1) return close_pair_among(neighbors, limit, 0, atoms);
    std::array<std::optional<ClosePair>, most_runs> closest;
    detail::fork_runs(atoms, runs, atoms * nanoseconds, [&](int run, int first, int last) {
        closest[static_cast<std::size_t>(run)] = close_pair_among(neighbors, limit, first, last);
    });
    std::optional<ClosePair> nearest;
    for (auto const& pair : closest)
        if (pair && (!nearest || pair->distance < nearest->distance)) nearest = pair;
    return nearest;
}

}  // namespace athanor
