// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The objects of the golden stores, by store and key.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.hpp"

namespace athanor::test {

struct GoldenStore {
    std::string name;
    std::map<std::string, std::string> objects;
};

inline std::string field_of_tar(std::string const& tar, std::size_t at, std::size_t size) {
    std::string const field = tar.substr(at, size);
    return field.substr(0, field.find('\0'));
}

/// POSIX ustar of one folder, as tests/sinks/tar_store.hpp reads it; small objects alone.
inline GoldenStore read_tar(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    std::string const tar{std::istreambuf_iterator<char>(file), {}};
    GoldenStore store{path.filename(), {}};
    for (std::size_t at = 0; at + 512 <= tar.size() && tar[at] != '\0';) {
        std::string name = field_of_tar(tar, at, 100);
        if (auto const prefix = field_of_tar(tar, at + 345, 155); !prefix.empty())
            name = prefix + "/" + name;
        auto const size =
            static_cast<std::size_t>(std::stoull(field_of_tar(tar, at + 124, 12), nullptr, 8));
        if (tar[at + 156] != '5' && size <= 65536)
            store.objects[name.substr(name.find('/') + 1)] = tar.substr(at + 512, size);
        at += 512 + (size + 511) / 512 * 512;
    }
    return store;
}

inline std::vector<GoldenStore> const& golden_stores() {
    static std::vector<GoldenStore> const stores = [] {
        std::vector<std::filesystem::path> paths;
        for (auto const& entry : std::filesystem::directory_iterator(fuzz_data("zarr")))
            if (entry.path().extension() == ".tar" && entry.file_size() < 200'000)
                paths.push_back(entry.path());
        std::sort(paths.begin(), paths.end());
        std::vector<GoldenStore> all;
        for (auto const& path : paths) all.push_back(read_tar(path));
        return all;
    }();
    return stores;
}

}  // namespace athanor::test
