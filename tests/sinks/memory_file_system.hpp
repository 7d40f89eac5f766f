// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A file system in memory that fails, dies and loses power on request.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "sinks/file_system.hpp"
#include "sinks/storage.hpp"

namespace athanor::test {

/// What a power cut leaves of what was not synced: no name and no byte, all names without their
/// bytes, or of each folder's changes and each file's bytes some, or zeros for them.
enum class PowerCut { drops_all, keeps_names, keeps_some };

/// What a call that fails does: nothing, all that it should (and says otherwise), or half of it
/// without any error, if it is a write.
enum class FaultForm { nothing, everything, half_a_write };

/// Folders and files as the machine sees them, and beside them what the disk is sure to have: the
/// bytes of a file as of its last fdatasync(), the names of a folder as of its last fsync().
/// Calls are counted from 0, those of reading too. Copies are snapshots. Paths are absolute.
/// Threads: one at a time.
class MemoryFileSystem final : public FileSystem {
public:
    struct Fault {
        int at = -1;
        int error = 0;
        FaultForm form = FaultForm::nothing;
        bool for_ever = false;  ///< all later calls fail as well, without effect: the process died
    };

    MemoryFileSystem() : nodes_(1) { nodes_[root].folder = true; }

    int open(Path const& path, int flags) override;
    int close(int fd) override;
    ssize_t write(int fd, void const* bytes, std::size_t count) override;
    ssize_t pread(int fd, void* bytes, std::size_t count, off_t offset) override;
    int fstat(int fd, struct stat& status) override;
    int stat(Path const& path, struct stat& status) override;
    int lstat(Path const& path, struct stat& status) override { return stat(path, status); }
    int list(Path const& folder, std::vector<std::string>& names) override;
    int mkdir(Path const& folder) override;
    int unlink(Path const& file) override;
    int rmdir(Path const& folder) override;
    int rename(Path const& from, Path const& to) override { return renameat2(from, to, 0); }
    int renameat2(Path const& from, Path const& to, unsigned flags) override;
    int lock(int fd) override;
    int fdatasync(int fd) override;
    int fsync(int fd) override { return fdatasync(fd); }
    int syncfs(int fd) override;

    void fail(Fault const& fault) { fault_ = fault; }
    /// As on file systems over a network: renameat2() knows no flags.
    void forget_rename_flags() { has_rename_flags_ = false; }
    [[nodiscard]] int calls() const { return calls_; }
    /// What the call was that failed; empty when none did.
    [[nodiscard]] std::string const& failed_call() const { return failed_call_; }
    /// Looked at before every call that changes or syncs something.
    void watch(std::function<void(MemoryFileSystem const&)> watcher) { watcher_ = watcher; }

    /// The same disk for a new process: without open files, locks, faults and watchers.
    [[nodiscard]] MemoryFileSystem after_kill() const;
    [[nodiscard]] MemoryFileSystem after_power_cut(PowerCut form, std::uint64_t seed) const;
    /// All files below a folder, by their paths from there.
    [[nodiscard]] std::map<std::string, Bytes> files(std::string const& folder) const;
    /// Whether there are any.
    [[nodiscard]] bool has_files(std::string const& folder) const;

private:
    using Names = std::map<std::string, int, std::less<>>;
    struct Node {
        bool folder = false;
        bool locked = false;
        Bytes bytes, synced_bytes;
        Names names, synced_names;
        std::vector<std::map<std::string, std::optional<int>>> changes;  ///< not synced, in order
    };
    struct Place {  ///< of a path: its folder, its name there, what has that name
        int folder;
        std::string name;
        std::optional<int> node;
    };
    static constexpr int root = 0;

    [[nodiscard]] Node& node_of(int number) { return nodes_.at(static_cast<std::size_t>(number)); }
    [[nodiscard]] Node const& node_of(int number) const {
        return nodes_.at(static_cast<std::size_t>(number));
    }
    [[nodiscard]] int new_node();

    [[nodiscard]] bool fails(std::string_view call, Path const& path, bool changes);
    [[nodiscard]] std::optional<Place> find(Path const& path) const;  ///< sets errno
    [[nodiscard]] int finish(int result);
    void set_names(int folder, std::map<std::string, std::optional<int>> const& change);
    static void apply(Names& names, std::map<std::string, std::optional<int>> const& change);
    static void sync_node(Node& node);
    [[nodiscard]] bool has_files_below(int node) const;
    void collect(std::string const& prefix, int node, std::map<std::string, Bytes>& files) const;

    std::vector<Node> nodes_;  ///< by their numbers; those without a name stay
    std::map<int, int> open_;  ///< node of every file descriptor
    int next_fd_ = 1000;
    int calls_ = 0;
    Fault fault_;
    std::string failed_call_;
    bool has_rename_flags_ = true;
    bool pretend_ = false;  ///< the call under way does its work and fails nevertheless
    std::function<void(MemoryFileSystem const&)> watcher_;
};

}  // namespace athanor::test
