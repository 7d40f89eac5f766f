// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
// usage: custom_sink STRUCTURES.extxyz ROWS.jsonl
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

#include "kernels/lennard_jones.hpp"
#include "runtime/error.hpp"
#include "sinks/extxyz_reader.hpp"
#include "stages/nve.hpp"
#include "stages/run_samples.hpp"
using namespace athanor;

// A line of JSON per row: {"id": 0, "energy": -0.01, "positions": [x, y, z, x, ...]}.
class JsonLines final : public Sink {
public:
    explicit JsonLines(std::string path) : path_(std::move(path)) {
        file_.reset(std::fopen(path_.c_str(), "w"));
        if (!file_) throw StorageError(path_ + ": cannot be opened; give a path you may write");
    }
    // All of the systems are written, or it throws and none counts.
    void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind) override {
        std::string lines;
        for (SystemIndex const system : systems) {
            add(lines, "{\"id\": %.0f",
                double(batch.values<std::int64_t>(Fields::system_id, system)[0]));
            add(lines, ", \"energy\": %.17g", batch.values<double>(Fields::energy, system)[0]);
            char const* before = ", \"positions\": [%.17g";
            for (double const r : batch.values<double>(Fields::positions, system)) {
                add(lines, before, r);
                before = ", %.17g";
            }
            lines += "]}\n";
        }
        std::lock_guard const lock(mutex_);  // several stage threads may call
        if (std::fwrite(lines.data(), 1, lines.size(), file_.get()) != lines.size()) fail();
        rows_ += static_cast<std::int64_t>(systems.size());
    }
    void flush() override {
        std::lock_guard const lock(mutex_);
        if (file_ && std::fflush(file_.get()) != 0) fail();
    }
    void close() override {
        flush();
        file_.reset();
    }
    std::int64_t rows_written() const override { return rows_; }
    bool keeps_rows() const override { return true; }  // they outlive the process
    std::string describe() const override { return path_; }

private:
    static void add(std::string& text, char const* form, double value) {
        char piece[64];
        text.append(piece, static_cast<std::size_t>(std::snprintf(piece, 64, form, value)));
    }
    [[noreturn]] void fail() const {
        throw StorageError(path_ + ": cannot be written; free some space");
    }

    std::string path_;
    std::mutex mutex_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, std::fclose};
    std::int64_t rows_ = 0;
};

int main(int, char** argv) try {
    ExtxyzReader structures(argv[1]);
    LennardJones argon({.cutoff = 8.5, .species = {{18, {.epsilon = 0.0104, .sigma = 3.40}}}});
    JsonLines rows(argv[2]);
    SubStage md{.dynamics = std::make_unique<Nve>(NveOptions{}), .step_budget = 100};
    run_samples(structures, std::move(md), argon, rows);
    rows.close();
} catch (Error const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return error.exit_code();
}
