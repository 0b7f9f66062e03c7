// Reading while the last block is still being worked on.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "input/byte_stream.h"

namespace ordertail {

/// The same bytes as the stream it takes over, read up to kBlocks blocks ahead by a thread of its
/// own, which takes no signals. A stream of less than two blocks is read without one. What the
/// stream throws comes out of read() where it belongs. Memory: kBlocks blocks.
class ReadAhead final : public ByteStream {
 public:
  static constexpr std::size_t kBlock = std::size_t{512} << 10U;
  static constexpr std::size_t kBlocks = 3;

  explicit ReadAhead(std::unique_ptr<ByteStream> stream);
  ~ReadAhead() override;
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  std::size_t read(std::span<char> space) override;
  std::uint64_t skip(std::uint64_t count) override;

 private:
  struct Block {
    std::vector<char> bytes;
    std::size_t size = 0;
    std::exception_ptr failure;  // instead of bytes
  };

  void fill(Block& block);
  void run();
  Block& front();
  void release_front();

  std::unique_ptr<ByteStream> stream_;
  std::array<Block, kBlocks> ring_;
  std::size_t used_ = 0;  // bytes of the front block that read() has given out

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t filled_ = 0;    // blocks ever filled
  std::size_t released_ = 0;  // blocks ever given back
  bool stop_ = false;
  std::thread thread_;  // from the second block on
};

}  // namespace ordertail
