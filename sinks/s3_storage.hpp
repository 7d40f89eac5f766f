// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "sinks/object_credentials.hpp"
#include "sinks/object_queue.hpp"
#include "sinks/s3_client.hpp"
#include "sinks/storage.hpp"

namespace athanor {

/// What stands below the URL of a store.
enum class ObjectStoreState : std::uint8_t {
    absent,   ///< nothing
    store,    ///< a root document
    remains,  ///< groups of a store without a root: one that was not finished, or not quite removed
    other     ///< something else
};

/// A store as objects of a bucket, PREFIX/KEY each; s3:// and gs://.
/// Objects: put() hands them to threads that write them; sync() waits for all of them. What the
///          server has answered for is kept, at every durability.
/// Aside:   the root's zarr.json is held back until publish(): without it there is no store.
/// Writers: there is no lock. Whoever opens a store to go on with it rewrites its root, with a
///          mark of its own, on the condition that nobody else did; from then on every earlier
///          writer ends with an error, at the next step of a commit (before it writes anything
///          else) or at its root. A writer that was stopped for long between the two may still
///          overwrite objects: end a program before another goes on with its store.
/// Mark:    a last line of blanks and tabs in the root's document, which readers of JSON skip:
///          equal documents of two writers must not have equal ETags.
/// Throws:  StorageError as S3Client.
class S3Storage final : public Storage {
public:
    /// A new store. Throws ConfigError when something is there and `overwrite` is not set, or when
    /// it is no Zarr store. Overwriting removes the old one at once, its root first.
    static std::unique_ptr<S3Storage> create(ObjectUrl const& url,
                                             ObjectStoreOptions const& options, bool overwrite);
    /// An existing store, to be changed.
    static std::unique_ptr<S3Storage> open(ObjectUrl const& url, ObjectStoreOptions const& options);
    /// An existing store, to be read alone.
    static std::unique_ptr<S3Storage> read_only(ObjectUrl const& url,
                                                ObjectStoreOptions const& options);
    ~S3Storage() override;

    void put(std::string const& key, std::span<std::byte const> bytes) override;
    [[nodiscard]] std::optional<Bytes> get(std::string const& key) override;
    [[nodiscard]] std::optional<Bytes> get_range(std::string const& key, std::int64_t offset,
                                                 std::size_t length) override;
    [[nodiscard]] std::vector<std::string> list(std::string const& folder) override;
    void remove(std::string const& key) override;
    void sync() override;
    void publish() override;
    void close() noexcept override;
    [[nodiscard]] std::string describe() const override { return url_.text(); }

private:
    S3Storage(ObjectUrl const& url, ObjectStoreOptions const& options);
    [[nodiscard]] std::string object_key(std::string const& key) const;
    void write_root(Bytes const& marked, WriteCondition const& condition);
    void expect_own_root();
    [[noreturn]] void fail_for_other_writer() const;

    ObjectUrl url_;
    S3Client client_;
    Bytes mark_;        ///< of this writer
    std::mutex mutex_;  ///< guards what stands below, but for queue_
    bool aside_ = false;
    Bytes held_root_;            ///< while aside_
    std::string root_version_;   ///< as this writer left it
    bool root_checked_ = false;  ///< since the last sync()
    std::unique_ptr<ObjectQueue> queue_;
};

/// Asks the server once.
[[nodiscard]] ObjectStoreState look_at_object_store(ObjectUrl const& url,
                                                    ObjectStoreOptions const& options);
/// URLs of what stands below the store's own URL followed by `suffix` and anything, sorted.
[[nodiscard]] std::vector<std::string> object_stores_beside(ObjectUrl const& url,
                                                            std::string const& suffix,
                                                            ObjectStoreOptions const& options);
/// Removes every object of a store, its root first.
void remove_object_store(ObjectUrl const& url, ObjectStoreOptions const& options);

}  // namespace athanor
