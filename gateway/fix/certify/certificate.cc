#include "gateway/fix/certify/certificate.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "fmt/format.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {
namespace {

namespace json = boost::json;

json::string text(std::string_view value) {
  return json::string(value.data(), value.size());
}

json::string time(std::uint64_t time_ns) {
  std::string out;
  append_utc_timestamp(out, time_ns, Precision::kMilliseconds);
  return text(out);
}

json::object step_object(const StepText& row, const StepResult& result) {
  json::object step;
  step["id"] = text(row.id);
  step["title"] = text(row.title);
  step["required"] = row.required;
  step["result"] = text(outcome_text(result.outcome));
  json::array lines;
  for (const std::string& line : result.evidence) lines.emplace_back(text(line));
  step["evidence"] = std::move(lines);
  return step;
}

}  // namespace

std::string summary_text(const Certificate& certificate) {
  std::string out;
  std::uint32_t missing = 0;
  for (const StepText& row : kSteps) {
    const StepResult& result = certificate.results[static_cast<std::size_t>(row.step)];
    out += fmt::format("{:8}  {:13} {}{}\n", outcome_text(result.outcome), row.id, row.title,
                       row.required ? "" : " (optional)");
    if (result.outcome == Outcome::kPassed) continue;
    if (row.required) ++missing;
    out += fmt::format("            to do: {}\n            passes: {}\n", row.task, row.judged);
    for (const std::string& line : result.evidence) out += fmt::format("            {}\n", line);
  }
  const std::string_view member =
      certificate.member.empty() ? std::string_view("nobody") : certificate.member;
  if (certificate.passed) return out + fmt::format("{} is certified\n", member);
  return out + fmt::format("{} is not certified: {} required steps not passed\n", member, missing);
}

std::string certificate_json(const Certificate& certificate) {
  json::object report;
  report["format"] = kCertificateFormat;
  report["result"] = text(certificate.passed ? "PASS" : "FAIL");
  report["begun"] = time(certificate.begun_ns);
  report["ended"] = time(certificate.ended_ns);
  report["member"] = text(certificate.member);
  report["venue"] = text(certificate.venue);
  report["begin_string"] = text(certificate.begin_string);
  json::array steps;
  for (const StepText& row : kSteps) {
    steps.emplace_back(step_object(row, certificate.results[static_cast<std::size_t>(row.step)]));
  }
  report["steps"] = std::move(steps);
  return json::serialize(report) + "\n";
}

}  // namespace hourglass::gateway::fix
