#pragma once

#include <string>

#include "io/descriptor.hpp"

namespace legroom::io {

/// A new file in `directory` that nobody can open by a name and that is gone with its descriptor. Without a
/// descriptor, with errno, where none can be made there. Any thread; waits for the disk.
Descriptor nameless_file(const std::string& directory);

}  // namespace legroom::io
