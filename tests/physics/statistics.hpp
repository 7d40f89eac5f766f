// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Averages with honest errors: every error comes from independent replicas, never from the
/// steps of one.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

namespace athanor::test {

/// How many times more replicas than by default: ATHANOR_STATISTICS_FACTOR, 1 or above.
inline int statistics_factor() {
    char const* const text = std::getenv("ATHANOR_STATISTICS_FACTOR");
    int const factor = text == nullptr ? 1 : std::atoi(text);
    return factor >= 1 ? factor : 1;
}

/// A mean and its standard error.
struct Estimate {
    double mean = 0.0;
    double error = 0.0;
    [[nodiscard]] double deviation_from(double theory) const { return (mean - theory) / error; }
};

/// From independent values, two or more.
inline Estimate estimate(std::vector<double> const& values) {
    auto const n = static_cast<double>(values.size());
    double sum = 0.0, square = 0.0;
    for (double v : values) sum += v;
    for (double v : values) square += (v - sum / n) * (v - sum / n);
    return {sum / n, std::sqrt(square / (n - 1.0) / n)};
}

/// One time series for each replica.
using Replicas = std::vector<std::vector<double>>;

/// The largest-likelihood slope b of ln[P1(x)/P2(x)] = a + b x, from draws of both distributions,
/// with its error by leaving out one of 24 groups of replicas at a time.
/// Source: Shirts, J. Chem. Theory Comput. 9, 909 (2013), sections 2.2 and 3; Bennett's ratio as a
///         logistic regression.
class LogRatioSlope {
public:
    LogRatioSlope(Replicas const& first, Replicas const& second) : of_{&first, &second} {
        find_scale();
    }

    [[nodiscard]] Estimate estimate() const {
        double sum = 0.0, square = 0.0;
        std::vector<double> without;
        for (std::size_t left_out = 0; left_out < groups; ++left_out)
            without.push_back(fit(left_out));
        for (double slope : without) sum += slope / groups;
        for (double slope : without) square += (slope - sum) * (slope - sum);
        return {fit(groups), std::sqrt(square * (groups - 1.0) / groups)};
    }

    static constexpr std::size_t groups = 24;

private:
    void find_scale() {
        double count = 0.0, square = 0.0;
        for (Replicas const* replicas : of_)
            for (auto const& series : *replicas)
                for (double x : series) {
                    count += 1.0;
                    double const off = x - centre_;
                    centre_ += off / count;
                    square += off * (x - centre_);
                }
        width_ = std::sqrt(square / count);
    }

    /// Newton's method on the likelihood; both samples have the same size.
    [[nodiscard]] double fit(std::size_t left_out) const {
        double a = 0.0, b = 0.0;
        for (int turn = 0; turn < 8; ++turn) {
            double ga = 0.0, gb = 0.0, haa = 0.0, hab = 0.0, hbb = 0.0;
            for (std::size_t set = 0; set < 2; ++set)
                for (std::size_t k = 0; k < of_[set]->size(); ++k)
                    if (k % groups != left_out)
                        for (double x : (*of_[set])[k]) {
                            double const u = (x - centre_) / width_;
                            double const share = 1.0 / (1.0 + std::exp(-a - b * u));
                            double const gradient = (set == 0 ? 1.0 : 0.0) - share;
                            double const weight = share * (1.0 - share);
                            ga += gradient;
                            gb += gradient * u;
                            haa += weight;
                            hab += weight * u;
                            hbb += weight * u * u;
                        }
            double const det = haa * hbb - hab * hab;
            a += (hbb * ga - hab * gb) / det;
            b += (haa * gb - hab * ga) / det;
        }
        return b / width_;
    }

    Replicas const* of_[2];
    double centre_ = 0.0;
    double width_ = 1.0;
};

/// At most 4.5 standard errors from theory, and an error below `resolution`: a test that cannot see
/// an error is none.
inline void expect_theory(char const* what, Estimate const& measured, double theory,
                          double resolution) {
    std::printf("[   statistics ] %-28s %12.6g +- %-10.3g theory %12.6g  %+.2f sigma\n", what,
                measured.mean, measured.error, theory, measured.deviation_from(theory));
    EXPECT_LT(std::fabs(measured.deviation_from(theory)), 4.5)
        << what << ": " << measured.mean << " +- " << measured.error << ", theory " << theory;
    EXPECT_LT(measured.error, resolution) << what << ": the test must be able to see an error";
}

}  // namespace athanor::test
