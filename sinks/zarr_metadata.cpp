// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_metadata.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runtime/error.hpp"

namespace athanor {
namespace {

using Json = nlohmann::ordered_json;

struct TypeInfo {
    std::string_view name;
    std::size_t size;
    char kind;  // b bool, i signed, u unsigned, f float
};

constexpr std::array<TypeInfo, 12> type_table{{{"bool", 1, 'b'},
                                               {"int8", 1, 'i'},
                                               {"int16", 2, 'i'},
                                               {"int32", 4, 'i'},
                                               {"int64", 8, 'i'},
                                               {"uint8", 1, 'u'},
                                               {"uint16", 2, 'u'},
                                               {"uint32", 4, 'u'},
                                               {"uint64", 8, 'u'},
                                               {"float16", 2, 'f'},
                                               {"float32", 4, 'f'},
                                               {"float64", 8, 'f'}}};

TypeInfo const* find_type(std::string_view name) {
    for (TypeInfo const& info : type_table)
        if (info.name == name) return &info;
    return nullptr;
}

[[noreturn]] void bad(std::string const& what) { throw StorageError("zarr.json: " + what); }

Json parse_object(std::string_view text, std::string_view what) {
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) bad(fmt::format("{} is not JSON", what));
    if (!json.is_object()) bad(fmt::format("{} is no object", what));
    return json;
}

Json const& need_member(Json const& object, char const* name) {
    if (!object.is_object()) bad(fmt::format("an object with \"{}\" is expected", name));
    auto const found = object.find(name);
    if (found == object.end()) bad(fmt::format("\"{}\" is missing", name));
    return *found;
}

std::string need_string(Json const& object, char const* name) {
    Json const& value = need_member(object, name);
    if (!value.is_string()) bad(fmt::format("\"{}\" must be a string", name));
    return value.get<std::string>();
}

std::int64_t as_integer(Json const& value, std::string_view name) {
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        bad(fmt::format("\"{}\" is too large", name));
    if (!value.is_number_integer()) bad(fmt::format("\"{}\" must be an integer", name));
    return value.get<std::int64_t>();
}

int integer_or(Json const& object, char const* name, int standard) {
    auto const found = object.find(name);
    if (found == object.end()) return standard;
    std::int64_t const value = as_integer(*found, name);
    if (value < -1000000000 || value > 1000000000) bad(fmt::format("\"{}\" is too large", name));
    return static_cast<int>(value);
}

Extents as_extents(Json const& value, char const* name, std::int64_t least) {
    if (!value.is_array()) bad(fmt::format("\"{}\" must be a list of integers", name));
    Extents extents;
    for (Json const& entry : value) {
        extents.push_back(as_integer(entry, name));
        if (extents.back() < least) bad(fmt::format("\"{}\" must be at least {}", name, least));
    }
    if (extents.size() > 16) bad(fmt::format("\"{}\" has more than 16 axes", name));
    return extents;
}

/// "name" and "configuration" of {"name": ..., "configuration": {...}} or of a bare name.
struct Named {
    std::string name;
    Json configuration = Json::object();
};

Named as_named(Json const& value, char const* what) {
    if (value.is_string()) return {value.get<std::string>(), Json::object()};
    Named named{need_string(value, "name"), Json::object()};
    if (auto const found = value.find("configuration"); found != value.end()) {
        if (!found->is_object()) bad(fmt::format("configuration of {} is no object", what));
        named.configuration = *found;
    }
    return named;
}

// --- fill values ---------------------------------------------------------------------------------

template <class T>
Bytes bytes_of(T value) {
    Bytes bytes(sizeof(T));
    std::memcpy(bytes.data(), &value, sizeof(T));
    return bytes;
}

/// The bits that a string like "0x7fc00000" spells, most significant digit first.
std::optional<std::uint64_t> hex_bits(std::string const& text, std::size_t size) {
    if (!text.starts_with("0x") || text.size() != 2 + 2 * size) return std::nullopt;
    std::uint64_t bits = 0;
    auto const parsed = std::from_chars(text.data() + 2, text.data() + text.size(), bits, 16);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return bits;
}

std::uint16_t half_bits(double value) {
    if (std::isnan(value)) return 0x7e00;
    std::uint16_t const sign = std::signbit(value) ? 0x8000 : 0;
    double const size = std::abs(value);
    if (size >= 65520.0) return sign | 0x7c00;
    int exponent = 0;
    std::frexp(size, &exponent);
    int const scale = std::max(exponent - 11, -24);  // of the last bit
    auto const units = static_cast<int>(std::nearbyint(std::ldexp(size, -scale)));
    if (scale == -24) return static_cast<std::uint16_t>(sign | units);
    return static_cast<std::uint16_t>(sign + ((scale + 24) << 10) + units);
}

Bytes fill_from(Json const& value, TypeInfo const& type) {
    std::string const text = value.is_string() ? value.get<std::string>() : std::string();
    Bytes fill(type.size);
    if (value.is_string() && type.kind == 'f') {
        if (auto const bits = hex_bits(text, type.size)) {
            std::memcpy(fill.data(), &*bits, type.size);
            return fill;
        }
    }
    if (type.kind == 'b') {
        if (!value.is_boolean()) bad("\"fill_value\" of a bool array must be true or false");
        return {std::byte{value.get<bool>()}};
    }
    if (type.kind == 'f') {
        double number = 0.0;
        if (value.is_number())
            number = value.get<double>();
        else if (text == "NaN")
            number = std::numeric_limits<double>::quiet_NaN();
        else if (text == "Infinity" || text == "-Infinity")
            number = text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
        else
            bad("\"fill_value\" must be a number, \"NaN\", \"Infinity\" or hexadecimal bits");
        if (type.size == 8) return bytes_of(number);
        if (type.size == 4) return bytes_of(static_cast<float>(number));
        return bytes_of(half_bits(number));
    }
    if (!value.is_number_integer()) bad("\"fill_value\" must be an integer");
    if (type.kind == 'u' && value.is_number_unsigned()) {
        auto const number = value.get<std::uint64_t>();
        if (type.size < 8 && (number >> (8 * type.size)) != 0) bad("\"fill_value\" is too large");
        std::memcpy(fill.data(), &number, type.size);
        return fill;
    }
    std::int64_t const number = as_integer(value, "fill_value");
    int const unused = static_cast<int>(64 - 8 * type.size);
    if ((type.kind == 'u' && number < 0) ||
        (type.kind == 'i' &&
         static_cast<std::int64_t>(static_cast<std::uint64_t>(number) << unused) >> unused !=
             number))
        bad("\"fill_value\" is out of range");
    std::memcpy(fill.data(), &number, type.size);
    return fill;
}

Json fill_to_json(ArrayMetadata const& metadata, TypeInfo const& type) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, metadata.fill.data(), type.size);
    if (type.kind == 'b') return bits != 0;
    if (type.kind == 'u') return bits;
    if (type.kind == 'i') {
        int const unused = static_cast<int>(64 - 8 * type.size);
        return static_cast<std::int64_t>(bits << unused) >> unused;
    }
    if (bits == 0) return 0.0;
    return fmt::format("0x{:0{}x}", bits, 2 * type.size);
}

// --- codecs --------------------------------------------------------------------------------------

CodecChain chain_from(Json const& value);

Codec codec_from(Json const& value) {
    Named const codec = as_named(value, "a codec");
    Json const& settings = codec.configuration;
    if (codec.name == "bytes") {
        if (!settings.contains("endian")) return {BytesCodec{}};
        std::string const endian = need_string(settings, "endian");
        if (endian != "little" && endian != "big") bad("\"endian\" must be little or big");
        return {BytesCodec{endian == "big"}};
    }
    if (codec.name == "transpose") {
        TransposeCodec transpose;
        for (std::int64_t axis : as_extents(need_member(settings, "order"), "order", 0))
            transpose.order.push_back(axis > 16 ? 17 : static_cast<int>(axis));
        return {transpose};
    }
    if (codec.name == "blosc") {
        BloscCodec blosc;
        blosc.cname = need_string(settings, "cname");
        blosc.clevel = integer_or(settings, "clevel", 5);
        blosc.shuffle =
            settings.contains("shuffle") ? need_string(settings, "shuffle") : "noshuffle";
        blosc.typesize = integer_or(settings, "typesize", 0);
        blosc.blocksize = integer_or(settings, "blocksize", 0);
        return {blosc};
    }
    if (codec.name == "zstd") {
        ZstdCodec zstd{integer_or(settings, "level", 0), false};
        if (auto const found = settings.find("checksum"); found != settings.end()) {
            if (!found->is_boolean()) bad("\"checksum\" must be true or false");
            zstd.checksum = found->get<bool>();
        }
        return {zstd};
    }
    if (codec.name == "gzip") return {GzipCodec{integer_or(settings, "level", 5)}};
    if (codec.name == "crc32c") return {Crc32cCodec{}};
    if (codec.name == "sharding_indexed") {
        ShardingCodec sharding;
        sharding.chunk_shape = as_extents(need_member(settings, "chunk_shape"), "chunk_shape", 1);
        sharding.codecs = chain_from(need_member(settings, "codecs"));
        sharding.index_codecs = chain_from(need_member(settings, "index_codecs"));
        if (settings.contains("index_location")) {
            std::string const place = need_string(settings, "index_location");
            if (place != "start" && place != "end") bad("\"index_location\" must be start or end");
            sharding.index_at_end = place == "end";
        }
        return {sharding};
    }
    bad(fmt::format("codec \"{}\" is unknown here", codec.name));
}

CodecChain chain_from(Json const& value) {
    if (!value.is_array() || value.size() > 16) bad("\"codecs\" must be a list of codecs");
    CodecChain chain;
    for (Json const& entry : value) chain.push_back(codec_from(entry));
    return chain;
}

Json chain_to_json(CodecChain const& chain, std::size_t element_size);

Json codec_to_json(Codec const& codec, std::size_t element_size) {
    auto const named = [](char const* name, Json configuration) {
        Json json{{"name", name}};
        if (!configuration.empty()) json["configuration"] = std::move(configuration);
        return json;
    };
    if (auto const* bytes = std::get_if<BytesCodec>(&codec.settings))
        return element_size == 1
                   ? named("bytes", Json::object())
                   : named("bytes", {{"endian", bytes->big_endian ? "big" : "little"}});
    if (auto const* transpose = std::get_if<TransposeCodec>(&codec.settings))
        return named("transpose", {{"order", transpose->order}});
    if (auto const* blosc = std::get_if<BloscCodec>(&codec.settings))
        return named("blosc", {{"typesize", blosc->typesize},
                               {"cname", blosc->cname},
                               {"clevel", blosc->clevel},
                               {"shuffle", blosc->shuffle},
                               {"blocksize", blosc->blocksize}});
    if (auto const* zstd = std::get_if<ZstdCodec>(&codec.settings))
        return named("zstd", {{"level", zstd->level}, {"checksum", zstd->checksum}});
    if (auto const* gzip = std::get_if<GzipCodec>(&codec.settings))
        return named("gzip", {{"level", gzip->level}});
    if (auto const* sharding = std::get_if<ShardingCodec>(&codec.settings))
        return named("sharding_indexed",
                     {{"chunk_shape", sharding->chunk_shape},
                      {"codecs", chain_to_json(sharding->codecs, element_size)},
                      {"index_codecs", chain_to_json(sharding->index_codecs, 8)},
                      {"index_location", sharding->index_at_end ? "end" : "start"}});
    return named("crc32c", Json::object());
}

Json chain_to_json(CodecChain const& chain, std::size_t element_size) {
    Json list = Json::array();
    for (Codec const& codec : chain) list.push_back(codec_to_json(codec, element_size));
    return list;
}

// --- members -------------------------------------------------------------------------------------

void check_header(Json const& json, char const* node_type) {
    if (as_integer(need_member(json, "zarr_format"), "zarr_format") != 3)
        bad("\"zarr_format\" must be 3");
    if (need_string(json, "node_type") != node_type)
        bad(fmt::format("\"node_type\" must be \"{}\"", node_type));
}

void check_members(Json const& json) {
    constexpr std::array<std::string_view, 11> known{
        "zarr_format",         "node_type",  "shape",  "data_type",       "chunk_grid",
        "fill_value",          "attributes", "codecs", "dimension_names", "chunk_key_encoding",
        "storage_transformers"};
    for (auto const& [name, value] : json.items()) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        bool const optional = value.is_object() && value.contains("must_understand") &&
                              value["must_understand"] == Json(false);
        if (!optional) bad(fmt::format("member \"{}\" is unknown here", name));
    }
    if (auto const found = json.find("storage_transformers");
        found != json.end() && !(found->is_array() && found->empty()))
        bad("\"storage_transformers\" must be empty");
}

char separator_from(Json const& value) {
    Named const encoding = as_named(value, "chunk_key_encoding");
    if (encoding.name != "default") bad("\"chunk_key_encoding\" must be \"default\"");
    if (!encoding.configuration.contains("separator")) return '/';
    std::string const separator = need_string(encoding.configuration, "separator");
    if (separator != "/" && separator != ".") bad("\"separator\" must be \"/\" or \".\"");
    return separator[0];
}

std::string attributes_of(Json const& json) {
    auto const found = json.find("attributes");
    if (found == json.end()) return "{}";
    if (!found->is_object()) bad("\"attributes\" must be an object");
    return found->dump();
}

}  // namespace

std::string ArrayMetadata::chunk_key(Extents const& index) const {
    std::string key = "c";
    for (std::int64_t k : index) key += separator + std::to_string(k);
    return key;
}

std::size_t zarr_element_size(std::string_view data_type) {
    TypeInfo const* type = find_type(data_type);
    return type == nullptr ? 0 : type->size;
}

ArrayMetadata parse_array_metadata(std::string_view document) {
    Json const json = parse_object(document, "the document");
    check_header(json, "array");
    check_members(json);
    ArrayMetadata metadata;
    metadata.shape = as_extents(need_member(json, "shape"), "shape", 0);
    Json const& data_type = need_member(json, "data_type");
    metadata.data_type = data_type.is_string() ? data_type.get<std::string>() : data_type.dump();
    TypeInfo const* type = find_type(metadata.data_type);
    if (type == nullptr)
        bad(fmt::format("data_type {} is none that a field can have", metadata.data_type));
    Named const grid = as_named(need_member(json, "chunk_grid"), "chunk_grid");
    if (grid.name != "regular") bad(fmt::format("chunk grid \"{}\" is not regular", grid.name));
    metadata.chunk_shape =
        as_extents(need_member(grid.configuration, "chunk_shape"), "chunk_shape", 1);
    if (metadata.chunk_shape.size() != metadata.shape.size())
        bad("\"chunk_shape\" and \"shape\" differ in rank");
    metadata.separator = separator_from(need_member(json, "chunk_key_encoding"));
    metadata.fill = fill_from(need_member(json, "fill_value"), *type);
    metadata.codecs = chain_from(need_member(json, "codecs"));
    metadata.attributes = attributes_of(json);
    (void)element_count(metadata.shape);
    std::int64_t const elements = element_count(metadata.chunk_shape);
    if (elements > largest_chunk_bytes / static_cast<std::int64_t>(type->size))
        bad("a chunk is larger than 4 GiB");
    check_codecs(metadata.codecs, metadata.chunk_form());
    return metadata;
}

GroupMetadata parse_group_metadata(std::string_view document) {
    Json const json = parse_object(document, "the document");
    check_header(json, "group");
    GroupMetadata metadata;
    metadata.attributes = attributes_of(json);
    auto const inline_copy = json.find("consolidated_metadata");
    if (inline_copy == json.end() || !inline_copy->is_object()) return metadata;
    auto const documents = inline_copy->find("metadata");
    if (documents == inline_copy->end() || !documents->is_object()) return metadata;
    for (auto const& [path, node] : documents->items())
        metadata.consolidated.emplace(path, node.dump());
    return metadata;
}

RootAttributes parse_root_attributes(std::string_view attributes) {
    RootAttributes root;
    Json const json = parse_object(attributes, "attributes");
    if (auto const count = json.find("num_samples");
        count != json.end() && count->is_number_integer())
        root.num_samples = as_integer(*count, "num_samples");
    auto const fields = json.find("fields");
    if (fields == json.end() || !fields->is_object()) return root;
    auto const take = [&](char const* group, std::map<std::string, std::string>& levels) {
        auto const found = fields->find(group);
        if (found == fields->end() || !found->is_object()) return;
        for (auto const& [name, level] : found->items())
            if (level.is_string()) levels.emplace(name, level.get<std::string>());
    };
    take("core", root.core);
    take("custom", root.custom);
    return root;
}

std::string to_document(ArrayMetadata const& metadata) {
    TypeInfo const* type = find_type(metadata.data_type);
    Json json;
    json["shape"] = metadata.shape;
    json["data_type"] = metadata.data_type;
    json["chunk_grid"] = {{"name", "regular"},
                          {"configuration", {{"chunk_shape", metadata.chunk_shape}}}};
    json["chunk_key_encoding"] = {
        {"name", "default"},
        {"configuration", {{"separator", std::string(1, metadata.separator)}}}};
    json["fill_value"] = fill_to_json(metadata, *type);
    json["codecs"] = chain_to_json(metadata.codecs, type->size);
    json["attributes"] = Json::parse(metadata.attributes);
    json["zarr_format"] = 3;
    json["node_type"] = "array";
    json["storage_transformers"] = Json::array();
    return json.dump();
}

std::string to_document(GroupMetadata const& metadata) {
    Json json;
    json["attributes"] = Json::parse(metadata.attributes);
    json["zarr_format"] = 3;
    json["node_type"] = "group";
    if (!metadata.consolidated.empty()) {
        Json documents = Json::object();
        for (auto const& [path, node] : metadata.consolidated) documents[path] = Json::parse(node);
        json["consolidated_metadata"] = {
            {"kind", "inline"}, {"must_understand", false}, {"metadata", documents}};
    }
    return json.dump();
}

std::string to_attributes(RootAttributes const& root) {
    Json json;
    json["num_samples"] = root.num_samples.value_or(0);
    Json core = Json::object(), custom = Json::object();
    for (auto const& [name, level] : root.core) core[name] = level;
    for (auto const& [name, level] : root.custom) custom[name] = level;
    json["fields"] = {{"core", core}, {"custom", custom}};
    return json.dump();
}

std::optional<std::string> string_member(std::string_view object, std::string_view name) {
    Json const json = parse_object(object, "attributes");
    auto const found = json.find(name);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

std::optional<std::string> member(std::string_view object, std::string_view name) {
    Json const json = parse_object(object, "attributes");
    auto const found = json.find(name);
    if (found == json.end()) return std::nullopt;
    return found->dump();
}

std::string with_member(std::string_view object, std::string_view name, std::string_view value) {
    Json json = parse_object(object, "attributes");
    Json const parsed = Json::parse(value, nullptr, false);
    if (parsed.is_discarded())
        throw ConfigError(fmt::format("the value of attribute \"{}\" is not JSON", name));
    json[std::string(name)] = parsed;
    return json.dump();
}

std::string quoted_json(std::string_view text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace athanor
