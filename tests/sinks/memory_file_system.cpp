// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "tests/sinks/memory_file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>

namespace athanor::test {

/// Counts a call. True when it has no effect and fails; errno is set then.
bool MemoryFileSystem::fails(std::string_view call, Path const& path, bool changes) {
    if (changes && watcher_) watcher_(*this);
    int const now = calls_++;
    pretend_ = false;
    if (fault_.at < 0 || (now != fault_.at && !(fault_.for_ever && now > fault_.at))) return false;
    if (fault_.form == FaultForm::half_a_write && call != "write") return false;
    if (failed_call_.empty()) failed_call_ = fmt::format("{} {}", call, path.string());
    errno = fault_.error;
    if (now == fault_.at && fault_.form == FaultForm::everything) pretend_ = true;
    return !pretend_;
}

int MemoryFileSystem::finish(int result) {
    if (!pretend_ || result < 0) return result;
    errno = fault_.error;
    return -1;
}

int MemoryFileSystem::new_node() {
    nodes_.emplace_back();
    return static_cast<int>(nodes_.size()) - 1;
}

std::optional<MemoryFileSystem::Place> MemoryFileSystem::find(Path const& path) const {
    Place place{root, "", root};
    std::string_view left = path.native();
    for (;;) {
        left.remove_prefix(std::min(left.find_first_not_of('/'), left.size()));
        if (left.empty()) return place;
        std::string_view const part = left.substr(0, left.find('/'));
        left.remove_prefix(part.size());
        if (!place.node) {
            errno = ENOENT;
            return std::nullopt;
        }
        Node const& folder = node_of(*place.node);
        if (!folder.folder) {
            errno = ENOTDIR;
            return std::nullopt;
        }
        auto const found = folder.names.find(part);
        place.folder = *place.node;
        place.name = part;
        place.node = found == folder.names.end() ? std::nullopt : std::optional(found->second);
    }
}

void MemoryFileSystem::apply(Names& names,
                             std::map<std::string, std::optional<int>> const& change) {
    for (auto const& [name, node] : change)
        if (node)
            names[name] = *node;
        else
            names.erase(name);
}

void MemoryFileSystem::set_names(int folder,
                                 std::map<std::string, std::optional<int>> const& change) {
    Node& node = node_of(folder);
    apply(node.names, change);
    node.changes.push_back(change);
}

int MemoryFileSystem::open(Path const& path, int flags) {
    if (fails("open", path, (flags & (O_CREAT | O_TRUNC)) != 0)) return -1;
    auto place = find(path);
    if (!place) return -1;
    if (!place->node) {
        if ((flags & O_CREAT) == 0) {
            errno = ENOENT;
            return -1;
        }
        place->node = new_node();
        set_names(place->folder, {{place->name, *place->node}});
    } else if ((flags & O_EXCL) != 0) {
        errno = EEXIST;
        return -1;
    }
    if ((flags & O_TRUNC) != 0) node_of(*place->node).bytes.clear();
    if (pretend_) return finish(0);
    open_[next_fd_] = *place->node;
    return next_fd_++;
}

int MemoryFileSystem::close(int fd) {
    if (fails("close", "", false)) return -1;
    node_of(open_.at(fd)).locked = false;
    open_.erase(fd);
    return finish(0);
}

ssize_t MemoryFileSystem::write(int fd, void const* bytes, std::size_t count) {
    bool const failed = fails("write", "", true);
    if (failed && (fault_.form != FaultForm::half_a_write || calls_ - 1 != fault_.at)) return -1;
    if (failed) count = (count + 1) / 2;
    auto const* const first = static_cast<std::byte const*>(bytes);
    Bytes& target = node_of(open_.at(fd)).bytes;
    target.insert(target.end(), first, first + count);
    return finish(0) == 0 ? static_cast<ssize_t>(count) : -1;
}

ssize_t MemoryFileSystem::pread(int fd, void* bytes, std::size_t count, off_t offset) {
    if (fails("pread", "", false)) return -1;
    Bytes const& source = node_of(open_.at(fd)).bytes;
    auto const begin = std::min(source.size(), static_cast<std::size_t>(offset));
    count = std::min(count, source.size() - begin);
    if (count > 0) std::memcpy(bytes, source.data() + begin, count);
    return finish(0) == 0 ? static_cast<ssize_t>(count) : -1;
}

int MemoryFileSystem::fstat(int fd, struct stat& status) {
    if (fails("fstat", "", false)) return -1;
    int const number = open_.at(fd);
    Node const& node = node_of(number);
    status = {};
    status.st_ino = static_cast<ino_t>(number);
    status.st_mode = node.folder ? S_IFDIR : S_IFREG;
    status.st_size = static_cast<off_t>(node.bytes.size());
    return finish(0);
}

int MemoryFileSystem::stat(Path const& path, struct stat& status) {
    if (fails("stat", path, false)) return -1;
    auto const place = find(path);
    if (!place) return -1;
    if (!place->node) {
        errno = ENOENT;
        return -1;
    }
    Node const& node = node_of(*place->node);
    status = {};
    status.st_ino = static_cast<ino_t>(*place->node);
    status.st_mode = node.folder ? S_IFDIR : S_IFREG;
    status.st_size = static_cast<off_t>(node.bytes.size());
    return finish(0);
}

int MemoryFileSystem::list(Path const& folder, std::vector<std::string>& names) {
    if (fails("list", folder, false)) return -1;
    auto const place = find(folder);
    if (!place) return -1;
    if (!place->node || !node_of(*place->node).folder) {
        errno = place->node ? ENOTDIR : ENOENT;
        return -1;
    }
    for (auto const& [name, node] : node_of(*place->node).names) names.push_back(name);
    return finish(0);
}

int MemoryFileSystem::mkdir(Path const& folder) {
    if (fails("mkdir", folder, true)) return -1;
    auto const place = find(folder);
    if (!place) return -1;
    if (place->node) {
        errno = EEXIST;
        return -1;
    }
    int const made = new_node();
    node_of(made).folder = true;
    set_names(place->folder, {{place->name, made}});
    return finish(0);
}

int MemoryFileSystem::unlink(Path const& file) {
    if (fails("unlink", file, true)) return -1;
    auto const place = find(file);
    if (!place) return -1;
    if (!place->node || node_of(*place->node).folder) {
        errno = place->node ? EISDIR : ENOENT;
        return -1;
    }
    set_names(place->folder, {{place->name, std::nullopt}});
    return finish(0);
}

int MemoryFileSystem::rmdir(Path const& folder) {
    if (fails("rmdir", folder, true)) return -1;
    auto const place = find(folder);
    if (!place) return -1;
    if (!place->node || !node_of(*place->node).names.empty()) {
        errno = place->node ? ENOTEMPTY : ENOENT;
        return -1;
    }
    set_names(place->folder, {{place->name, std::nullopt}});
    return finish(0);
}

int MemoryFileSystem::renameat2(Path const& from, Path const& to, unsigned flags) {
    if (fails("rename", to, true)) return -1;
    if (flags != 0 && !has_rename_flags_) {
        errno = EINVAL;
        return -1;
    }
    auto const old_place = find(from), place = find(to);
    if (!old_place || !place) return -1;
    if (!old_place->node || (flags == RENAME_EXCHANGE && !place->node)) {
        errno = ENOENT;
        return -1;
    }
    if (place->node && flags == RENAME_NOREPLACE) {
        errno = EEXIST;
        return -1;
    }
    std::optional<int> const back = flags == RENAME_EXCHANGE ? place->node : std::nullopt;
    if (old_place->folder == place->folder) {
        set_names(place->folder, {{old_place->name, back}, {place->name, old_place->node}});
    } else {  // two folders, which a power cut may treat differently
        set_names(place->folder, {{place->name, old_place->node}});
        set_names(old_place->folder, {{old_place->name, back}});
    }
    return finish(0);
}

int MemoryFileSystem::lock(int fd) {
    if (fails("flock", "", false)) return -1;
    Node& node = node_of(open_.at(fd));
    if (node.locked) {
        errno = EWOULDBLOCK;
        return -1;
    }
    node.locked = true;
    return finish(0);
}

void MemoryFileSystem::sync_node(Node& node) {
    node.synced_bytes = node.bytes;
    node.synced_names = node.names;
    node.changes.clear();
}

int MemoryFileSystem::fdatasync(int fd) {
    if (fails("fsync", "", true)) return -1;
    sync_node(node_of(open_.at(fd)));
    return finish(0);
}

int MemoryFileSystem::syncfs(int /*fd*/) {
    if (fails("syncfs", "", true)) return -1;
    for (Node& node : nodes_) sync_node(node);
    return finish(0);
}

MemoryFileSystem MemoryFileSystem::after_kill() const {
    MemoryFileSystem disk = *this;
    disk.open_.clear();
    for (Node& node : disk.nodes_) node.locked = false;
    disk.fault_ = {};
    disk.failed_call_.clear();
    disk.calls_ = 0;
    disk.watcher_ = nullptr;
    return disk;
}

static bool has_prefix(Bytes const& bytes, Bytes const& prefix) {
    return bytes.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

MemoryFileSystem MemoryFileSystem::after_power_cut(PowerCut form, std::uint64_t seed) const {
    MemoryFileSystem disk = after_kill();
    std::mt19937_64 random(seed);
    for (Node& node : disk.nodes_) {
        if (form == PowerCut::drops_all) node.names = node.synced_names;
        if (form == PowerCut::keeps_some) {
            node.names = node.synced_names;
            for (auto const& change : node.changes)
                if (random() % 2 == 0) apply(node.names, change);
        }
        if (node.bytes != node.synced_bytes) {
            // Bytes that were synced stay, if what came after them was appended.
            auto const least = has_prefix(node.bytes, node.synced_bytes) ? node.synced_bytes.size()
                                                                         : std::size_t{0};
            auto const kept = form == PowerCut::keeps_some ? random() % 4 : 0;
            if (kept == 0) node.bytes = node.synced_bytes;
            if (kept == 1) node.bytes.resize(least + random() % (node.bytes.size() - least + 1));
            if (kept == 2)  // the length arrived, the bytes did not
                std::fill(node.bytes.begin() + static_cast<std::ptrdiff_t>(least), node.bytes.end(),
                          std::byte{0});
        }
        sync_node(node);
    }
    return disk;
}

void MemoryFileSystem::collect(std::string const& prefix, int node,
                               std::map<std::string, Bytes>& files) const {
    for (auto const& [name, below] : node_of(node).names) {
        if (node_of(below).folder)
            collect(prefix + name + "/", below, files);
        else
            files[prefix + name] = node_of(below).bytes;
    }
}

std::map<std::string, Bytes> MemoryFileSystem::files(std::string const& folder) const {
    std::map<std::string, Bytes> files;
    auto const place = find(folder);
    if (place && place->node) collect("", *place->node, files);
    return files;
}

bool MemoryFileSystem::has_files_below(int node) const {
    auto const& names = node_of(node).names;
    return std::any_of(names.begin(), names.end(), [this](auto const& entry) {
        return !node_of(entry.second).folder || has_files_below(entry.second);
    });
}

bool MemoryFileSystem::has_files(std::string const& folder) const {
    auto const place = find(folder);
    return place && place->node && has_files_below(*place->node);
}

}  // namespace athanor::test
