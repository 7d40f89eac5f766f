// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>

#include "kernels/device/kernel_definition.cuh"
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

struct AtomsAreFinite {
    double const* vectors;

    [[nodiscard]] ATHANOR_HD bool operator()(int row) const {
        for (int c = 0; c < 3; ++c)
            if (!std::isfinite(vectors[3 * row + c])) return false;
        return true;
    }
};

struct MarkBadAtomsKernel {
    static constexpr char const* name = "mark_bad_atoms";
    static constexpr int threads = 128;
    DeviceSystems systems;
    StepRecord record;
    AtomsAreFinite finite;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const system = systems.system_at(row);
        if (system >= 0 && !finite(row)) record.mark[system] = 1;
    }
};

/// Ends the turn of those that are marked, or whose own rows are bad.
struct EndTurnsKernel {
    static constexpr char const* name = "end_turns";
    static constexpr int threads = 64;
    DeviceSystems systems;
    StepRecord record;
    StepVerdict verdict;
    bool check_energy;
    bool check_stress;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const system = Thread::index();
        if (system >= systems.system_rows || !systems.takes_part(system)) return;
        bool good = record.mark[system] == 0;
        if (check_energy) good = good && std::isfinite(systems.batch.energy[system]);
        if (check_stress)
            for (int k = 0; k < 9; ++k)
                good = good && std::isfinite(systems.batch.stress[9 * system + k]);
        if (good) return;
        record.mark[system] = 0;
        record.verdict[system] = static_cast<std::uint8_t>(verdict);
        record.sub_stage[system] = -1;
    }
};

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
    StepRecord record;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const system = Thread::index();
        if (system >= systems.system_rows || !systems.takes_part(system)) return;
        ++systems.batch.stage_step[system];
        ++systems.batch.total_steps[system];
        for (int k = 0; k < 9; ++k)
            if (!std::isfinite(systems.batch.cell[9 * system + k])) record.mark[system] = 1;
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
    auto const rows = static_cast<std::size_t>(systems.atom_rows);
    launch(queue, detail::MarkBadAtomsKernel{systems, record, {systems.batch.positions}}, rows);
    launch(queue,
           detail::EndTurnsKernel{systems, record, StepVerdict::position_fault, false, false},
           static_cast<std::size_t>(systems.system_rows));
}

void check_results(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record,
                   bool with_stress) {
    auto const rows = static_cast<std::size_t>(systems.atom_rows);
    launch(queue, detail::MarkBadAtomsKernel{systems, record, {systems.batch.forces}}, rows);
    launch(queue,
           detail::EndTurnsKernel{systems, record, StepVerdict::result_fault, true, with_stress},
           static_cast<std::size_t>(systems.system_rows));
}

void count_step(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record) {
    auto const rows = static_cast<std::size_t>(systems.atom_rows);
    auto const all = static_cast<std::size_t>(systems.system_rows);
    launch(queue, detail::CountStepKernel{systems, record}, all);
    for (double const* column : {systems.batch.velocities, systems.batch.positions})
        launch(queue, detail::MarkBadAtomsKernel{systems, record, {column}}, rows);
    launch(queue, detail::EndTurnsKernel{systems, record, StepVerdict::motion_fault, false, false},
           all);
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
