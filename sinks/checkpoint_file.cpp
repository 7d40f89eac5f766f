// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/checkpoint_file.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "runtime/packed_samples.hpp"
#include "runtime/sample_packer.hpp"
#include "sinks/replace_file.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "ATHCKPT1";
constexpr std::size_t alignment = 16;

class ByteWriter {
public:
    template <class T>
    void put(T value) {
        static_assert(std::is_arithmetic_v<T>);
        put_bytes(&value, sizeof value);
    }
    void put_text(std::string_view text) {
        put(static_cast<std::uint32_t>(text.size()));
        put_bytes(text.data(), text.size());
    }
    void put_bytes(void const* from, std::size_t count) {
        auto const* const begin = static_cast<std::byte const*>(from);
        bytes_.insert(bytes_.end(), begin, begin + count);
    }
    /// Zeroed room of `count` bytes from the next multiple of the alignment.
    std::span<std::byte> room(std::size_t count) {
        std::size_t const begin = (bytes_.size() + alignment - 1) / alignment * alignment;
        bytes_.resize(begin + count);
        return std::span(bytes_).subspan(begin, count);
    }
    [[nodiscard]] std::vector<std::byte>& bytes() { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};

/// Throws std::out_of_range where the bytes end too early.
class ByteReader {
public:
    explicit ByteReader(std::span<std::byte const> bytes) : bytes_(bytes) {}

    template <class T>
    [[nodiscard]] T get() {
        T value{};
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    [[nodiscard]] std::string get_text() {
        auto const text = take(get<std::uint32_t>());
        return {reinterpret_cast<char const*>(text.data()), text.size()};
    }
    [[nodiscard]] std::span<std::byte const> take(std::size_t count) {
        if (count > bytes_.size() - at_) throw std::out_of_range("the file ends too early");
        at_ += count;
        return bytes_.subspan(at_ - count, count);
    }
    [[nodiscard]] std::span<std::byte const> take_aligned(std::size_t count) {
        std::size_t const begin = (at_ + alignment - 1) / alignment * alignment;
        static_cast<void>(take(begin - at_));
        return take(count);
    }

private:
    std::span<std::byte const> bytes_;
    std::size_t at_ = 0;
};

void put_header(ByteWriter& out, CheckpointHeader const& header) {
    out.put_bytes(magic.data(), magic.size());
    out.put(header.physics);
    out.put(header.generation);
    out.put(header.element);
    out.put(header.replica);
}

void put_fields(ByteWriter& out, Schema const& schema) {
    out.put(static_cast<std::uint32_t>(schema.field_count() - Fields::count));
    for (int f = Fields::count; f < schema.field_count(); ++f) {
        FieldSpec const& spec = schema.field(FieldIndex{f});
        out.put_text(spec.name);
        out.put_text(spec.unit);
        out.put(static_cast<std::uint8_t>(spec.level));
        out.put(static_cast<std::uint8_t>(spec.dtype));
        out.put(static_cast<std::uint8_t>(spec.role));
        out.put(static_cast<std::uint8_t>(spec.shape.size()));
        for (int extent : spec.shape) out.put(static_cast<std::int32_t>(extent));
    }
    // The built-in fields are those of the program; another one has others.
    out.put(schema.fingerprint());
}

SchemaPtr get_fields(ByteReader& in) {
    std::vector<FieldSpec> fields;
    auto const count = in.get<std::uint32_t>();
    for (std::uint32_t f = 0; f < count; ++f) {
        FieldSpec spec;
        spec.name = in.get_text();
        spec.unit = in.get_text();
        spec.level = static_cast<Level>(in.get<std::uint8_t>());
        spec.dtype = static_cast<Dtype>(in.get<std::uint8_t>());
        spec.role = static_cast<FieldRole>(in.get<std::uint8_t>());
        auto const rank = in.get<std::uint8_t>();
        for (int k = 0; k < rank; ++k) spec.shape.push_back(in.get<std::int32_t>());
        fields.push_back(std::move(spec));
    }
    auto schema = std::make_shared<Schema const>(std::move(fields));
    if (schema->fingerprint() != in.get<std::uint64_t>())
        throw StorageError("has the fields of another version of athanor");
    return schema;
}

/// The systems of a batch that has all fields of `schema`, perhaps in another order, as a section.
void put_samples(ByteWriter& out, Schema const& schema, Batch const& batch,
                 std::span<SystemIndex const> systems) {
    PackedCounts const counts = count_packed(batch, systems);
    std::size_t const bytes = packed_bytes(schema, counts);
    out.put(counts.systems);
    out.put(counts.atoms);
    out.put(counts.edges);
    out.put(counts.text_bytes);
    out.put(static_cast<std::uint64_t>(bytes));
    pack_samples(schema, batch, systems, out.room(bytes));
}

std::optional<Batch> batch_of(SchemaPtr const& schema, std::span<Sample const> samples) {
    if (samples.empty()) return std::nullopt;
    BatchCapacity capacity{static_cast<int>(samples.size()), 0, 0};
    for (Sample const& sample : samples) {
        capacity.atoms += sample.atom_count();
        capacity.edges += sample.edge_count();
    }
    std::optional<Batch> batch(std::in_place, schema, capacity);
    for (Sample const& sample : samples) static_cast<void>(batch->append(sample));
    return batch;
}

void put_samples(ByteWriter& out, SchemaPtr const& schema, std::span<Sample const> samples) {
    std::optional<Batch> const batch = batch_of(schema, samples);
    if (!batch) return put_samples(out, *schema, Batch(schema, {}), {});
    std::vector<SystemIndex> systems;
    for (int s = 0; s < batch->system_count(); ++s) systems.emplace_back(s);
    put_samples(out, *schema, *batch, systems);
}

void get_samples(ByteReader& in, SchemaPtr const& schema, std::vector<Sample>& samples) {
    PackedCounts counts;
    counts.systems = in.get<std::uint32_t>();
    counts.atoms = in.get<std::uint32_t>();
    counts.edges = in.get<std::uint32_t>();
    counts.text_bytes = in.get<std::uint32_t>();
    auto const bytes = in.take_aligned(static_cast<std::size_t>(in.get<std::uint64_t>()));
    if (counts.systems == 0) return;
    PackedSamples const packed(schema, counts, bytes);
    for (int k = 0; k < packed.system_count(); ++k) {
        Batch one(schema, {1, packed.atom_count(k), packed.edge_count(k)});
        samples.push_back(one.extract(packed.append_to(one, k)));
    }
}

SchemaPtr joint_schema(SchemaPtr schema, std::span<Sample const> samples) {
    for (Sample const& sample : samples) {
        if (sample.schema().fingerprint() == schema->fingerprint()) continue;
        auto const& fields = sample.schema().fields();
        schema = std::make_shared<Schema const>(
            schema->with({fields.begin() + Fields::count, fields.end()}));
    }
    return schema;
}

void seal(ByteWriter& out, fs::path const& path) {
    out.put(crc32c(out.bytes()));
    replace_file(path, out.bytes());
}

std::vector<std::byte> read_all(fs::path const& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    std::vector<std::byte> bytes;
    if (file) {
        bytes.resize(static_cast<std::size_t>(file.tellg()));
        file.seekg(0);
        file.read(reinterpret_cast<char*>(bytes.data()),
                  static_cast<std::streamsize>(bytes.size()));
    }
    if (!file) throw StorageError("cannot be read (do all ranks see this folder?)");
    return bytes;
}

std::span<std::byte const> checked(std::span<std::byte const> bytes) {
    if (bytes.size() < magic.size() + sizeof(std::uint32_t) ||
        std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
        throw StorageError("is no checkpoint, or of another version");
    auto const content = bytes.first(bytes.size() - sizeof(std::uint32_t));
    std::uint32_t checksum = 0;
    std::memcpy(&checksum, bytes.data() + content.size(), sizeof checksum);
    if (checksum != crc32c(content)) throw StorageError("is damaged (its checksum is wrong)");
    return content;
}

}  // namespace

void write_checkpoint(fs::path const& path, CheckpointHeader const& header, Batch const& batch,
                      std::span<SystemIndex const> systems, std::span<Sample const> others) {
    ByteWriter out;
    put_header(out, header);
    SchemaPtr const schema = joint_schema(batch.schema_ptr(), others);
    put_fields(out, *schema);
    if (schema->field_count() == batch.schema().field_count()) {
        put_samples(out, *schema, batch, systems);
    } else {
        std::vector<Sample> samples;
        for (SystemIndex const system : systems) samples.push_back(batch.extract(system));
        put_samples(out, schema, samples);
    }
    put_samples(out, schema, others);
    seal(out, path);
}

void write_checkpoint(fs::path const& path, CheckpointHeader const& header,
                      std::span<Sample const> samples) {
    auto const schema =
        samples.empty() ? std::make_shared<Schema const>() : samples.front().schema_ptr();
    write_checkpoint(path, header, Batch(schema, {}), {}, samples);
}

Checkpoint read_checkpoint(fs::path const& path) {
    try {
        auto const bytes = read_all(path);
        ByteReader in(checked(bytes));
        static_cast<void>(in.take(magic.size()));
        Checkpoint checkpoint;
        checkpoint.header.physics = in.get<std::uint64_t>();
        checkpoint.header.generation = in.get<std::int64_t>();
        checkpoint.header.element = in.get<std::int32_t>();
        checkpoint.header.replica = in.get<std::int32_t>();
        SchemaPtr const schema = get_fields(in);
        get_samples(in, schema, checkpoint.samples);
        get_samples(in, schema, checkpoint.samples);
        return checkpoint;
    } catch (std::exception const& error) {
        throw StorageError(
            fmt::format("{}: {}; it is of no use, remove it", path.string(), error.what()));
    }
}

}  // namespace athanor
