// SPDX-License-Identifier: AGPL-3.0-or-later
// The one place where Beast's own sources are compiled (BOOST_BEAST_SEPARATE_COMPILATION).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#include <boost/beast/src.hpp>
#pragma GCC diagnostic pop
