// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/fire2_kernels.cuh"
#include "kernels/variable_cell_functor.hpp"
#include "kernels/variable_cell_step.hpp"

namespace athanor {
namespace detail {

/// Where the nine numbers of a cell's flow begin.
constexpr int flow_number = 5;

ATHANOR_HD inline void keep_flow(SystemNumbers const& numbers, int s, CellMatrix const& flow) {
    for (int k = 0; k < 9; ++k) numbers(flow_number + k, s) = flow[static_cast<std::size_t>(k)];
}
[[nodiscard]] ATHANOR_HD inline CellMatrix kept_flow(SystemNumbers const& numbers, int s) {
    CellMatrix flow{};
    for (int k = 0; k < 9; ++k) flow[static_cast<std::size_t>(k)] = numbers(flow_number + k, s);
    return flow;
}

/// A thread for each system.
struct ResidualStressKernel {
    static constexpr char const* name = "residual_stress";
    static constexpr int threads = 64;
    DeviceSystems systems;
    CellState cell;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const s = Thread::index();
        if (s < systems.system_rows && systems.takes_part(s))
            find_residual_stress_of(systems.batch, s, cell);
    }
};

/// One thread of a system's group decides and moves the cell. It leaves the decision as numbers 0
/// to 3, whether the cell moves as number 4, and its flow.
struct FireCellDecideKernel {
    static constexpr char const* name = "fire_variable_cell_decide";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    SystemNumbers numbers;
    FireSettings settings;
    FireState state;
    CellState cell_state;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double sums[3];
        for (int n = 0; n < 3; ++n) sums[n] = total_of(thread, systems, parts, s, n, 3);
        double const masses = total_of(thread, systems, parts, s, 3, 1);
        if (Thread::lane() != 0) return;
        MovingCell cell(systems.batch, s, cell_state);
        FireDecision const decision = FireDecision::make(
            settings, sums[0] + cell.power(), sums[1] + cell.velocity_square(),
            sums[2] + cell.force_square(), state.dt[s], state.mixing[s], state.downhill[s]);
        numbers(0, s) = decision.downhill ? 1.0 : 0.0;
        numbers(1, s) = decision.old_dt;
        numbers(2, s) = decision.keep;
        numbers(3, s) = decision.along_force;
        numbers(4, s) = cell.moves ? 1.0 : 0.0;
        if (!cell.moves) return;
        cell.take_fire_step(decision, masses / systems.batch.atom_count[s], settings.max_step);
        keep_flow(numbers, s, cell.flow());
        cell.move();
    }
};

struct FireCellMoveKernel {
    static constexpr char const* name = "fire_variable_cell_move";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;
    double max_step;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0) return;
        if (numbers(4, s) != 0.0) go_along(systems.batch, kept_flow(numbers, s), row);
        FireDecision const decision{numbers(0, s) != 0.0, numbers(1, s), numbers(2, s),
                                    numbers(3, s)};
        FireMove{systems.batch, decision, max_step}(row);
    }
};

/// One thread of a system's group decides and mixes the cell's velocity. It leaves the decision and
/// the flow of the whole step.
struct Fire2CellDecideKernel {
    static constexpr char const* name = "fire2_variable_cell_decide";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    SystemNumbers numbers;
    Fire2Settings settings;
    FireState state;
    CellState cell_state;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double sums[3];
        for (int n = 0; n < 3; ++n) sums[n] = total_of(thread, systems, parts, s, n, 3);
        if (Thread::lane() != 0) return;
        MovingCell cell(systems.batch, s, cell_state);
        cell.mix(1.0, state.dt[s]);
        Fire2Decision const decision = Fire2Decision::make(
            settings, sums[0] + cell.power(), sums[1] + cell.velocity_square(),
            sums[2] + cell.force_square(), state.dt[s], state.mixing[s], state.downhill[s]);
        cell.mix(decision.keep, decision.along_force);
        cell.set_step(decision.reach);
        keep_decision(numbers, s, decision);
        keep_flow(numbers, s, cell.moves ? cell.flow() : CellMatrix{});
    }
};

/// How far atoms go with the cell and on their own.
struct WholeSteps {
    BatchView batch;
    SystemNumbers numbers;

    ATHANOR_HD void add(LargestNorm& largest, int s, int atom) const {
        std::ptrdiff_t const i = 3 * static_cast<std::ptrdiff_t>(atom);
        double step[3];
        whole_step(kept_flow(numbers, s), numbers(3, s), batch.positions + i, batch.velocities + i,
                   step);
        double const norm2 = squared_norm(step);  // a NaN counts nothing, as on the host
        largest.largest = largest.largest < norm2 ? norm2 : largest.largest;
    }
};

/// Moves the cell by its share of the step, which is left as number 4.
struct Fire2CellShareKernel {
    static constexpr char const* name = "fire2_variable_cell_share";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    SystemNumbers numbers;
    double max_step;
    double* dt;
    CellState cell_state;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double const largest = std::sqrt(largest_of(thread, systems, parts, s));
        if (Thread::lane() != 0) return;
        double const share = largest > max_step ? max_step / largest : 1.0;
        Fire2Decision const decision = fire2_decision(numbers, s);
        MovingCell cell(systems.batch, s, cell_state);
        cell.set_step(decision.reach);
        cell.take_fire2_step(decision, share);
        numbers(4, s) = share;
        dt[s] *= share;
    }
};

struct Fire2CellMoveKernel {
    static constexpr char const* name = "fire2_variable_cell_move";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0) return;
        std::ptrdiff_t const i = 3 * static_cast<std::ptrdiff_t>(row);
        double* const r = systems.batch.positions + i;
        double* const v = systems.batch.velocities + i;
        double step[3];
        whole_step(kept_flow(numbers, s), numbers(3, s), r, v, step);
        for (int c = 0; c < 3; ++c) r[c] += numbers(4, s) * step[c];
        if (numbers(0, s) != 0.0) return;
        for (int c = 0; c < 3; ++c) v[c] = 0.0;
    }
};

}  // namespace detail

void find_residual_stress(DeviceQueue& queue, DeviceSystems const& systems, CellState const& cell) {
    launch(queue, detail::ResidualStressKernel{systems, cell}, detail::threads_of_systems(systems));
}

void fire_variable_cell_step(DeviceQueue& queue, DeviceSystems const& systems,
                             DeviceSums const& sums, FireSettings const& settings,
                             FireState const& state, CellState const& cell) {
    using namespace detail;
    SystemNumbers const numbers(systems, sums);
    launch(queue,
           SumPartsKernel<PowerTerms>{
               systems, sums.parts, {systems.batch.velocities, systems.batch.forces}},
           threads_of_sums(systems));
    launch(queue,
           SumPartsKernel<ValueTerms>{
               systems, sums.parts + 3 * systems.sum_rows, {systems.batch.atomic_masses}},
           threads_of_sums(systems));
    launch(queue, FireCellDecideKernel{systems, sums.parts, numbers, settings, state, cell},
           threads_of_groups(systems));
    launch(queue, FireCellMoveKernel{systems, numbers, settings.max_step},
           threads_of_atoms(systems));
}

void fire2_variable_cell_step(DeviceQueue& queue, DeviceSystems const& systems,
                              DeviceSums const& sums, Fire2Settings const& settings,
                              FireState const& state, CellState const& cell) {
    using namespace detail;
    SystemNumbers const numbers(systems, sums);
    launch(queue, Fire2KickKernel{systems, state.dt}, threads_of_atoms(systems));
    launch(queue,
           SumPartsKernel<PowerTerms>{
               systems, sums.parts, {systems.batch.velocities, systems.batch.forces}},
           threads_of_sums(systems));
    launch(queue, Fire2CellDecideKernel{systems, sums.parts, numbers, settings, state, cell},
           threads_of_groups(systems));
    launch(queue, Fire2MixKernel{systems, numbers}, threads_of_atoms(systems));
    launch(queue, LargestPartsKernel<WholeSteps>{systems, sums.parts, {systems.batch, numbers}},
           threads_of_sums(systems));
    launch(queue,
           Fire2CellShareKernel{systems, sums.parts, numbers, settings.max_step, state.dt, cell},
           threads_of_groups(systems));
    launch(queue, Fire2CellMoveKernel{systems, numbers}, threads_of_atoms(systems));
}

}  // namespace athanor
