// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report/page.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "launch/config_words.hpp"
#include "launch/readable.hpp"
#include "launch/report/html_table.hpp"
#include "launch/report/markup.hpp"
#include "launch/report/page_style.hpp"
#include "launch/report/run_figures.hpp"
#include "launch/report/sample_figures.hpp"
#include "launch/report/tally.hpp"
#include "launch/version.hpp"
#include "sinks/sha256.hpp"

namespace athanor {
namespace {

double atom_steps_of(MetricsRecord const& metrics) {
    double sum = 0.0;
    for (InstanceRecord const& one : metrics.instances) sum += static_cast<double>(one.atom_steps);
    return sum;
}

std::string rate_of(MetricsRecord const& metrics) {
    return metrics.wall_seconds > 0.0 ? short_number(atom_steps_of(metrics) / metrics.wall_seconds)
                                      : "-";
}

std::string section(std::string const& title, std::string const& content) {
    return content.empty() ? "" : fmt::format("<h2>{}</h2>\n{}\n", title, content);
}

std::string grid(std::string const& figures) {
    return figures.empty() ? "" : "<div class=\"figures\">\n" + figures + "</div>\n";
}

std::string list_box(std::string const& title, std::vector<std::string> const& lines) {
    if (lines.empty()) return "";
    std::string items;
    for (std::string const& line : lines) items += "<li>" + escape_markup(line) + "</li>\n";
    return fmt::format("<div class=\"box\"><b>{}</b><ul>{}</ul></div>\n", title, items);
}

std::string verdict_markup(CampaignRecords const& records) {
    CampaignTally const tally = tally_of(records);
    // Only metrics, which a run writes at its end, know how many there should be.
    bool const ended = tally.total.has_value() && tally.unfinished() == 0;
    bool const good = ended && tally.failed == 0 && tally.finished > 0;
    return fmt::format("<p class=\"verdict\"><b class=\"{}\">{}</b> {}</p>\n",
                       good ? "good" : "bad",
                       good          ? "All done."
                       : ended       ? "Done, but not all went well."
                       : tally.total ? "Not done."
                                     : "Whether it is done is not known.",
                       escape_markup(verdict_of(records)));
}

std::string card(std::string const& number, std::string const& text, bool bad = false) {
    return fmt::format("<div{}><b>{}</b><span>{}</span></div>\n", bad ? " class=\"bad\"" : "",
                       escape_markup(number), escape_markup(text));
}

std::string cards(CampaignRecords const& records) {
    CampaignTally const tally = tally_of(records);
    std::string html =
        card(readable_count(tally.finished), "samples finished") +
        card(readable_count(tally.failed), "failed, in quarantine", tally.failed > 0);
    if (tally.unfinished() > 0)
        html += card(readable_count(tally.unfinished()), "neither finished nor failed", true);
    if (records.metrics) {
        MetricsRecord const& metrics = *records.metrics;
        html += card(readable_seconds(metrics.wall_seconds), "from start to end");
        html += card(rate_of(metrics), "atom·steps per second");
        if (metrics.wall_seconds > 0.0)
            html +=
                card(short_number(static_cast<double>(tally.finished - metrics.finished_before) /
                                  metrics.wall_seconds),
                     "samples per second");
        html += card(fmt::format("{:.0f} MiB", metrics.most_mebibytes), "most memory of a rank");
    }
    return "<div class=\"cards\">\n" + html + "</div>\n";
}

/// Tables beside each other where there is room.
std::string beside(std::vector<std::string> const& tables) {
    std::string html;
    for (std::string const& table : tables)
        if (!table.empty()) html += "<div>" + table + "</div>\n";
    return html.empty() ? "" : "<div class=\"tables\">\n" + html + "</div>\n";
}

std::string rows_of_stores(CampaignRecords const& records) {
    if (records.rows_by_store.empty()) return "";
    HtmlTable table({"store", "rows"});
    for (auto const& [place, rows] : records.rows_by_store)
        table.add({place, readable_count(rows)});
    return table.html();
}

std::string quarantine(CampaignRecords const& records) {
    if (records.quarantine.empty()) return "";
    HtmlTable table({"sample", "name", "stage", "step", "reason"}, true);
    for (QuarantineRecord const& one : records.quarantine) {
        auto const stage = static_cast<std::size_t>(one.stage.value_or(-1));
        table.add({one.sample < 0 ? "-" : fmt::format("{}", one.sample), one.name,
                   stage < records.stages.size() ? records.stages[stage].name : "before the first",
                   one.step ? fmt::format("{}", *one.step) : "-", one.reason});
    }
    return fmt::format("<p>{} in quarantine, each with the reason that it gave.</p>\n",
                       readable_count(records.quarantined)) +
           table.html();
}

std::string configuration(CampaignRecords const& records) {
    if (records.config_text.empty()) return "";
    return "<details><summary>The configuration</summary><pre>" +
           escape_markup(records.config_text) + "</pre></details>\n";
}

std::string settings(CampaignRecords const& records) {
    std::string facts;
    auto const add = [&facts](char const* what, std::string const& value) {
        if (!value.empty())
            facts += fmt::format("<dt>{}</dt><dd>{}</dd>\n", what, escape_markup(value));
    };
    if (records.metrics) {
        MetricsRecord const& metrics = *records.metrics;
        add("program", fmt::format("athanor {}, commit {}", metrics.version, metrics.revision));
        add("started", metrics.started);
        add("ended", metrics.ended);
        add("ranks", fmt::format("{}", metrics.ranks));
        for (std::string const& host : metrics.hosts) add("host", host);
        add("MPI", metrics.mpi);
        add("devices", "the processors above; " + metrics.cuda);
    }
    if (records.config) {
        Config const& config = records.run_config ? *records.run_config : *records.config;
        std::string species;
        for (auto const& [name, parameters] : config.model.species)
            species += (species.empty() ? "" : ", ") + name;
        add("model", fmt::format("Lennard-Jones, {}, cutoff {} Å", species, config.model.cutoff));
        add("precision", std::string(detail::word_of(config.precision)));
        add("input", fmt::format("{}, frames {}", config.input.path.string(), config.input.select));
        add("seed", fmt::format("{}", config.seed));
        add("physics hash", fmt::format("{:016x}", physics_hash(config)));
        add("configuration SHA-256", to_hex(sha256(to_json(config))));
    }
    return "<dl>\n" + facts + "</dl>\n" + configuration(records);
}

std::string outcomes(CampaignRecords const& records) {
    return beside(
        {records.metrics ? table_of_outcomes(*records.metrics) : "", rows_of_stores(records)});
}

std::string times(CampaignRecords const& records) {
    if (!records.metrics) return "";
    std::string const note = records.metrics->resumed
                                 ? "<p class=\"note\">This run went on with what an earlier one "
                                   "had left; times are those "
                                   "of the last run alone.</p>\n"
                                 : "";
    return note + figure_of_parts(*records.metrics) +
           beside({table_of_throughput(*records.metrics), table_of_parts(*records.metrics)});
}

}  // namespace

std::string verdict_of(CampaignRecords const& records) {
    CampaignTally const tally = tally_of(records);
    std::string text = tally.total ? fmt::format("{} sample{}: ", readable_count(*tally.total),
                                                 *tally.total == 1 ? "" : "s")
                                   : "";
    text += fmt::format("{} finished, {} failed", readable_count(tally.finished),
                        readable_count(tally.failed));
    if (tally.unfinished() > 0)
        text += fmt::format(", {} not done", readable_count(tally.unfinished()));
    if (!records.metrics) return text + ". How long it took is not known.";
    return text + fmt::format("; {} on {} rank{}, {} atom·steps per second.",
                              readable_seconds(records.metrics->wall_seconds),
                              records.metrics->ranks, records.metrics->ranks == 1 ? "" : "s",
                              rate_of(*records.metrics));
}

std::string report_page(CampaignRecords const& records) {
    std::string const title = escape_markup(records.title);
    std::string body = fmt::format("<h1>{}</h1>\n", title) + verdict_markup(records);
    if (records.metrics && !records.metrics->started.empty())
        body += fmt::format("<p class=\"when\">Started {}, ended {} (UTC).</p>\n",
                            escape_markup(records.metrics->started),
                            escape_markup(records.metrics->ended));
    body += cards(records);
    body += list_box("What is missing", records.missing);
    body += section("What became of the samples", outcomes(records));
    body += section("Convergence, energies and forces",
                    grid(figures_of_convergence(records) + figures_of_steps(records)));
    if (records.metrics) body += section("Over time", grid(figures_of_time(*records.metrics)));
    body += section("Where the time went", times(records));
    body += section("Quarantine", quarantine(records));
    body += section("Settings and versions", settings(records));
    body += list_box("Left out to keep this page small", records.notes);
    body += fmt::format("<p class=\"note\">Made by athanor {}, commit {}.</p>\n", version(),
                        escape_markup(revision()));
    // The policy lets a browser fetch nothing at all and run nothing.
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; img-src data:\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n<title>{} - report</title>\n<style>{}</style>\n"
        "</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        title, page_style, body);
}

}  // namespace athanor
