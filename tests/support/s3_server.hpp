// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// An S3 server program of the tests' own (s3_test_server.py), and the environment that leads to
/// it.
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sinks/http_client.hpp"

namespace athanor::test {

/// A program that prints "ready PORT" when it listens; killed when this goes.
class ServerProcess {
public:
    explicit ServerProcess(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(),
                         {ATHANOR_S3_PYTHON, ATHANOR_SUPPORT "/s3_test_server.py"});
        std::vector<char*> pointers;
        for (std::string& argument : arguments) pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
        process_ = ::fork();
        if (process_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
            ::execv(pointers[0], pointers.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        std::string line;
        for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '\n';) line += c;
        ::close(ends[0]);
        if (!line.starts_with("ready ")) throw std::runtime_error("the S3 server does not start");
        port_ = std::stoi(line.substr(6));
    }
    ServerProcess(ServerProcess const&) = delete;
    ServerProcess& operator=(ServerProcess const&) = delete;
    ~ServerProcess() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    [[nodiscard]] int port() const { return port_; }

private:
    pid_t process_;
    int port_ = 0;
};

/// The server of this test program, started when it is first asked for, with the bucket "bucket".
class S3Server {
public:
    static bool is_available() { return std::string(ATHANOR_S3_PYTHON) != ""; }
    static S3Server& get() {
        static S3Server server;
        return server;
    }

    [[nodiscard]] int port() const { return process_.port(); }
    [[nodiscard]] std::string endpoint() const {
        return fmt::format("http://127.0.0.1:{}", port());
    }
    /// A place for a store that no other test has.
    [[nodiscard]] std::string new_url(std::string const& scheme = "s3") {
        return fmt::format("{}://bucket/tests/{} of {}.zarr", scheme, ++count_, ::getpid());
    }
    /// Lines "METHOD PATTERN WHAT COUNT", see s3_test_server.py.
    void add_faults(std::string const& lines) { control("POST", "faults", lines); }
    void clear_faults() { control("DELETE", "faults", ""); }
    /// "METHOD PATH?QUERY" of every request since the last call of forget_requests().
    [[nodiscard]] std::vector<std::string> requests() {
        std::istringstream lines(control("GET", "log", ""));
        std::vector<std::string> all;
        for (std::string line; std::getline(lines, line);) all.push_back(line);
        return {all.begin() + static_cast<std::ptrdiff_t>(forgotten_), all.end()};
    }
    void forget_requests() { forgotten_ += requests().size(); }

private:
    S3Server() : process_({"serve", "--bucket", "bucket"}) {
        for (auto const& [name, value] :
             {std::pair<char const*, std::string>{"AWS_ENDPOINT_URL_S3", endpoint()},
              {"GS_ENDPOINT_URL", endpoint()},
              {"AWS_ACCESS_KEY_ID", "testkey"},
              {"AWS_SECRET_ACCESS_KEY", "testsecret"},
              {"GS_ACCESS_KEY_ID", "testkey"},
              {"GS_SECRET_ACCESS_KEY", "testsecret"},
              {"AWS_REGION", "us-east-1"},
              {"NO_PROXY", "127.0.0.1"},
              {"no_proxy", "127.0.0.1"}})
            ::setenv(name, value.c_str(), 1);
        for (char const* name : {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CA_BUNDLE"})
            ::unsetenv(name);
        http_ = std::make_unique<HttpClient>("");
    }

    std::string control(std::string const& method, std::string const& what,
                        std::string const& body) {
        HttpRequest request;
        request.method = method;
        request.url = endpoint() + "/_test/" + what;
        request.body = std::as_bytes(std::span(body));
        HttpResponse const response = http_->send(request);
        if (response.status != 200) throw std::runtime_error("the S3 server does not answer");
        return {reinterpret_cast<char const*>(response.body.data()), response.body.size()};
    }

    ServerProcess process_;
    std::unique_ptr<HttpClient> http_;
    std::atomic<int> count_ = 0;
    std::size_t forgotten_ = 0;
};

}  // namespace athanor::test

/// First in every test that needs the server.
#define ATHANOR_NEEDS_S3_SERVER() \
    if (!::athanor::test::S3Server::is_available()) GTEST_SKIP() << "ATHANOR_S3_PYTHON is not set"
