// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/storage_url.hpp"

#include "sinks/file_storage.hpp"
#include "sinks/object_url.hpp"
#include "sinks/s3_storage.hpp"

namespace athanor {
namespace {

std::unique_ptr<Storage> open_objects(std::string const& place, StoreAccess access,
                                      ObjectStoreOptions const& options) {
    ObjectUrl const url = parse_object_url(place);
    if (access == StoreAccess::read) return S3Storage::read_only(url, options);
    if (access == StoreAccess::resume) return S3Storage::open(url, options);
    return S3Storage::create(url, options, access == StoreAccess::replace);
}

std::unique_ptr<Storage> open_folder(std::string const& place, StoreAccess access,
                                     Durability durability) {
    if (access == StoreAccess::read) return FileStorage::read_only(place);
    if (access == StoreAccess::resume) return FileStorage::open(place, durability);
    return FileStorage::create(place, durability, access == StoreAccess::replace);
}

}  // namespace

std::unique_ptr<Storage> open_storage(std::string const& place, StoreAccess access,
                                      StoragePlaceOptions const& options) {
    // parse_object_url() has the words for schemes that we do not know.
    if (place.find("://") != std::string::npos) return open_objects(place, access, options.objects);
    return open_folder(place, access, options.durability);
}

}  // namespace athanor
