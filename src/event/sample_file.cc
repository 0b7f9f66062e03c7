#include "event/sample_file.h"

#include <fmt/format.h>
#include <iconv.h>
#include <sys/mman.h>

#include <cerrno>
#include <memory>
#include <type_traits>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

struct CloseConverter {
  void operator()(iconv_t converter) const { ::iconv_close(converter); }
};
using Converter = std::unique_ptr<std::remove_pointer_t<iconv_t>, CloseConverter>;

std::string encoded(std::string text, const std::string& charset) {
  const iconv_t opened = ::iconv_open(charset.c_str(), "UTF-8");
  if (opened == reinterpret_cast<iconv_t>(-1)) {
    throw Error(
        ExitCode::usage,
        fmt::format("there is no character set \"{}\"; `iconv -l` lists them", printable(charset)));
  }
  const Converter converter(opened);
  std::string result(4 * text.size() + 16, '\0');
  char* from = text.data();
  std::size_t left = text.size();
  char* to = result.data();
  std::size_t room = result.size();
  if (::iconv(converter.get(), &from, &left, &to, &room) == static_cast<std::size_t>(-1)) {
    throw Error(ExitCode::usage,
                fmt::format("the sample's input cannot be written in \"{}\"", printable(charset)));
  }
  result.resize(result.size() - room);
  return result;
}

}  // namespace

SampleFile::SampleFile(const std::string& text, const std::string& charset)
    : fd_(::memfd_create("sample", MFD_CLOEXEC)) {
  std::string content = text.starts_with('\n') ? text.substr(1) : text;
  if (!charset.empty()) content = encoded(std::move(content), charset);
  const int error = fd_ ? write_all(fd_.get(), content) : errno;
  if (error != 0) throw system_error(ExitCode::internal, "make", "a file in memory", error);
}

std::string SampleFile::path() const {
  return fmt::format("/proc/self/fd/{}", fd_.get());
}

}  // namespace ordertail
