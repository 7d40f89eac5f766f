// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/sample_faults.hpp"

#include <cmath>
#include <span>

#include <fmt/format.h>

#include "kernels/cell_frame.hpp"
#include "kernels/image_shift.hpp"
#include "kernels/neighbor_list.hpp"
#include "kernels/sample_reduce.hpp"
#include "runtime/species.hpp"

namespace athanor {
namespace {

std::string species_text(std::int64_t atomic_number) {
    if (atomic_number < 1 || atomic_number > largest_atomic_number)
        return fmt::format("atomic number {}", atomic_number);
    return std::string(symbol_of(static_cast<int>(atomic_number)));
}

std::span<double const> per_atom(Batch const& batch, FieldIndex field, SystemIndex system) {
    return {batch.column<double>(field) + 3 * batch.atom_begin(system),
            3 * static_cast<std::size_t>(batch.atom_count(system))};
}

CellFrame frame_of(Batch const& batch, SystemIndex system) {
    return CellFrame::of(batch.column<double>(Fields::cell) + 9 * system.value(),
                         batch.column<std::uint8_t>(Fields::pbc) + 3 * system.value());
}

std::string crowd_of(CellFrame const& frame, int atom_count, Model const& model) {
    double const cutoff = model.needs().cutoff;
    if (!is_crowded(cutoff, frame, atom_count)) return {};
    return fmt::format(
        "an atom has more neighbors within the cutoff of {} angstrom than can be listed", cutoff);
}

}  // namespace

std::string admission_fault(Batch const& batch, SystemIndex system, Model const& model) {
    auto const* const numbers =
        batch.column<std::int64_t>(Fields::atomic_numbers) + batch.atom_begin(system);
    for (int atom = 0; atom < batch.atom_count(system); ++atom)
        if (model.species_index(numbers[atom]) < 0)
            return fmt::format("atom {}: {} has no parameters for {}", atom, model.describe(),
                               species_text(numbers[atom]));
    if (std::string fault = position_fault(batch, system); !fault.empty()) return fault;
    CellFrame const frame = frame_of(batch, system);
    if (!frame.usable)
        return "the cell has no volume along its periodic directions; give three independent, "
               "finite vectors or switch the direction off in pbc";
    if (std::string crowd = crowd_of(frame, batch.atom_count(system), model); !crowd.empty())
        return "the cell is so small that " + crowd + "; are its vectors in angstrom?";
    return {};
}

std::string position_fault(Batch const& batch, SystemIndex system) {
    if (all_finite(per_atom(batch, Fields::positions, system))) return {};
    return "a position is not finite";
}

std::string result_fault(Batch const& batch, SystemIndex system, Model const& model,
                         bool needs_stress) {
    double const energy = batch.column<double>(Fields::energy)[system.value()];
    if (std::isnan(energy)) {
        CellFrame const frame = frame_of(batch, system);
        std::string const crowd =
            frame.usable ? crowd_of(frame, batch.atom_count(system), model) : "";
        if (!crowd.empty()) return "the cell has become so small that " + crowd;
        return "the energy is nan";  // without its sign, which is the processor's own
    }
    if (!std::isfinite(energy)) return fmt::format("the energy is {}", energy);
    if (!all_finite(per_atom(batch, Fields::forces, system))) return "a force is not finite";
    if (needs_stress && !all_finite({batch.column<double>(Fields::stress) + 9 * system.value(), 9}))
        return "the stress is not finite; constant pressure needs a cell that is periodic in all "
               "three directions";
    return {};
}

std::string motion_fault(Batch const& batch, SystemIndex system) {
    if (!all_finite(per_atom(batch, Fields::velocities, system))) return "a velocity is not finite";
    if (!all_finite({batch.column<double>(Fields::cell) + 9 * system.value(), 9}))
        return "the cell is not finite";
    return position_fault(batch, system);
}

std::string touching_fault(SystemNeighbors const& neighbors) {
    auto const pair = find_close_pair(neighbors);
    if (!pair) return {};
    return fmt::format(
        "atoms {} and {} {}are {:.3g} angstrom apart, nearer than any two atoms can be; is one "
        "there twice?",
        pair->first, pair->second, pair->first == pair->second ? "(its periodic image) " : "",
        pair->distance);
}

}  // namespace athanor
