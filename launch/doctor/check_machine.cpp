// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/doctor/check_machine.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <sched.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kernels/parallel_for.hpp"
#include "launch/batch_size.hpp"

namespace athanor {
namespace {

constexpr double mebibyte = 1024.0 * 1024.0, gibibyte = 1024.0 * mebibyte;
/// Less is too little for a batch and its lists; less shared memory, for the slots of two ranks.
constexpr double least_memory = 64.0 * mebibyte, little_memory = 512.0 * mebibyte;
constexpr double little_shared_memory = 256.0 * mebibyte;

int allowed_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

/// Cores' worth of time that a control group grants; infinity without a limit.
double granted_cores() {
    std::ifstream second("/sys/fs/cgroup/cpu.max");
    double quota = 0.0, period = 0.0;
    if (second >> quota >> period && period > 0.0) return quota / period;
    std::ifstream quota_file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
        period_file("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    if (quota_file >> quota && period_file >> period && quota > 0.0 && period > 0.0)
        return quota / period;
    return std::numeric_limits<double>::infinity();
}

Findings check_cores() {
    int const online = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)), allowed = allowed_cores(),
              threads = thread_count();
    double const granted = granted_cores();
    Findings found;
    std::string text = fmt::format("{} of {} usable", allowed, online);
    if (granted < allowed) text += fmt::format(", time for {:.1f} of them", granted);
    found.push_back({FindingLevel::good, "cores", text});
    std::string const shown = fmt::format("{} OpenMP threads a stage", threads);
    if (threads > allowed)
        found.push_back(
            {FindingLevel::warning, "threads", fmt::format("{} on {} cores", shown, allowed),
             fmt::format("export OMP_NUM_THREADS={}, or fewer with several ranks", allowed)});
    else if (threads > granted + 0.5)
        found.push_back({FindingLevel::warning, "threads",
                         fmt::format("{}, and time for {:.1f} cores", shown, granted),
                         fmt::format("export OMP_NUM_THREADS={:.0f}", std::max(1.0, granted))});
    else
        found.push_back({FindingLevel::good, "threads", shown});
    return found;
}

Finding check_memory() {
    auto const free = static_cast<double>(free_memory_bytes());
    if (free <= 0.0) return {FindingLevel::note, "memory", "the system does not say how much"};
    std::string const text = fmt::format(
        "{:.1f} GiB free for this process (the system's, or its control group's)", free / gibibyte);
    if (free < least_memory)
        return {FindingLevel::failure, "memory", text, "end other programs, or ask for more"};
    if (free < little_memory)
        return {FindingLevel::warning, "memory", text,
                "a small sampler.max_atoms, or \"max_bytes\", keeps a batch small"};
    return {FindingLevel::good, "memory", text};
}

Finding check_shared_memory() {
    struct statvfs about {};
    if (statvfs("/dev/shm", &about) != 0)
        return {FindingLevel::warning, "/dev/shm", "not there",
                "mount a tmpfs there: ranks of one node share slots in it"};
    double const size = static_cast<double>(about.f_blocks) * static_cast<double>(about.f_frsize),
                 free = static_cast<double>(about.f_bavail) * static_cast<double>(about.f_frsize);
    std::string const text =
        fmt::format("{:.0f} MiB, {:.0f} MiB free", size / mebibyte, free / mebibyte);
    if (free < little_shared_memory)
        return {FindingLevel::warning, "/dev/shm", text,
                "give a container --shm-size=1g: ranks of one node share slots in it"};
    return {FindingLevel::good, "/dev/shm", text};
}

}  // namespace

Findings check_machine() {
    Findings found = check_cores();
    found.push_back(check_memory());
    found.push_back(check_shared_memory());
    return found;
}

}  // namespace athanor
