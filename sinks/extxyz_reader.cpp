// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_reader.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"
#include "sinks/extxyz_scanner.hpp"
#include "sinks/extxyz_value.hpp"

namespace athanor {
namespace {

template <class From, class To>
void copy_values(From const& from, std::span<To> to) {
    ATHANOR_EXPECTS(from.size() == to.size());
    std::transform(from.begin(), from.end(), to.begin(),
                   [](auto value) { return static_cast<To>(value); });
}

/// The id of a frame: its ordinal, or what the ledger of a result says.
SampleId id_of(ExtxyzFrame const& frame) {
    if (frame.header.has_ledger)
        for (ExtxyzField const& field : frame.header.fields)
            if (field.spec.name == "system_id") return SampleId{field.integers[0]};
    return frame.id;
}

/// What a result does not say is not known.
void clear_results(ExtxyzHeader const& header, Sample& sample) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    for (FieldIndex const field : {Fields::energy, Fields::forces, Fields::stress})
        std::ranges::fill(sample.values<double>(field), unknown);
    sample.values<std::uint8_t>(Fields::outcome)[0] = static_cast<std::uint8_t>(header.outcome);
}

bool fits(FieldSpec const& value, FieldSpec const& field) {
    return value.level == field.level && value.shape == field.shape &&
           (value.dtype == field.dtype ||
            (value.dtype == Dtype::int64 &&
             (field.dtype == Dtype::float64 || field.dtype == Dtype::int32)));
}

std::string as_text(ExtxyzField const& field) {
    std::string numbers;
    auto const separate = [&numbers] {
        if (!numbers.empty()) numbers += ' ';
    };
    for (double const value : field.reals) separate(), append_real(numbers, value);
    for (auto const value : field.integers) {
        separate();
        numbers += field.spec.dtype == Dtype::boolean ? (value ? "T" : "F") : std::to_string(value);
    }
    return field.spec.name + "=" + quoted_text(numbers);
}

}  // namespace

Sample to_sample(ExtxyzFrame const& frame, SchemaPtr const& schema) {
    ExtxyzHeader const& header = frame.header;
    Sample sample(schema, id_of(frame), header.name, frame.atom_count);
    copy_values(frame.positions, sample.values<double>(Fields::positions));
    copy_values(frame.masses, sample.values<double>(Fields::atomic_masses));
    copy_values(frame.atomic_numbers, sample.values<std::int64_t>(Fields::atomic_numbers));
    copy_values(header.cell, sample.values<double>(Fields::cell));
    copy_values(header.pbc, sample.values<std::uint8_t>(Fields::pbc));
    if (frame.velocities_given)
        copy_values(frame.velocities, sample.values<double>(Fields::velocities));
    sample.values<std::uint8_t>(Fields::velocities_given)[0] = frame.velocities_given;
    for (int f = Fields::count; f < schema->field_count(); ++f) {
        FieldSpec const& spec = schema->field(FieldIndex{f});
        if (spec.role == FieldRole::user && spec.dtype == Dtype::float64)
            std::ranges::fill(sample.values<double>(FieldIndex{f}),
                              std::numeric_limits<double>::quiet_NaN());
    }
    if (header.content != FrameContent::input) clear_results(header, sample);
    std::string text = header.text;
    for (ExtxyzField const& value : header.fields) {
        auto const index = schema->find(value.spec.name);
        if (!index || !fits(value.spec, schema->field(*index))) {
            if (!text.empty()) text += ' ';
            text += as_text(value);
        } else if (schema->field(*index).dtype == Dtype::float64) {
            if (value.spec.dtype == Dtype::float64)
                copy_values(value.reals, sample.values<double>(*index));
            else
                copy_values(value.integers, sample.values<double>(*index));
        } else if (schema->field(*index).dtype == Dtype::int32) {
            copy_values(value.integers, sample.values<std::int32_t>(*index));
        } else if (value.spec.dtype == Dtype::int64) {
            copy_values(value.integers, sample.values<std::int64_t>(*index));
        } else {
            copy_values(value.integers, sample.values<std::uint8_t>(*index));
        }
    }
    sample.set_text(std::move(text));
    return sample;
}

ExtxyzReader::ExtxyzReader(std::filesystem::path path, SchemaPtr schema, FrameSelection selection,
                           BadFrameHandler on_bad_frame)
    : frames_(path),
      schema_(std::move(schema)),
      selection_(std::move(selection)),
      on_bad_frame_(std::move(on_bad_frame)) {
    ATHANOR_EXPECTS(schema_ != nullptr);
    if (selection_.needs_frame_count())
        selection_ = selection_.resolved(scan_extxyz(path).frame_count);
}

ExtxyzReader::ExtxyzReader(std::filesystem::path path)
    : ExtxyzReader(std::move(path), std::make_shared<Schema const>(), FrameSelection{},
                   [](BadFrame const& frame) { throw InputError(frame.reason); }) {}

std::optional<Sample> ExtxyzReader::next() {
    while (!ended_ && !selection_.ends_before(frames_.frame_count())) {
        auto const status = frames_.next(frame_);
        if (status == ExtxyzFrameReader::Status::ended) break;
        if (!selection_.contains(frames_.frame_count() - 1)) continue;
        if (status == ExtxyzFrameReader::Status::good) return to_sample(frame_, schema_);
        if (on_bad_frame_) on_bad_frame_(frames_.bad_frame());
    }
    ended_ = true;
    return std::nullopt;
}

}  // namespace athanor
