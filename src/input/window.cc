#include "input/window.h"

#include <algorithm>
#include <cstring>

namespace ordertail {

void Window::more() {
  const std::size_t kept = end_ - begin_;
  if (begin_ > 0) std::memmove(bytes_.data(), bytes_.data() + begin_, kept);
  begin_ = 0;
  end_ = kept;
  // Room for a whole block beside what is kept; doubling keeps a long record's copies linear.
  if (bytes_.size() - end_ < kBlock) bytes_.resize(std::max(bytes_.size() * 2, kept + kBlock));
  const std::size_t wanted = end_ + std::max(kBlock, kept);
  while (!at_end_ && end_ < std::min(wanted, bytes_.size())) {
    const std::size_t got =
        stream_.read(std::span(bytes_).subspan(end_, std::min(wanted, bytes_.size()) - end_));
    at_end_ = got == 0;
    end_ += got;
  }
}

}  // namespace ordertail
