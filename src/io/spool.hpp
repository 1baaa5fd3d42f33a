#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace legroom::io {

struct SpoolLimits {
    std::size_t bytes = 1024 * 1024 * 1024;  ///< Of the disk, with what in a file is for nobody any more.
    std::size_t file = 8 * 1024 * 1024;      ///< A file holds texts up to this size and one beyond, and goes
                                             ///< when the last of them does;
    std::size_t files = 128;                 ///< the last of so many holds any number.
};

/// Texts put aside on disk: in files that have no name, so that nothing of them is left when the program
/// ends, however it does. Written and read by a thread of its own, in the order asked for. What is dropped
/// leaves the disk at once, block by block, where the file system can have holes; otherwise with its file.
///
/// Lives on the context's thread, and not longer than the context. Its end waits for the one read or write
/// that is just under way. How many texts are kept is its user's business.
class Spool {
public:
    using Key = std::uint64_t;
    using Put = std::function<void(bool succeeded)>;
    using Got = std::function<void(std::optional<std::string> text)>;

    /// Otherwise: why files cannot be made in this directory, for the operator to read.
    static Result<std::unique_ptr<Spool>, std::string> open(boost::asio::io_context& context,
                                                            const std::string& directory,
                                                            SpoolLimits limits = {});
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// Keeps a text under a key that is new. Like the next one it calls back on the context's thread, later
    /// and once, unless the spool has gone before.
    void put(Key key, std::shared_ptr<const std::string> text, Put done);
    /// nullopt: it is not there, or cannot be read.
    void get(Key key, Got done);
    void drop(Key key);  ///< Harmless when it is not there.

private:
    class Worker;
    Spool(boost::asio::io_context& context, std::unique_ptr<Worker> worker);

    boost::asio::io_context& context_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< Touched on the context's thread only.
    std::unique_ptr<Worker> worker_;
};

}  // namespace legroom::io
