// What an Error says and how it ends the run.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace ordertail {

/// The message of the Error that `action` throws, whose code has to be `code`.
template <typename Action>
std::string error_of(ExitCode code, Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return {};
}

}  // namespace ordertail
