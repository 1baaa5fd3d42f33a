#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "io/ogg_file.hpp"
#include "io/track_merge.hpp"
#include "io/wav_file.hpp"
#include "record/messages.hpp"

namespace legroom::io {

/// The recordings of one directory as files, from the first piece on their tapes to their names. Does what it
/// is told when it is called and waits for nothing but the disk: RecordingThread calls it in the program, a
/// test by itself. One thread.
class RecordingStore {
public:
    using Sink = std::function<void(record::Report)>;

    /// The directory is made when it is needed.
    RecordingStore(std::string directory, Sink sink)
        : directory_(std::move(directory)), sink_(std::move(sink)) {}

    /// Finishes what an earlier run has left in the directory, and tells of each file. What somebody is
    /// writing is left alone.
    void recover();

    void handle(const record::Order& order);
    /// Writes what is on the tapes. Often enough, tapes hold two and a half seconds.
    void drain();
    /// What takes longer, a little of it. False: there is none.
    bool work();
    /// The end of the program: nobody puts anything on a tape any more.
    void finish_all();

    [[nodiscard]] std::size_t count() const { return recordings_.size(); }

private:
    struct TrackFile {
        std::string key;
        std::size_t channel = 0;
        std::optional<WavFile> file;  ///< nullopt: it could not be made, or written.
        std::shared_ptr<record::Tape> tape;
    };
    using File = std::variant<WavFile, OggFile>;
    struct Recording {
        File file;
        std::string multi_channel_name = {};  ///< "", or `file` is a WavFile.
        std::list<TrackFile> tracks = {};
    };
    /// A merge, and what there is to tell after it.
    struct Job {
        TrackMerge merge;
        std::optional<record::Finished> then;  ///< nullopt: of an earlier run.
    };
    using Tracks = std::map<std::size_t, StagingFile>;  ///< By channel.

    void make(const record::Open& order);
    void make(const record::OpenPackets& order);
    void make(const record::AddTrack& order);
    void make_directory() const;
    template <class OneFile>
    void take(record::RecordingId id, const std::string& name, Result<OneFile> file,
              const std::string& multi_channel_name);
    bool drain(Recording& recording, error_code& problem);
    void finish(record::RecordingId id, Recording recording, const error_code& problem);
    void merge(Recording recording, record::Finished then);
    void recover(const std::string& staging_name);
    void recover_tracks(const std::string& name, Tracks&& tracks);
    void conclude(Job job, const error_code& problem);

    std::string directory_;
    Sink sink_;
    std::map<record::RecordingId, Recording> recordings_;
    std::list<Job> jobs_;
};

}  // namespace legroom::io
