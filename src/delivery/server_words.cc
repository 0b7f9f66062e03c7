#include "delivery/server_words.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "delivery/form_encoding.h"

namespace ordertail {
namespace {

constexpr std::size_t kWords = 200;

/// Whatever the case, as an echo may write %2b for %2B.
void blot_out(std::string_view spelling, std::string& words) {
  if (spelling.empty()) return;
  const std::string wanted = lower(spelling);
  std::string low = lower(words);
  for (std::size_t at = 0; (at = low.find(wanted, at)) != std::string::npos; at += 3) {
    words.replace(at, wanted.size(), "***");
    low.replace(at, wanted.size(), "***");
  }
}

/// A server may repeat the form it was sent, whole, cut short, or decoded.
void hide_secret(std::string_view secret, std::string& words) {
  std::string field;
  append_form_field("", secret, field);
  blot_out(secret, words);
  blot_out(std::string_view(field).substr(1), words);
  words.resize(std::min(lower(words).find("hapikey="), words.size()));
}

/// May `c` stand before the at sign of an address, as it is or in a form? Rather too much is masked
/// than too little.
bool is_local(char c) {
  return static_cast<unsigned char>(c) > ' ' &&
         std::string_view("@&=<>(),:;[]\\\"").find(c) == std::string_view::npos;
}

/// "u***@example.com" and "u***%40example.com"
std::string with_masked_addresses(std::string_view words) {
  std::string result;
  while (!words.empty()) {
    const bool in_form = words.starts_with("%40");
    if (in_form || words.front() == '@') {
      std::size_t local = result.size();
      while (local > 0 && is_local(result[local - 1])) --local;
      result.replace(local, std::string::npos, masked(result.substr(local)));
    }
    const std::size_t taken = in_form ? 3 : 1;
    result += words.substr(0, taken);
    words.remove_prefix(taken);
  }
  return result;
}

}  // namespace

std::string fit_to_show(std::string words, std::string_view secret) {
  hide_secret(secret, words);
  words = with_masked_addresses(words);
  if (words.ends_with('.')) words.pop_back();
  return printable(words, kWords);
}

std::string words_of(std::string_view body, std::string_view secret) {
  std::string words = json_text(body, "message");
  if (words.empty() && !is_web_page(body)) words = trim(body);
  words = fit_to_show(std::move(words), secret);
  return words.empty() ? words : ": " + words;
}

std::string json_text(std::string_view body, const char* key) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return {};
  const auto member = json.find(key);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

bool is_web_page(std::string_view body) {
  const std::string head = lower(body.substr(0, 4096));
  return head.find("<html") != std::string::npos ||
         head.find("<!doctype html") != std::string::npos;
}

bool is_markup(std::string_view body) {
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  return trim(body).starts_with('<');
}

bool reports_error(std::string_view body) {
  return json_text(body, "status") == "error";
}

}  // namespace ordertail
