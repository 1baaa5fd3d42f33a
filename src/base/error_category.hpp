#pragma once

#include <boost/system/error_category.hpp>

namespace legroom {

// Boost's destructor is protected and not virtual; GCC 12 warns about that in whatever derives from it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

/// What a folder's error enum derives its category from, so that -Wnon-virtual-dtor stays useful.
class ErrorCategory : public boost::system::error_category {
public:
    virtual ~ErrorCategory() = default;
};

#pragma GCC diagnostic pop

}  // namespace legroom
