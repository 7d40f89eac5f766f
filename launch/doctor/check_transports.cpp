// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <sys/wait.h>

#include "comm/describe_transports.hpp"
#include "comm/mpi_error.hpp"
#include "comm/nccl_transport.hpp"
#include "launch/device_info.hpp"
#include "launch/doctor/check_machine.hpp"

namespace athanor {
namespace {

struct ShellAnswer {
    int code = -1;
    std::string text;  ///< its first 2000 bytes
};

ShellAnswer ask(std::string const& command) {
    ShellAnswer answer;
    std::FILE* const pipe = popen((command + " 2>&1 < /dev/null").c_str(), "r");
    if (pipe == nullptr) return answer;
    constexpr std::size_t most = 2000;
    std::array<char, 256> piece{};
    while (std::fgets(piece.data(), static_cast<int>(piece.size()), pipe) != nullptr)
        if (answer.text.size() < most) answer.text += piece.data();
    int const status = pclose(pipe);
    answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return answer;
}

/// "4.1.4" of "Open MPI v4.1.4, package: ..." or "mpirun (Open MPI) 4.1.4"; "" of others.
std::string version_of_open_mpi(std::string const& text) {
    std::size_t at = text.find("Open MPI");
    if (at == std::string::npos) return "";
    at = text.find_first_of("0123456789", at);
    if (at == std::string::npos) return "";
    return text.substr(at, text.find_first_not_of("0123456789.", at) - at);
}

/// What mpirun said, in a line: the first that is no frame of dashes.
std::string first_words(std::string const& text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t const end = std::min(text.find('\n', at), text.size());
        std::string const line = text.substr(at, end - at);
        if (line.find_first_not_of("- \t") != std::string::npos) return line;
        at = end + 1;
    }
    return "nothing";
}

Finding check_mpirun() {
    ShellAnswer const version = ask("mpirun --version");
    if (version.code != 0)
        return {FindingLevel::warning, "mpirun", "not found",
                "install openmpi-bin, or start ranks with srun; one process runs without it"};
    std::string const ours = version_of_open_mpi(detail::mpi_library()),
                      theirs = version_of_open_mpi(version.text);
    if (ours != theirs && !ours.empty() && !theirs.empty())
        return {FindingLevel::warning, "mpirun",
                fmt::format("of Open MPI {}, and this program uses {}", theirs, ours),
                "put the mpirun of the MPI that this program was built with first in PATH"};
    if (std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr || std::getenv("PMIX_RANK") != nullptr)
        return {FindingLevel::good, "mpirun", fmt::format("{}: we are one of its ranks", theirs)};
    ShellAnswer const two = ask("timeout 30 mpirun -n 2 true");
    if (two.code != 0)
        return {FindingLevel::warning, "mpirun",
                fmt::format("does not start two ranks: {}", first_words(two.text)),
                ". launch/mpi_environment.sh; athanor_mpi_environment 2"};
    return {FindingLevel::good, "mpirun", fmt::format("{} starts two ranks", theirs)};
}

Finding check_driver() {
    std::ifstream file("/proc/driver/nvidia/version");
    std::string line;
    if (!std::getline(file, line))
        return {FindingLevel::note, "CUDA driver", "none; campaigns compute on the processor"};
    return {FindingLevel::good, "CUDA driver", line};
}

}  // namespace

Findings check_transports() {
    Findings found{{FindingLevel::good, "MPI", detail::mpi_library()}, check_mpirun()};
    std::string const ways = describe_transports();
    for (std::size_t at = 0; at < ways.size();) {
        std::size_t const end = std::min(ways.find('\n', at), ways.size());
        std::size_t const begin = ways.find_first_not_of(' ', at);
        found.push_back({FindingLevel::note, "samples", ways.substr(begin, end - begin)});
        at = end + 1;
    }
    found.push_back({FindingLevel::note, "CUDA", describe_cuda()});
    found.push_back(check_driver());
    std::string const absence = nccl_absence();
    found.push_back({FindingLevel::note, "NCCL",
                     absence.empty() ? describe_nccl() : fmt::format("not usable: {}", absence)});
    return found;
}

}  // namespace athanor
