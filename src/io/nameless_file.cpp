#include "io/nameless_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace legroom::io {

Descriptor nameless_file(const std::string& directory) {
    Descriptor file{::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    if (file || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
    std::string name = directory + "/legroom-XXXXXX";  // Not every file system can do without one.
    file = Descriptor{::mkostemp(name.data(), O_CLOEXEC)};
    if (file) ::unlink(name.c_str());
    return file;
}

}  // namespace legroom::io
