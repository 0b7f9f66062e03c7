#include "record/json_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

/// Takes the values at some paths out of a JSON text as it is parsed; nothing else is kept.
class Picker : public nlohmann::json_sax<nlohmann::json> {
 public:
  Picker(const std::vector<std::string>& paths, std::deque<std::string>& texts)
      : paths_(paths), texts_(texts), picked_(paths.size()) {}

  /// Null: there is no such value.
  [[nodiscard]] const std::string* value(std::size_t path) const { return picked_[path]; }
  [[nodiscard]] bool is_object() const { return is_object_; }
  [[nodiscard]] std::size_t fault() const { return fault_; }

  bool null() override { return take({}); }
  bool boolean(bool value) override { return take(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return take(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return take(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& written) override { return take(written); }
  bool string(string_t& value) override { return take(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool key(string_t& name) override {
    path_.resize(ends_.back());
    if (!path_.empty()) path_ += '.';
    path_ += name;
    is_first_ = true;
    return true;
  }
  bool start_object(std::size_t) override {
    if (ends_.empty()) is_object_ = true;
    ends_.push_back(path_.size());
    return true;
  }
  bool end_object() override {
    path_.resize(ends_.back());
    ends_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override {
    ++arrays_;
    return !ends_.empty();  // the line itself is no array
  }
  bool end_array() override {
    --arrays_;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    fault_ = position;
    return false;
  }

 private:
  bool take(std::string value) {
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (paths_[i] != path_) continue;
      if (is_first_ || picked_[i] == nullptr) {
        picked_[i] = &texts_.emplace_back(value);
      } else {
        *picked_[i] += "; " + value;
      }
    }
    is_first_ = arrays_ == 0;
    return !ends_.empty();  // nor is it a bare value
  }

  const std::vector<std::string>& paths_;
  std::deque<std::string>& texts_;
  std::vector<std::string*> picked_;
  std::string path_;               // to the value that is next
  std::vector<std::size_t> ends_;  // of the paths to the objects that are open
  std::size_t arrays_ = 0;         // that are open
  bool is_first_ = true;           // of the values at this path
  bool is_object_ = false;
  std::size_t fault_ = 0;
};

/// The parser takes a NUL for the end of its input.
bool is_json(std::string_view line, Picker& picker) {
  return line.find('\0') == line.npos && nlohmann::json::sax_parse(line, &picker) &&
         picker.is_object();
}

}  // namespace

JsonLine::JsonLine(const JsonForm& form, const std::vector<std::string>& wanted)
    : paths_(wanted), wanted_(wanted.size()) {
  for (const std::string& name : wanted) {
    if (std::find(form.columns.begin(), form.columns.end(), name) != form.columns.end()) continue;
    throw Error(ExitCode::usage, fmt::format("The log has no value \"{}\"; it may have {}.",
                                             printable(name), fmt::join(form.columns, ", ")));
  }
  paths_.insert(paths_.end(), form.needed.begin(), form.needed.end());
}

bool JsonLine::match(std::string_view line, std::string_view* cells,
                     std::deque<std::string>& unescaped) const {
  Picker picker(paths_, unescaped);
  if (!is_json(line, picker)) return false;
  for (std::size_t i = wanted_; i < paths_.size(); ++i) {
    if (picker.value(i) == nullptr) return false;
  }
  for (std::size_t i = 0; i < wanted_; ++i) {
    const std::string* value = picker.value(i);
    cells[i] = value == nullptr ? std::string_view() : *value;
  }
  return true;
}

LineFault JsonLine::fault(std::string_view line) const {
  std::deque<std::string> texts;
  Picker picker(paths_, texts);
  if (!is_json(line, picker)) {
    const std::size_t read = std::min(picker.fault() > 0 ? picker.fault() - 1 : 0, line.size());
    return {read,
            fmt::format("it is no JSON object from {} on", read > 0 ? "there" : "its column 1")};
  }
  for (std::size_t i = wanted_; i < paths_.size(); ++i) {
    if (picker.value(i) == nullptr) {
      return {0, fmt::format("it has no value \"{}\"", printable(paths_[i]))};
    }
  }
  return {};
}

}  // namespace ordertail
