// Values out of files: never a crash, and what is read can be written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "event/contact.h"
#include "event/date_format.h"
#include "event/event_json.h"
#include "event/money.h"
#include "event/request_line.h"

using namespace ordertail;  // NOLINT(google-build-using-namespace): a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const NumberStyle style : {NumberStyle::plain, NumberStyle::comma_point,
                                  NumberStyle::point_comma, NumberStyle::space_comma}) {
    const auto money = parse_money(text, style);
    if (money && parse_money(to_string(*money), NumberStyle::plain) != money) std::abort();
  }
  static const DateFormat kFormats[] = {{"%F %T %z", std::nullopt},
                                        {"%d/%b/%Y:%T %z", std::nullopt},
                                        {"%x %I:%M:%S %p", DateOrder::mdy}};
  for (const DateFormat& format : kFormats) static_cast<void>(format.parse(text));

  const RequestLine request = parse_request_line(text);
  Event event;
  query_parameter(request.query, "email", {Plus::plus}, event.email);
  static_cast<void>(is_email(event.email));
  event.order_number = text;
  std::string json;
  append_json(event, json);
  std::string again;
  append_json(parse_event_json(json), again);
  if (json != again) std::abort();
  return 0;
}
