// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/s3_xml.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

/// A code point as UTF-8.
std::string utf8(std::uint32_t code) {
    std::string out;
    auto const add = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xc0 | code >> 6);
        add(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        add(0xe0 | code >> 12);
        add(0x80 | (code >> 6 & 0x3f));
        add(0x80 | (code & 0x3f));
    } else {
        add(0xf0 | (code >> 18 & 7));
        add(0x80 | (code >> 12 & 0x3f));
        add(0x80 | (code >> 6 & 0x3f));
        add(0x80 | (code & 0x3f));
    }
    return out;
}

/// What stands between & and ;
std::string entity(std::string_view name) {
    constexpr std::pair<std::string_view, char const*> known[] = {
        {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};
    for (auto const& [word, character] : known)
        if (word == name) return character;
    if (!name.starts_with('#')) return "?";
    bool const hexadecimal = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    std::string_view const digits = name.substr(hexadecimal ? 2 : 1);
    std::uint32_t code = 0;
    auto const [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, hexadecimal ? 16 : 10);
    bool const good = error == std::errc() && end == digits.data() + digits.size();
    return good && code <= 0x10ffff ? utf8(code) : "?";
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t k = 0; k < text.size(); ++k) {
        std::size_t const end = text[k] == '&' ? text.find(';', k) : std::string_view::npos;
        if (end == std::string_view::npos) {
            out += text[k];
            continue;
        }
        out += entity(text.substr(k + 1, end - k - 1));
        k = end;
    }
    return out;
}

struct Element {
    std::string_view content;
    std::size_t end = std::string_view::npos;  ///< npos: there is none
};

/// The first element of this name from `begin` on.
Element find_element(std::string_view xml, std::string_view name, std::size_t begin) {
    std::string const open = fmt::format("<{}", name), close = fmt::format("</{}>", name);
    for (std::size_t at = xml.find(open, begin); at != std::string_view::npos;
         at = xml.find(open, at + 1)) {
        std::size_t const after = at + open.size();
        if (after >= xml.size()) break;
        if (xml[after] != '>' && xml[after] != ' ' && xml[after] != '/') continue;  // a longer name
        std::size_t const tag_end = xml.find('>', after);
        if (tag_end == std::string_view::npos) break;
        if (xml[tag_end - 1] == '/') return {{}, tag_end + 1};
        std::size_t const close_at = xml.find(close, tag_end);
        if (close_at == std::string_view::npos) break;
        return {xml.substr(tag_end + 1, close_at - tag_end - 1), close_at + close.size()};
    }
    return {};
}

}  // namespace

std::string xml_text(std::string_view xml, std::string_view element) {
    return unescaped(find_element(xml, element, 0).content);
}

ObjectListing parse_listing(std::string_view xml) {
    Element const root = find_element(xml, "ListBucketResult", 0);
    if (root.end == std::string_view::npos)
        throw StorageError("the answer is no listing; is this the address of an object store?");
    auto const texts = [&root](std::string_view element, std::string_view inner) {
        std::vector<std::string> found;
        for (std::size_t at = 0;;) {
            Element const next = find_element(root.content, element, at);
            if (next.end == std::string_view::npos) return found;
            found.push_back(xml_text(next.content, inner));
            at = next.end;
        }
    };
    ObjectListing listing;
    listing.keys = texts("Contents", "Key");
    listing.folders = texts("CommonPrefixes", "Prefix");
    if (xml_text(root.content, "IsTruncated") == "true") {
        listing.next_page = xml_text(root.content, "NextContinuationToken");
        if (listing.next_page.empty())
            throw StorageError(
                "the listing goes on, but does not say where; use a server that "
                "knows ListObjectsV2");
    }
    return listing;
}

std::string completion_document(std::vector<std::string> const& etags) {
    std::string out = "<CompleteMultipartUpload>";
    for (std::size_t k = 0; k < etags.size(); ++k) {
        std::string escaped;
        for (char const c : etags[k])
            escaped += c == '"' ? std::string("&quot;") : std::string(1, c);
        out +=
            fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", k + 1, escaped);
    }
    return out + "</CompleteMultipartUpload>";
}

}  // namespace athanor
