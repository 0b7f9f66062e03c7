#include "event/calendar.h"

#include <date/date.h>

namespace ordertail {

Day day_of(LocalTime time) {
  const date::year_month_day day(date::sys_days(date::floor<date::days>(time.time_since_epoch())));
  return {static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
          static_cast<unsigned>(day.day())};
}

}  // namespace ordertail
