// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Campaigns whose stores lie in an object store: the program against a server of the tests' own.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sinks/s3_client.hpp"
#include "sinks/storage_url.hpp"
#include "tests/launch/program.hpp"
#include "tests/support/s3_server.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Every object of a store as a file, byte for byte.
void mirror(std::string const& url, std::filesystem::path const& folder) {
    ObjectUrl const place = parse_object_url(url);
    S3Client client(place, {});
    std::string page;
    do {
        ObjectListing listing = client.list(place.prefix + "/", false, page);
        for (std::string const& key : listing.keys) {
            auto const file = folder / key.substr(place.prefix.size() + 1);
            std::filesystem::create_directories(file.parent_path());
            Bytes const bytes = client.get(key)->bytes;
            std::ofstream(file, std::ios::binary)
                .write(reinterpret_cast<char const*>(bytes.data()),
                       static_cast<std::streamsize>(bytes.size()));
        }
        page = listing.next_page;
    } while (!page.empty());
}

/// False when the run ended before the server saw as many requests.
bool wait_for_requests(std::size_t count, std::future<ProgramResult> const& run) {
    while (S3Server::get().requests().size() < count)
        if (run.wait_for(std::chrono::milliseconds(2)) == std::future_status::ready) return false;
    return true;
}

class S3Campaign : public ::testing::Test {
protected:
    void SetUp() override {
        ATHANOR_NEEDS_S3_SERVER();
        done_ = S3Server::get().new_url();
        trajectory_ = S3Server::get().new_url("gs");
        folder_.write("in.extxyz", golden_input("lj3") + golden_input("lj13"));
        config_ = small_campaign("in.extxyz");
        folder_.write("files.json", config_.dump());
        config_["sinks"]["done"]["url"] = done_;
        config_["sinks"]["trajectory"]["url"] = trajectory_;
        folder_.write("s3.json", config_.dump());
    }
    void TearDown() override {
        if (S3Server::is_available()) S3Server::get().clear_faults();
    }
    ProgramFolder folder_;
    nlohmann::json config_;
    std::string done_, trajectory_;
};

TEST_F(S3Campaign, ItsStoresAreEqualToThoseInFiles) {
    ASSERT_EQ(folder_.athanor("run files.json").code, 0);

    ProgramResult const first = folder_.athanor("run s3.json");
    ProgramResult const again = folder_.athanor("run s3.json");
    ProgramResult const over = folder_.athanor("run s3.json --overwrite");
    ProgramResult const look = folder_.athanor("inspect '" + done_ + "'");

    EXPECT_EQ(first.code, 0) << first.text;
    EXPECT_EQ(again.code, 2);
    EXPECT_THAT(again.text, HasSubstr("/sinks/done/url: " + done_ +
                                      " exists; give --overwrite to replace it, or another URL"));
    EXPECT_EQ(over.code, 0) << over.text;
    EXPECT_EQ(look.code, 0) << look.text;
    EXPECT_THAT(look.text, AllOf(HasSubstr(done_), HasSubstr("rows    2\n")));
    expect_same_rows(rows_of_store(folder_ / "out/done.zarr"), rows_of_store(done_));
    expect_same_rows(rows_of_store(folder_ / "out/trajectory.zarr"), rows_of_store(trajectory_));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "s3:"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "gs:"));
}

TEST_F(S3Campaign, RanksWritePartsThatAreJoinedAtTheEnd) {
    ASSERT_EQ(folder_.athanor("run files.json").code, 0);

    ProgramResult const result = folder_.mpirun(2, "run s3.json");

    EXPECT_EQ(result.code, 0) << result.text;
    expect_same_rows(rows_of_store(folder_ / "out/trajectory.zarr"), rows_of_store(trajectory_));
    EXPECT_TRUE(places_beside(trajectory_, ".part-").empty());
}

TEST_F(S3Campaign, ResumingGoesOnWithAStoreInABucket) {
    ASSERT_EQ(folder_.athanor("run files.json").code, 0);
    ASSERT_EQ(folder_.athanor("run s3.json --set /input/select=0:1").code, 0);

    ProgramResult const result = folder_.athanor("resume s3.json");

    EXPECT_EQ(result.code, 0) << result.text;
    expect_same_rows(rows_of_store(folder_ / "out/done.zarr"), rows_of_store(done_));
}

TEST_F(S3Campaign, ItsStorePassesTheChecksOfZarrPython) {
    if (std::string(ATHANOR_PYTHON).empty()) GTEST_SKIP() << "ATHANOR_PYTHON is not set";
    ASSERT_EQ(folder_.athanor("run s3.json").code, 0);
    mirror(trajectory_, folder_ / "copy.zarr");

    ProgramResult const result =
        folder_.shell("'" ATHANOR_PYTHON "' '" ATHANOR_SUPPORT
                      "/check_store.py' copy.zarr --all-chunks "
                      "--unique system_id,ledger_stage,ledger_step,ledger_kind");

    EXPECT_EQ(result.code, 0) << result.text;
}

TEST_F(S3Campaign, AServerThatDiesInTheMiddleAndComesBackCostsNothing) {
    ASSERT_EQ(folder_.athanor("run files.json").code, 0);
    std::vector<std::string> arguments{"relay", "--to", std::to_string(S3Server::get().port())};
    auto relay = std::make_unique<ServerProcess>(arguments);
    int const port = relay->port();
    std::string const line = fmt::format(
        "AWS_ENDPOINT_URL_S3=http://127.0.0.1:{0} GS_ENDPOINT_URL=http://127.0.0.1:{0} "
        "athanor run s3.json",
        port);
    std::size_t const before = S3Server::get().requests().size();

    auto run = std::async(std::launch::async, [&] { return folder_.shell(line); });
    wait_for_requests(before + 60, run);
    relay.reset();
    bool const ended = run.wait_for(std::chrono::milliseconds(500)) == std::future_status::ready;
    arguments.insert(arguments.end(), {"--port", std::to_string(port)});
    relay = std::make_unique<ServerProcess>(arguments);
    ProgramResult const result = run.get();

    EXPECT_FALSE(ended) << result.text;
    EXPECT_EQ(result.code, 0) << result.text;
    expect_same_rows(rows_of_store(folder_ / "out/done.zarr"), rows_of_store(done_));
    expect_same_rows(rows_of_store(folder_ / "out/trajectory.zarr"), rows_of_store(trajectory_));
}

TEST_F(S3Campaign, AKilledRunIsResumed) {
    ASSERT_EQ(folder_.athanor("run files.json").code, 0);
    for (int const requests : {30, 160}) {  // while the stores are made, and later
        SCOPED_TRACE(requests);
        std::size_t const before = S3Server::get().requests().size();
        auto run = std::async(std::launch::async, [&] {
            return folder_.shell("echo $BASHPID > pid; exec '" ATHANOR_EXECUTABLE
                                 "' run s3.json --overwrite");
        });
        bool const runs = wait_for_requests(before + static_cast<std::size_t>(requests), run);
        ASSERT_TRUE(runs);
        ::kill(std::stoi(folder_.read("pid")), SIGKILL);
        EXPECT_NE(run.get().code, 0);

        ProgramResult const result = folder_.athanor("resume s3.json");

        EXPECT_EQ(result.code, 0) << result.text;
        expect_same_rows(rows_of_store(folder_ / "out/done.zarr"), rows_of_store(done_));
        expect_same_rows(rows_of_store(folder_ / "out/trajectory.zarr"),
                         rows_of_store(trajectory_));
    }
}

TEST_F(S3Campaign, AServerThatStaysInTroubleEndsItWithCode6) {
    S3Server::get().add_faults("PUT core/ 503:SlowDown 100000");

    ProgramResult const result = folder_.shell("ATHANOR_S3_RETRY_SECONDS=0.5 athanor run s3.json");

    EXPECT_EQ(result.code, 6) << result.text;
    EXPECT_THAT(result.text, AllOf(HasSubstr("status 503 SlowDown"), HasSubstr("attempts")));
}

TEST_F(S3Campaign, WrongSettingsEndItBeforeItBegins) {
    ProgramResult const secret = folder_.shell("AWS_SECRET_ACCESS_KEY=wrong athanor run s3.json");
    ProgramResult const none =
        folder_.shell("AWS_ACCESS_KEY_ID= HOME=/nonexistent athanor run s3.json");
    ProgramResult const bucket =
        folder_.athanor("run s3.json --set /sinks/done/url=s3://not-there/x.zarr");
    ProgramResult const scheme = folder_.athanor("run s3.json --set /sinks/done/url=az://a/x.zarr");

    EXPECT_EQ(secret.code, 6);
    EXPECT_THAT(secret.text, HasSubstr("SignatureDoesNotMatch; the key or its secret is wrong"));
    EXPECT_EQ(none.code, 6);
    EXPECT_THAT(none.text, HasSubstr("there are no credentials; set AWS_ACCESS_KEY_ID"));
    EXPECT_EQ(bucket.code, 6);
    EXPECT_THAT(bucket.text, HasSubstr("NoSuchBucket; there is no bucket not-there; make it"));
    EXPECT_EQ(scheme.code, 2);
    EXPECT_THAT(scheme.text, HasSubstr("/sinks/done/url: \"az://a/x.zarr\" is no object store"));
}

}  // namespace
}  // namespace athanor::test
