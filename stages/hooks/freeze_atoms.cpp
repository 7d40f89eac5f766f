// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/freeze_atoms.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kernels/freeze_atoms.hpp"
#include "runtime/error.hpp"
#include "stages/hooks/device_indices.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

/// Has the list of indices on the device.
class DeviceFreezeAtoms final : public DeviceHook {
public:
    DeviceFreezeAtoms(DeviceQueue& queue, DeviceFrozenAtoms const& atoms,
                      std::vector<int> const& indices)
        : indices_(queue, indices), atoms_(atoms) {
        atoms_.indices = indices_.view();
    }
    void fire(DeviceFiring const& firing) override {
        if (firing.point == HookPoint::after_compute)
            drop_forces(firing.queue, firing.systems, atoms_);
        else
            hold_atoms(firing.queue, firing.systems, atoms_);
    }

private:
    DeviceIndices indices_;
    DeviceFrozenAtoms atoms_;
};

}  // namespace

FreezeAtoms::FreezeAtoms(FreezeAtomsOptions options) : options_(std::move(options)) {
    if (options_.category.has_value() == !options_.indices.empty())
        throw ConfigError("freeze_atoms: give either a category or a list of indices");
    for (int const index : options_.indices)
        require_option(index >= 0, "indices", index, "numbers of atoms from 0");
    auto& indices = options_.indices;
    std::sort(indices.begin(), indices.end());
    indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
}

bool FreezeAtoms::runs_at(HookPoint point) const {
    return point == HookPoint::on_admission || point == HookPoint::before_compute ||
           point == HookPoint::after_post_update ||
           (point == HookPoint::after_compute && options_.zero_forces);
}

std::vector<FieldSpec> FreezeAtoms::state_fields() const {
    return {{"frozen_positions", Level::atom, Dtype::float64, {3}, "angstrom", FieldRole::state}};
}

void FreezeAtoms::bind(Schema const& schema) {
    if (!options_.category) return;
    auto const field = schema.find("atom_categories");
    if (!field)
        throw ConfigError(
            "freeze_atoms: the samples have no atom_categories; give the input a column of that "
            "name (atom_categories:I:1), or freeze by \"indices\"");
    FieldSpec const& spec = schema.field(*field);
    wide_categories_ = spec.dtype == Dtype::int64;
    if (spec.level != Level::atom || spec.elements_per_row() != 1 ||
        !(wide_categories_ || spec.dtype == Dtype::int32))
        throw ConfigError(
            fmt::format("freeze_atoms: atom_categories is a field of {} over {}s; give one int64 "
                        "or int32 per atom",
                        name_of(spec.dtype), name_of(spec.level)));
    categories_ = *field;
}

template <class Body>
void FreezeAtoms::for_each_frozen(Batch const& batch, SystemIndex system, Body const& body) const {
    int const first = batch.atom_begin(system);
    for (int const index : options_.indices) body(first + index);
    if (!options_.category) return;
    for (int atom = first; atom < first + batch.atom_count(system); ++atom) {
        std::int64_t const category = wide_categories_
                                          ? batch.column<std::int64_t>(categories_)[atom]
                                          : batch.column<std::int32_t>(categories_)[atom];
        if (category == *options_.category) body(atom);
    }
}

void FreezeAtoms::mark_held(Batch const& batch, SystemIndex system,
                            std::span<std::uint8_t> held) const {
    auto const first = static_cast<std::size_t>(batch.atom_begin(system));
    for_each_frozen(batch, system, [&](int atom) {
        auto const k = static_cast<std::size_t>(atom) - first;
        if (k < held.size()) held[k] = 1;
    });
}

void FreezeAtoms::admit(HookContext& context) const {
    BatchView const view = context.batch.view();
    double* const frozen = context.batch.column<double>(context.state[0]);
    for (SystemIndex system : context.systems) {
        int const atoms = context.batch.atom_count(system);
        if (!options_.indices.empty() && options_.indices.back() >= atoms) {
            context.fail(system, fmt::format("index {}, but the sample has {} atoms, from 0",
                                             options_.indices.back(), atoms));
            continue;
        }
        int const first = context.batch.atom_begin(system);
        std::copy_n(view.positions + 3 * first, 3 * atoms, frozen + 3 * first);
        for_each_frozen(context.batch, system, [&](int atom) {
            std::fill_n(view.velocities + 3 * atom, 3, 0.0);
            if (options_.zero_forces) std::fill_n(view.forces + 3 * atom, 3, 0.0);
        });
    }
}

void FreezeAtoms::fire(HookContext& context) {
    if (context.point == HookPoint::on_admission) return admit(context);
    BatchView const view = context.batch.view();
    double const* const frozen = context.batch.column<double>(context.state[0]);
    for (SystemIndex system : context.systems)
        for_each_frozen(context.batch, system, [&](int atom) {
            if (context.point == HookPoint::after_compute)
                drop_force(view, atom);
            else
                hold_atom(view, frozen, atom);
        });
}

std::unique_ptr<DeviceHook> FreezeAtoms::on_device(DeviceQueue& queue, DeviceColumns const& columns,
                                                   std::span<FieldIndex const> state) const {
    DeviceFrozenAtoms atoms;
    atoms.positions = columns.column<double>(state[0]);
    if (options_.category) {
        atoms.category = *options_.category;
        if (wide_categories_)
            atoms.wide_categories = columns.column<std::int64_t>(categories_);
        else
            atoms.narrow_categories = columns.column<std::int32_t>(categories_);
    }
    return std::make_unique<DeviceFreezeAtoms>(queue, atoms, options_.indices);
}

}  // namespace athanor
