// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/lbfgs.hpp"

#include <string>

#include <fmt/format.h>

#include "stages/options_check.hpp"

namespace athanor {
namespace {

// One field per slot of the history: stages with histories of different lengths can be fused.
std::string pair_move_name(int k) { return fmt::format("lbfgs_pair_move_{}", k); }
std::string pair_change_name(int k) { return fmt::format("lbfgs_pair_force_change_{}", k); }
std::string pair_product_name(int k) { return fmt::format("lbfgs_pair_product_{}", k); }

FieldSpec atom_state(std::string name, char const* unit) {
    return {std::move(name), Level::atom, Dtype::float64, {3}, unit, FieldRole::state};
}

FieldSpec system_state(std::string name, Dtype dtype, char const* unit) {
    return {std::move(name), Level::system, dtype, {1}, unit, FieldRole::state};
}

/// The columns of a state; find(name, column) sets one.
template <class Find>
LbfgsState lbfgs_state(int history, Find const& find) {
    LbfgsState state{};
    find("lbfgs_move", state.move);
    find("lbfgs_base_forces", state.base_forces);
    find("lbfgs_base_energy", state.base_energy);
    find("lbfgs_pairs", state.pairs);
    find("lbfgs_tries", state.tries);
    for (int k = 0; k < history; ++k) {
        auto const slot = static_cast<std::size_t>(k);
        find(pair_move_name(k), state.pair_move[slot]);
        find(pair_change_name(k), state.pair_change[slot]);
        find(pair_product_name(k), state.pair_product[slot]);
    }
    return state;
}

class DeviceLbfgs final : public DeviceDynamics {
public:
    DeviceLbfgs(LbfgsSettings const& settings, LbfgsState const& state)
        : settings_(settings), state_(state) {}
    void pre_update(DeviceUpdate const& update) override {
        lbfgs_step(update.queue, update.systems, settings_, state_);
    }
    void post_update(DeviceUpdate const&) override {}

private:
    LbfgsSettings settings_;
    LbfgsState state_;
};

}  // namespace

Lbfgs::Lbfgs(LbfgsOptions const& options)
    : settings_{require_positive("max_step", options.max_step), options.history} {
    require_option(options.history >= 1 && options.history <= most_lbfgs_pairs, "history",
                   options.history, "1 to 32");
}

std::vector<FieldSpec> Lbfgs::state_fields() const {
    std::vector<FieldSpec> fields{atom_state("lbfgs_move", "angstrom"),
                                  atom_state("lbfgs_base_forces", "eV/angstrom"),
                                  system_state("lbfgs_base_energy", Dtype::float64, "eV"),
                                  system_state("lbfgs_pairs", Dtype::int64, ""),
                                  system_state("lbfgs_tries", Dtype::int64, "")};
    for (int k = 0; k < settings_.history; ++k) {
        fields.push_back(atom_state(pair_move_name(k), "angstrom"));
        fields.push_back(atom_state(pair_change_name(k), "eV/angstrom"));
        fields.push_back(system_state(pair_product_name(k), Dtype::float64, "eV"));
    }
    return fields;
}

void Lbfgs::bind(Batch& batch) {
    state_ = lbfgs_state(settings_.history, [&batch]<class T>(std::string const& name, T*& column) {
        column = batch.column<T>(*batch.schema().find(name));
    });
}

void Lbfgs::admit(UpdateContext const& context) {
    for (SystemIndex s : context.systems) {
        state_.pairs[s.value()] = 0;
        state_.tries[s.value()] = 0;
    }
}

void Lbfgs::pre_update(UpdateContext const& context) {
    lbfgs_step(context.batch, context.systems, settings_, state_);
}

std::unique_ptr<DeviceDynamics> Lbfgs::on_device(DeviceColumns const& columns) const {
    return std::make_unique<DeviceLbfgs>(
        settings_,
        lbfgs_state(settings_.history, [&columns]<class T>(std::string const& name, T*& column) {
            column = columns.column<T>(name);
        }));
}

}  // namespace athanor
