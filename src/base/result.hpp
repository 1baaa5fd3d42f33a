#pragma once

#include <boost/system/result.hpp>
#include <type_traits>

namespace legroom {

/// A value, or why there is none. For what a peer, a caller or the network can cause; a broken
/// invariant of our own is an assert.
template <class T, class E = boost::system::error_code>
using Result = boost::system::result<T, E>;

using boost::system::error_code;

}  // namespace legroom
