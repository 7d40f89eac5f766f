// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// How ranks end together. tests/faults has what needs signals and hosts.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "launch/joint_end.hpp"
#include "runtime/error.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::string dimers(int count) {
    std::string text;
    for (int k = 0; k < count; ++k)
        text += "2\nProperties=species:S:1:pos:R:3\nAr 0 0 0\nAr 3.8 0 0\n";
    return text;
}

/// Lines of `text` that a rank of ours wrote, as "rank: rest".
std::vector<std::string> lines_of_rank(std::string const& text, int rank) {
    std::string const start = "athanor: rank " + std::to_string(rank) + ": ";
    std::vector<std::string> lines;
    std::istringstream all(text);
    for (std::string line; std::getline(all, line);)
        if (line.starts_with(start)) lines.push_back(line.substr(start.size()));
    return lines;
}

TEST(Failure, OfOneRankReachesTheOthersWithItsStageReasonAndExitCode) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimers(20));
    auto config = small_campaign("in.extxyz");
    config["sinks"]["memory"] = {{"type", "host_memory"}, {"capacity", 3}};
    config["output"] = {"memory"};
    auto third = config["pipeline"][1];
    third["name"] = "more";
    config["pipeline"].push_back(third);
    folder.write("c.json", config.dump());

    ProgramResult const result = folder.mpirun(3, "run c.json --progress off");

    EXPECT_EQ(result.code, 6) << result.text;
    auto const failed = lines_of_rank(result.text, 2);
    ASSERT_EQ(failed.size(), 1U) << result.text;
    EXPECT_THAT(failed[0], HasSubstr("stage more: every output sink is full"));
    for (int rank : {0, 1}) {
        auto const other = lines_of_rank(result.text, rank);
        ASSERT_LE(other.size(), 1U) << result.text;
        for (std::string const& line : other) {
            EXPECT_THAT(line, HasSubstr("ends because rank 2 (stage more, host "));
            EXPECT_THAT(line, HasSubstr("failed: stage more: every output sink is full"));
        }
    }
    for (char const* part : {"out/trajectory.zarr.part-0", "out/trajectory.zarr.part-1"})
        EXPECT_NO_THROW(static_cast<void>(rows_of_store(folder.path() / part))) << part;
}

TEST(Failure, BeforeTheFirstStepOfOneRankAloneEndsTheOthersToo) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimers(3));
    folder.write("file", "in the way of a folder");
    auto config = small_campaign("in.extxyz");
    config["sinks"]["done"]["url"] = "file/done.zarr";
    folder.write("c.json", config.dump());

    ProgramResult const result = folder.mpirun(2, "run c.json --progress off");

    EXPECT_EQ(result.code, 6) << result.text;
    auto const failed = lines_of_rank(result.text, 1);
    ASSERT_EQ(failed.size(), 1U) << result.text;
    EXPECT_THAT(failed[0], HasSubstr("cannot make the folder"));
}

/// The others have what rank 0 says and go on; they would wait in their next collective call.
TEST(Failure, OfOneRankWhileItLearnsThePlanEndsTheOthersToo) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimers(3));
    folder.write("c.json", small_campaign("in.extxyz").dump());
    auto const run_with_failing_broadcast = [&folder](int number) {
        return folder.mpirun(1, "run c.json : -n 1 -x LD_PRELOAD=" ATHANOR_FAILING_MPI_BCAST
                                " -x ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0"
                                " -x ATHANOR_FAILING_BCAST=" +
                                    std::to_string(number) +
                                    " '" ATHANOR_EXECUTABLE "' run c.json");
    };
    // A name for this node, then size and bytes of: what differs between ranks, the time
    // limit, the plan.
    int const time_limit = 5, plan = 7;

    ProgramResult const unwatched = run_with_failing_broadcast(time_limit);
    ProgramResult const watched = run_with_failing_broadcast(plan);

    EXPECT_EQ(unwatched.code, 4) << unwatched.text;
    EXPECT_THAT(unwatched.text, HasSubstr("athanor: MPI could not broadcast"));
    EXPECT_THAT(unwatched.text, Not(HasSubstr("not all ranks have")));  // MPI's own time limit
    EXPECT_EQ(watched.code, 4) << watched.text;
    auto const failed = lines_of_rank(watched.text, 1);
    ASSERT_EQ(failed.size(), 1U) << watched.text;
    EXPECT_THAT(failed[0], HasSubstr("MPI could not broadcast"));
    EXPECT_THAT(lines_of_rank(watched.text, 0),
                ::testing::Each(HasSubstr("failed: MPI could not broadcast")));
}

TEST(Failure, RanksWithOtherArgumentsAreRefusedWithTheirNumber) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimers(3));
    folder.write("c.json", small_campaign("in.extxyz").dump());

    ProgramResult const result =
        folder.mpirun(1, "run c.json : -n 1 '" ATHANOR_EXECUTABLE "' run c.json --set /seed=12");

    EXPECT_EQ(result.code, 2) << result.text;
    EXPECT_THAT(result.text,
                ContainsRegex("athanor: rank 1 \\(host [^ ]+\\) has the configuration on its "
                              "command line c.json --set /seed=12, rank 0 \\(host "
                              "[^ ]+\\) has c.json; start the same build with the "
                              "same arguments and the same files on all ranks"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "out"));
}

TEST(Failure, RanksWithAnotherBuildOrAnotherConfigurationFileAreRefusedByNumberAndHost) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimers(3));
    folder.write("c.json", small_campaign("in.extxyz").dump());
    // Stands in for another version: the text of the version in a copy of the program is another.
    ASSERT_EQ(folder
                  .shell("sed 's/0\\.1\\.0/0.1.9/g' '" ATHANOR_EXECUTABLE
                         "' > other && chmod +x other && mkdir b && cp in.extxyz b && "
                         "sed 's/\"seed\":11/\"seed\":12/' c.json > b/c.json")
                  .code,
              0);

    ProgramResult const versions = folder.mpirun(1, "run c.json : -n 1 ./other run c.json");
    ProgramResult const files = folder.mpirun(
        1, "run c.json : -n 1 sh -c 'cd b && exec " ATHANOR_EXECUTABLE " run c.json'");

    EXPECT_EQ(versions.code, 2) << versions.text;
    EXPECT_THAT(versions.text, ContainsRegex("athanor: rank 1 \\(host [^ ]+\\) has the version of "
                                             "athanor 0.1.9, rank 0 \\(host [^ ]+\\) has 0.1.0;"));
    EXPECT_EQ(files.code, 2) << files.text;
    EXPECT_THAT(files.text, ContainsRegex("rank 1 \\(host [^ ]+\\) has the checksum of c.json"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "out"));
}

/// Both ranks are without a turn for several stall timeouts: the first in the middle of its samples
/// with nothing to send, the second without any input.
TEST(Failure, IsNotWhatARankThatOnlyComputesOrOnlyWaitsDoes) {
    using Clock = std::chrono::steady_clock;
    ProgramFolder folder;
    folder.write("in.extxyz", dimers(1));
    auto config = small_campaign("in.extxyz");
    config["pipeline"] = {config["pipeline"][1], config["pipeline"][1]};
    config["pipeline"][1]["name"] = "second";
    for (auto& stage : config["pipeline"]) stage.erase("hooks");
    int const few = 200000;
    auto& steps = config["pipeline"][0]["steps"];
    steps = few;
    folder.write("c.json", config.dump());
    auto begin = Clock::now();
    ASSERT_EQ(folder.athanor("run c.json --progress off").code, 0);
    double const seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    steps = static_cast<std::int64_t>(few * 8.0 / seconds);
    config["stall_timeout_seconds"] = 2.0;
    folder.write("c.json", config.dump());

    ProgramResult const result = folder.mpirun(2, "run c.json --progress off --overwrite");

    EXPECT_EQ(result.code, 0) << result.text;
    EXPECT_THAT(result.text, Not(HasSubstr("silent")));
    EXPECT_EQ(rows_of_store(folder.path() / "out/done.zarr").size(), 1U);
}

/// The process of a rank of ours that runs in `folder`; 0 while there is none.
int process_of_rank(std::filesystem::path const& folder, int rank) {
    namespace fs = std::filesystem;
    std::error_code gone;
    for (auto const& entry : fs::directory_iterator("/proc")) {
        if (fs::read_symlink(entry.path() / "exe", gone) != ATHANOR_EXECUTABLE) continue;
        if (fs::read_symlink(entry.path() / "cwd", gone) != folder) continue;
        std::ifstream file(entry.path() / "environ");
        for (std::string line; std::getline(file, line, '\0');)
            if (line == "OMPI_COMM_WORLD_RANK=" + std::to_string(rank))
                return std::stoi(entry.path().filename());
    }
    return 0;
}

/// User time of each thread of a process, in ticks.
std::map<int, long> times_of_threads(int process) {
    std::map<int, long> times;
    std::string const tasks = "/proc/" + std::to_string(process) + "/task";
    std::error_code gone;
    for (auto const& entry : std::filesystem::directory_iterator(tasks, gone)) {
        std::ifstream file(entry.path() / "stat");
        std::string word = "0";
        for (int field = 1; field <= 14; ++field) file >> word;
        times[std::stoi(entry.path().filename())] = std::stol(word);
    }
    return times;
}

/// The thread that computes, once one has for a fifth of a second more than the others.
int computing_thread(int process) {
    auto const before = times_of_threads(process);
    for (int turn = 0; turn < 600; ++turn) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        for (auto const& [thread, time] : times_of_threads(process))
            if (before.count(thread) && time - before.at(thread) >= 20) return thread;
    }
    return 0;
}

/// Stops one thread of another process while it lives, as a call that does not come back would.
class StoppedThread {
public:
    explicit StoppedThread(int thread) : thread_(thread) {
        held_ = ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) == 0 &&
                ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) == 0 &&
                waitpid(thread, nullptr, __WALL) == thread;
    }
    ~StoppedThread() {
        if (held_) ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
    }
    [[nodiscard]] bool held() const { return held_; }
    /// Lets the thread go when its process has been killed, which is not over before.
    void look() const { waitpid(thread_, nullptr, __WALL | WNOHANG); }

private:
    int thread_;
    bool held_ = false;
};

TEST(Failure, ALoopThatNoLongerMovesEndsTheCampaignThoughItsProcessLives) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimers(1));
    auto config = small_campaign("in.extxyz");
    config["pipeline"][1]["steps"] = 1000000000;
    // Nothing is written but a first line: two seconds are little for a busy disk.
    config["pipeline"][1]["hooks"] = {
        {{"type", "logging"}, {"path", "out/md.csv"}, {"frequency", 1000000000}}};
    config["stall_timeout_seconds"] = 2;
    folder.write("c.json", config.dump());
    auto job = std::async(std::launch::async, [&folder] {
        return folder.shell("timeout 100 mpirun -n 2 '" ATHANOR_EXECUTABLE
                            "' run c.json --progress off");
    });
    while (folder.read("out/md.csv").empty() &&
           job.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
    }
    int const process = process_of_rank(folder.path(), 1);
    ASSERT_NE(process, 0) << job.get().text;
    int const thread = computing_thread(process);
    ASSERT_NE(thread, 0) << job.get().text;

    StoppedThread const stopped(thread);
    if (!stopped.held()) {
        kill(process, SIGKILL);
        static_cast<void>(job.get());
        GTEST_SKIP() << "stopping a thread of another process is not allowed here";
    }
    while (job.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) stopped.look();
    ProgramResult const result = job.get();

    EXPECT_EQ(result.code, 4) << result.text;
    EXPECT_THAT(result.text, HasSubstr("rank 1 (stage md, host "));
    // Stopped inside MPI, the thread keeps that rank's watch from speaking; then the others do.
    EXPECT_THAT(result.text, ::testing::AnyOf(HasSubstr("stands still"), HasSubstr("is silent")));
    EXPECT_THAT(result.text, HasSubstr("channel 0 (relax on rank 0 to md on rank 1), sending"));
}

TEST(JointEnd, OfOneRankWatchesNobody) {
    for (char const* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) unsetenv(name);
    int argc = 0;
    char** argv = nullptr;
    MpiEnvironment const mpi(argc, argv);
    JointEnd ending(mpi, 1.0);

    ending.tell(StorageError("nobody hears it"));

    EXPECT_FALSE(ending.watch().works());
    EXPECT_FALSE(ending.watch().failure());
}

}  // namespace
}  // namespace athanor::test
