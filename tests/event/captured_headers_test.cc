#include "event/captured_headers.h"

#include <gmock/gmock.h>

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CapturedHeaders, AreToldApartByTheDividersOfHAProxy) {
  EXPECT_THAT(captured_headers("{shop.example.com|Mozilla/5.0 (X11)||a=b; c=d} {/thanks}"),
              ElementsAre("shop.example.com", "Mozilla/5.0 (X11)", "a=b; c=d", "/thanks"));
  EXPECT_THAT(captured_headers("{a"), ElementsAre("a"));
  for (const char* text : {"", "{}", "{|} {}", "Mozilla/5.0 {a}"}) {
    EXPECT_THAT(captured_headers(text), IsEmpty()) << text;
  }
}

TEST(CapturedHeaders, HaveAUserAgentWhereOneBeginsLikeIt) {
  for (const char* header :
       {"Mozilla/5.0 (X11)", "curl/8.1", "Go-http-client/1.1", "libwww-perl/6"}) {
    EXPECT_TRUE(is_user_agent(header)) << header;
  }
  for (const char* header :
       {"", "curl", "/8.1", "curl/", "monitor.example.com", "monitor.example.com:443", "text/html",
        "https://monitor.example.com/1", "a=curl/8.1", "gzip, br", "W/\"8\"", "1.1 proxy"}) {
    EXPECT_FALSE(is_user_agent(header)) << header;
  }
}

}  // namespace
}  // namespace ordertail
