// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The golden stores come as tar files: POSIX ustar of one folder, plain files only.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

#include "sinks/memory_storage.hpp"

namespace athanor::test {

inline std::string golden_folder() {
    char const* const data = std::getenv("ATHANOR_TEST_DATA");
    return std::string(data != nullptr ? data : "tests/data") + "/golden/zarr/";
}

inline std::string read_text(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot open " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The store in a tar file, without the name of its folder.
inline std::unique_ptr<MemoryStorage> load_tar(std::string const& path) {
    std::string const tar = read_text(path);
    auto storage = std::make_unique<MemoryStorage>(path);
    auto const text = [&](std::size_t at, std::size_t size) {
        std::string const field = tar.substr(at, size);
        return field.substr(0, field.find('\0'));
    };
    for (std::size_t at = 0; at + 512 <= tar.size() && tar[at] != '\0';) {
        std::string name = text(at, 100);
        if (std::string const prefix = text(at + 345, 155); !prefix.empty())
            name = prefix + "/" + name;
        auto const size = static_cast<std::size_t>(std::stoull(text(at + 124, 12), nullptr, 8));
        char const type = tar[at + 156];
        if (type == '0' || type == '\0')
            storage->put(name.substr(name.find('/') + 1),
                         std::as_bytes(std::span(tar).subspan(at + 512, size)));
        else if (type != '5')
            throw std::runtime_error(path + ": holds more than files and folders");
        at += 512 + (size + 511) / 512 * 512;
    }
    return storage;
}

}  // namespace athanor::test
