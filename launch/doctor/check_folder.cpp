// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/doctor/check_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace athanor {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mebibyte = 1024 * 1024, test_bytes = 16 * mebibyte;
constexpr double little_space = 1024.0 * mebibyte, slow_mebibytes = 20.0;

struct FileSystemKind {
    unsigned long magic;  // linux/magic.h, statfs(2)
    char const* name;
    bool over_network;
};
constexpr FileSystemKind kinds[] = {
    {0xEF53, "ext4", false},      {0x58465342, "XFS", false},     {0x9123683E, "Btrfs", false},
    {0x01021994, "tmpfs", false}, {0x794C7630, "overlay", false}, {0x2FC12FC1, "ZFS", false},
    {0x6969, "NFS", true},        {0x0BD00BD3, "Lustre", true},   {0x47504653, "GPFS", true},
    {0x19830326, "BeeGFS", true}, {0xFF534D42, "CIFS", true},     {0xFE534D42, "SMB", true},
    {0x01021997, "9P", true},     {0x65735546, "FUSE", true},     {0x00C36400, "Ceph", true},
};

/// A file of ours that goes with it.
class TestFile {
public:
    explicit TestFile(fs::path const& folder) {
        std::string pattern = (folder / ".athanor-doctor-XXXXXX").string();
        file_ = ::mkostemp(pattern.data(), O_CLOEXEC);
        path_ = pattern;
    }
    TestFile(TestFile const&) = delete;
    TestFile& operator=(TestFile const&) = delete;
    ~TestFile() {
        if (file_ < 0) return;
        ::close(file_);
        ::unlink(path_.c_str());
    }
    [[nodiscard]] int file() const { return file_; }
    [[nodiscard]] char const* path() const { return path_.c_str(); }

private:
    int file_ = -1;
    fs::path path_;
};

/// MiB/s of a write with fsync; 0, with errno, when it failed.
double write_speed(TestFile const& file) {
    std::vector<char> const bytes(mebibyte, 'a');
    auto const begin = std::chrono::steady_clock::now();
    for (std::size_t written = 0; written < test_bytes;) {
        ssize_t const step = ::write(file.file(), bytes.data(), bytes.size());
        if (step < 0 && errno == EINTR) continue;
        if (step <= 0) return 0.0;
        written += static_cast<std::size_t>(step);
    }
    if (::fsync(file.file()) != 0) return 0.0;
    std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(test_bytes / mebibyte) / std::max(seconds.count(), 1e-6);
}

Finding check_kind(std::string const& topic, fs::path const& folder, TestFile const& first) {
    struct statfs about {};
    std::string name = "unknown file system";
    bool over_network = false;
    if (::statfs(folder.c_str(), &about) == 0)
        for (FileSystemKind const& kind : kinds)
            if (static_cast<unsigned long>(about.f_type) == kind.magic) {
                name = kind.name;
                over_network = kind.over_network;
            }
    TestFile const second(folder);
    bool const exchanges = second.file() >= 0 && ::renameat2(AT_FDCWD, first.path(), AT_FDCWD,
                                                             second.path(), RENAME_EXCHANGE) == 0;
    std::string const text =
        fmt::format("{}, names {} exchanged", name, exchanges ? "are" : "cannot be");
    if (over_network)
        return {FindingLevel::warning, topic, text,
                "over a network every commit of a store waits: raise checkpoint.interval_seconds, "
                "or write to a local disk and copy"};
    if (!exchanges)
        return {FindingLevel::warning, topic, text,
                "with --overwrite a store is gone for an instant while it is replaced"};
    return {FindingLevel::good, topic, text};
}

Finding check_space(std::string const& topic, fs::path const& folder) {
    struct statvfs about {};
    if (::statvfs(folder.c_str(), &about) != 0)
        return {FindingLevel::note, topic, "nobody says how much is free"};
    double const free = static_cast<double>(about.f_bavail) * static_cast<double>(about.f_frsize);
    std::string const text = fmt::format("{:.1f} GiB free", free / (1024.0 * mebibyte));
    return free < little_space
               ? Finding{FindingLevel::warning, topic, text,
                         "make room: a campaign ends with exit code 6 when it is full"}
               : Finding{FindingLevel::good, topic, text};
}

}  // namespace

fs::path existing_folder(fs::path folder) {
    std::error_code ignored;
    folder = fs::absolute(folder, ignored).lexically_normal();
    while (!fs::exists(folder, ignored) && folder.has_relative_path())
        folder = folder.parent_path();
    return folder;
}

Findings check_folder(fs::path const& folder) {
    fs::path const there = existing_folder(folder);
    std::string const topic = fmt::format("folder {}", there.string());
    std::error_code ignored;
    if (!fs::is_directory(there, ignored))
        return {{FindingLevel::failure, topic, "a file, not a folder", "give another path"}};
    TestFile const file(there);
    if (file.file() < 0)
        return {{FindingLevel::failure, topic,
                 fmt::format("cannot be written ({})", std::strerror(errno)),
                 "give a path where you may write"}};
    Findings found{{FindingLevel::good, topic, "can be written"}, check_space(topic, there)};
    double const speed = write_speed(file);
    if (speed <= 0.0) {
        found.push_back({FindingLevel::failure, topic,
                         fmt::format("16 MiB cannot be written ({})", std::strerror(errno)),
                         "make room, or give another path"});
        return found;
    }
    std::string const text = fmt::format("16 MiB with fsync at {:.0f} MiB/s", speed);
    found.push_back(speed < slow_mebibytes
                        ? Finding{FindingLevel::warning, topic, text,
                                  "stores wait for it: a faster disk, or fewer rows"}
                        : Finding{FindingLevel::good, topic, text});
    found.push_back(check_kind(topic, there, file));
    return found;
}

}  // namespace athanor
