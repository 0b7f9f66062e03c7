// Parts of line patterns that need not be written again: %{IP:client}.
#pragma once

#include <string>
#include <string_view>

namespace ordertail {

/// The expression with every %{NAME:field} replaced by (?P<field>...) and every %{NAME} by (?:...):
/// the notation of grok, with its names, for expressions that RE2 takes. %% is a per cent sign
/// where a brace follows. Throws Error(usage), with the column, for a name that is none of
/// fragment_names(), a brace that is not closed, and a field that is no word.
[[nodiscard]] std::string with_fragments(std::string_view expression);

/// "IP, NUMBER, ..."
[[nodiscard]] std::string fragment_names();

}  // namespace ordertail
