// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>

#include "kernels/device/kernel_definition.cuh"
#include "kernels/find_not_finite.hpp"
#include "kernels/step_checks.hpp"

namespace athanor {
namespace detail {

struct BeginStepKernel {
    static constexpr char const* name = "begin_step";
    static constexpr int threads = 64;
    DeviceSystems systems;
    StepRecord record;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const system = Thread::index();
        if (system >= systems.system_rows || !systems.takes_part(system)) return;
        record.verdict[system] = static_cast<std::uint8_t>(StepVerdict::running);
        record.mark[system] = 0;
    }
};

/// Ends the turn of those that are marked, or whose own rows are bad.
struct EndTurnsKernel {
    static constexpr char const* name = "end_turns";
    static constexpr int threads = 64;
    DeviceSystems systems;
    StepRecord record;
    StepVerdict verdict;
    bool check_energy = false;
    bool check_stress = false;
    bool check_cell = false;
    std::int32_t firing = -1;

    [[nodiscard]] static ATHANOR_HD bool is_finite(double const* matrices, int system) {
        bool finite = true;
        for (int k = 0; k < 9; ++k) finite = finite && std::isfinite(matrices[9 * system + k]);
        return finite;
    }
    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const system = Thread::index();
        if (system >= systems.system_rows || !systems.takes_part(system)) return;
        BatchView const& batch = systems.batch;
        bool good = record.mark[system] == 0;
        if (check_energy) good = good && std::isfinite(batch.energy[system]);
        if (check_stress) good = good && is_finite(batch.stress, system);
        if (check_cell) good = good && is_finite(batch.cell, system);
        if (good) return;
        record.mark[system] = 0;
        record.verdict[system] = static_cast<std::uint8_t>(verdict);
        record.firing[system] = firing;
        record.sub_stage[system] = -1;
    }
};

void end_turns(DeviceQueue& queue, EndTurnsKernel const& kernel) {
    launch(queue, kernel, static_cast<std::size_t>(kernel.systems.system_rows));
}

void mark_bad_atoms(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record,
                    double const* vectors) {
    mark_not_finite(queue, systems, DeviceRows<double>{vectors, 3, true}, record.mark);
}

[[nodiscard]] ATHANOR_HD inline bool row_meets(DeviceCriterion const& criterion, int row) {
    double const* const elements =
        criterion.column + static_cast<std::ptrdiff_t>(row) * criterion.elements;
    return reduce_row(elements, criterion.elements, criterion.reduction) <= criterion.threshold;
}

struct JudgeAtomsKernel {
    static constexpr char const* name = "judge_atoms";
    static constexpr int threads = 128;
    DeviceSystems systems;
    StepRecord record;
    DeviceCriterion criterion;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const system = systems.system_at(row);
        if (system >= 0 && !row_meets(criterion, row)) record.mark[system] = 1;
    }
};

struct JudgeSystemsKernel {
    static constexpr char const* name = "judge_systems";
    static constexpr int threads = 64;
    DeviceSystems systems;
    StepRecord record;
    DeviceCriterion criterion;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const system = Thread::index();
        if (system >= systems.system_rows || !systems.takes_part(system)) return;
        if (!row_meets(criterion, system)) record.mark[system] = 1;
    }
};

struct CountStepKernel {
    static constexpr char const* name = "count_step";
    static constexpr int threads = 64;
    DeviceSystems systems;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const system = Thread::index();
        if (system >= systems.system_rows || !systems.takes_part(system)) return;
        ++systems.batch.stage_step[system];
        ++systems.batch.total_steps[system];
    }
};

struct EndStepKernel {
    static constexpr char const* name = "end_step";
    static constexpr int threads = 64;
    DeviceSystems systems;
    StepRecord record;
    bool may_converge;
    std::int64_t budget;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const system = Thread::index();
        if (system >= systems.system_rows || !systems.takes_part(system)) return;
        std::int64_t const steps = systems.batch.stage_step[system];
        bool const converged = may_converge && record.mark[system] == 0;
        record.mark[system] = 0;
        if (!converged && (budget < 0 || steps < budget)) return;
        record.verdict[system] = static_cast<std::uint8_t>(converged ? StepVerdict::converged
                                                                     : StepVerdict::budget_spent);
        record.sub_stage[system] = -1;
    }
};

}  // namespace detail

void begin_step(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record) {
    launch(queue, detail::BeginStepKernel{systems, record},
           static_cast<std::size_t>(systems.system_rows));
}

void check_positions(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record) {
    detail::mark_bad_atoms(queue, systems, record, systems.batch.positions);
    detail::end_turns(queue, {systems, record, StepVerdict::position_fault});
}

void check_results(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record,
                   bool with_stress) {
    detail::mark_bad_atoms(queue, systems, record, systems.batch.forces);
    detail::end_turns(queue, {.systems = systems,
                              .record = record,
                              .verdict = StepVerdict::result_fault,
                              .check_energy = true,
                              .check_stress = with_stress});
}

void take_out_marked(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record,
                     StepVerdict verdict, std::int32_t firing) {
    detail::end_turns(queue,
                      {.systems = systems, .record = record, .verdict = verdict, .firing = firing});
}

void count_step(DeviceQueue& queue, DeviceSystems const& systems) {
    launch(queue, detail::CountStepKernel{systems}, static_cast<std::size_t>(systems.system_rows));
}

void check_motion(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record) {
    detail::mark_bad_atoms(queue, systems, record, systems.batch.velocities);
    detail::mark_bad_atoms(queue, systems, record, systems.batch.positions);
    detail::end_turns(queue, {.systems = systems,
                              .record = record,
                              .verdict = StepVerdict::motion_fault,
                              .check_cell = true});
}

void judge(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record,
           DeviceCriterion const& criterion) {
    if (criterion.per_atom)
        launch(queue, detail::JudgeAtomsKernel{systems, record, criterion},
               static_cast<std::size_t>(systems.atom_rows));
    else
        launch(queue, detail::JudgeSystemsKernel{systems, record, criterion},
               static_cast<std::size_t>(systems.system_rows));
}

void end_step(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record,
              bool may_converge, std::int64_t budget) {
    launch(queue, detail::EndStepKernel{systems, record, may_converge, budget},
           static_cast<std::size_t>(systems.system_rows));
}

}  // namespace athanor
