// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/s3_storage.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"
#include "sinks/entropy.hpp"

namespace athanor {
namespace {

constexpr int requests_at_once = 8;
constexpr std::size_t bytes_under_way = std::size_t{64} << 20;
constexpr std::size_t mark_bytes = 65;  ///< a new line and 64 bits
constexpr std::string_view root_key = "zarr.json";
constexpr std::array<std::string_view, 4> groups{"athanor/", "core/", "custom/", "meta/"};

Bytes new_mark() {
    Bytes mark{std::byte{'\n'}};
    std::uint64_t bits = system_entropy();
    for (int k = 0; k < 64; ++k, bits >>= 1)
        mark.push_back(static_cast<std::byte>((bits & 1U) != 0 ? '\t' : ' '));
    return mark;
}

Bytes without_mark(Bytes bytes) {
    if (bytes.size() < mark_bytes) return bytes;
    auto const begin = bytes.end() - static_cast<std::ptrdiff_t>(mark_bytes);
    auto const is_blank = [](std::byte b) { return b == std::byte{' '} || b == std::byte{'\t'}; };
    if (*begin == std::byte{'\n'} && std::all_of(begin + 1, bytes.end(), is_blank))
        bytes.erase(begin, bytes.end());
    return bytes;
}

Bytes with_mark(std::span<std::byte const> bytes, Bytes const& mark) {
    Bytes marked(bytes.begin(), bytes.end());
    marked.insert(marked.end(), mark.begin(), mark.end());
    return marked;
}

/// What stands after `prefix` in keys, up to the next '/', which such a name ends with.
std::vector<std::string> names_below(S3Client& client, std::string const& prefix) {
    std::vector<std::string> names;
    std::string page;
    do {
        ObjectListing listing = client.list(prefix, true, page);
        for (auto const* list : {&listing.keys, &listing.folders})
            for (std::string const& key : *list)
                if (key.size() > prefix.size() && key.starts_with(prefix))
                    names.push_back(key.substr(prefix.size()));
        page = std::move(listing.next_page);
    } while (!page.empty());
    std::sort(names.begin(), names.end());
    return names;
}

ObjectStoreState state_of(std::vector<std::string> const& names) {
    if (names.empty()) return ObjectStoreState::absent;
    if (std::binary_search(names.begin(), names.end(), root_key)) return ObjectStoreState::store;
    bool const known = std::all_of(names.begin(), names.end(), [](std::string const& name) {
        return std::find(groups.begin(), groups.end(), name) != groups.end();
    });
    return known ? ObjectStoreState::remains : ObjectStoreState::other;
}

void remove_objects(S3Client& client, ObjectUrl const& url) {
    client.remove(fmt::format("{}/{}", url.prefix, root_key));
    ObjectQueue queue(requests_at_once, 1024);
    std::string page;
    do {
        ObjectListing listing = client.list(url.prefix + "/", false, page);
        for (std::string const& key : listing.keys)
            queue.add(key, 1, [&client, key] { client.remove(key); });
        page = std::move(listing.next_page);
    } while (!page.empty());
    queue.drain();
}

std::optional<Bytes> bytes_of(std::optional<StoredObject> object) {
    if (!object) return std::nullopt;
    return std::move(object->bytes);
}

}  // namespace

S3Storage::S3Storage(ObjectUrl const& url, ObjectStoreOptions const& options)
    : url_(url), client_(url, options), mark_(new_mark()) {}

std::unique_ptr<S3Storage> S3Storage::create(ObjectUrl const& url,
                                             ObjectStoreOptions const& options, bool overwrite) {
    std::unique_ptr<S3Storage> storage(new S3Storage(url, options));
    switch (state_of(storage->list(""))) {
        case ObjectStoreState::absent:
            break;
        case ObjectStoreState::other:
            if (overwrite)
                throw ConfigError(
                    fmt::format("{}: is no Zarr store and will not be overwritten; move it away or "
                                "choose another output",
                                url.text()));
            [[fallthrough]];
        case ObjectStoreState::store:
        case ObjectStoreState::remains:
            if (!overwrite)
                throw ConfigError(fmt::format(
                    "{}: output exists; use --overwrite or choose another", url.text()));
            remove_objects(storage->client_, url);
    }
    storage->aside_ = true;
    storage->queue_ = std::make_unique<ObjectQueue>(requests_at_once, bytes_under_way);
    return storage;
}

std::unique_ptr<S3Storage> S3Storage::open(ObjectUrl const& url,
                                           ObjectStoreOptions const& options) {
    std::unique_ptr<S3Storage> storage(new S3Storage(url, options));
    auto root = storage->client_.get(storage->object_key(std::string(root_key)));
    if (!root) throw StorageError(fmt::format("{}: there is no store to go on with", url.text()));
    Bytes const bytes = without_mark(std::move(root->bytes));
    storage->write_root(with_mark(bytes, storage->mark_),
                        {WriteCondition::Kind::unchanged, root->version});
    storage->queue_ = std::make_unique<ObjectQueue>(requests_at_once, bytes_under_way);
    return storage;
}

std::unique_ptr<S3Storage> S3Storage::read_only(ObjectUrl const& url,
                                                ObjectStoreOptions const& options) {
    return std::unique_ptr<S3Storage>(new S3Storage(url, options));
}

S3Storage::~S3Storage() { close(); }

std::string S3Storage::object_key(std::string const& key) const { return url_.prefix + "/" + key; }

void S3Storage::fail_for_other_writer() const {
    throw StorageError(
        fmt::format("{}: another program is writing this store or has removed it; let one of them "
                    "write, or give each a store of its own",
                    url_.text()));
}

/// Expects: mutex_ is held, or nobody else knows of this storage.
void S3Storage::write_root(Bytes const& marked, WriteCondition const& condition) {
    std::string const key = object_key(std::string(root_key));
    auto version = client_.put(key, marked, condition);
    if (!version) {  // somebody else's write, or ours when its answer was lost
        auto const there = client_.get(key);
        if (!there || there->bytes != marked) fail_for_other_writer();
        version = there->version;
    }
    root_version_ = *version;
    root_checked_ = false;
}

/// Once in every step of a commit, before it writes anything.
void S3Storage::expect_own_root() {
    std::lock_guard const guard(mutex_);
    if (aside_ || root_checked_) return;
    if (client_.version(object_key(std::string(root_key))) != root_version_)
        fail_for_other_writer();
    root_checked_ = true;
}

void S3Storage::put(std::string const& key, std::span<std::byte const> bytes) {
    ATHANOR_EXPECTS(queue_ != nullptr);
    if (key != root_key) {
        expect_own_root();
        auto copy = std::make_shared<Bytes const>(bytes.begin(), bytes.end());
        queue_->add(key, copy->size(), [this, key = object_key(key), copy] {
            static_cast<void>(client_.put(key, *copy));
        });
        return;
    }
    queue_->drain();
    std::lock_guard const guard(mutex_);
    Bytes marked = with_mark(bytes, mark_);
    if (aside_)
        held_root_ = std::move(marked);
    else
        write_root(marked, {WriteCondition::Kind::unchanged, root_version_});
}

std::optional<Bytes> S3Storage::get(std::string const& key) {
    if (queue_ != nullptr) queue_->drain();
    if (key != root_key) return bytes_of(client_.get(object_key(key)));
    std::lock_guard const guard(mutex_);
    if (aside_ && held_root_.empty()) return std::nullopt;
    auto root = aside_ ? std::optional(held_root_) : bytes_of(client_.get(object_key(key)));
    if (root) root = without_mark(std::move(*root));
    return root;
}

std::optional<Bytes> S3Storage::get_range(std::string const& key, std::int64_t offset,
                                          std::size_t length) {
    if (key != root_key) {
        if (queue_ != nullptr) queue_->drain();
        return bytes_of(client_.get_range(object_key(key), offset, length));
    }
    auto root = get(key);
    if (!root) return root;
    auto const size = static_cast<std::int64_t>(root->size());
    auto const begin = std::clamp<std::int64_t>(offset < 0 ? size + offset : offset, 0, size);
    root->erase(root->begin(), root->begin() + begin);
    root->resize(std::min(root->size(), length));
    return root;
}

std::vector<std::string> S3Storage::list(std::string const& folder) {
    if (queue_ != nullptr) queue_->drain();
    auto names = names_below(client_, object_key(folder.empty() ? "" : folder + "/"));
    std::lock_guard const guard(mutex_);
    if (folder.empty() && !held_root_.empty()) names.emplace_back(root_key);  // sorts last
    return names;
}

void S3Storage::remove(std::string const& key) {
    ATHANOR_EXPECTS(queue_ != nullptr);
    queue_->drain();
    std::lock_guard const guard(mutex_);
    if (aside_ && key == root_key)
        held_root_.clear();
    else
        client_.remove(object_key(key));
}

void S3Storage::sync() {
    if (queue_ != nullptr) queue_->drain();
    std::lock_guard const guard(mutex_);
    root_checked_ = false;
}

void S3Storage::publish() {
    if (queue_ == nullptr) return;
    queue_->drain();
    std::lock_guard const guard(mutex_);
    if (!aside_) return;
    ATHANOR_EXPECTS(!held_root_.empty());
    write_root(held_root_, {WriteCondition::Kind::absent, {}});
    aside_ = false;
    held_root_.clear();
}

void S3Storage::close() noexcept {
    client_.set_retry_seconds(2.0);  // nobody waits for what is still under way
    queue_.reset();
    if (!aside_) return;
    aside_ = false;
    try {  // what a store that was never published has written is of no use to anybody
        if (state_of(names_below(client_, url_.prefix + "/")) == ObjectStoreState::remains)
            remove_objects(client_, url_);
    } catch (...) {
    }
}

ObjectStoreState look_at_object_store(ObjectUrl const& url, ObjectStoreOptions const& options) {
    S3Client client(url, options);
    return state_of(names_below(client, url.prefix + "/"));
}

std::vector<std::string> object_stores_beside(ObjectUrl const& url, std::string const& suffix,
                                              ObjectStoreOptions const& options) {
    S3Client client(url, options);
    std::vector<std::string> found;
    for (std::string const& name : names_below(client, url.prefix + suffix))
        if (name.ends_with('/'))
            found.push_back(url.text() + suffix + name.substr(0, name.size() - 1));
    return found;
}

void remove_object_store(ObjectUrl const& url, ObjectStoreOptions const& options) {
    S3Client client(url, options);
    remove_objects(client, url);
}

}  // namespace athanor
