#include "io/recording_store.hpp"

#include <algorithm>
#include <array>
#include <boost/system/errc.hpp>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <utility>

namespace legroom::io {
namespace {

constexpr std::string_view kOggStaging = ".ogg.tmp";

/// "room.wav", 2: "room.wav.2": a name that no recording has.
std::string track_name(const std::string& name, std::size_t channel) {
    return name + "." + std::to_string(channel);
}

struct TrackName {
    std::string file;
    std::size_t channel = 0;
};
/// nullopt: it is the name of a whole file.
std::optional<TrackName> read_track_name(const std::string& name) {
    const auto dot = name.rfind('.');
    if (dot == std::string::npos || dot + 1 == name.size()) return std::nullopt;
    TrackName track{name.substr(0, dot), 0};
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + dot + 1, end, track.channel);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return track;
}

std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    std::error_code error;
    for (auto entry = std::filesystem::directory_iterator{directory, error};
         !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

void note(record::Finished& story, const error_code& problem) {
    if (story.error.empty()) story.error = problem.message();
}

}  // namespace

void RecordingStore::handle(const record::Order& order) {
    std::visit([this](const auto& what) { make(what); }, order);
}

void RecordingStore::make(const record::Open& order) {
    make_directory();
    auto file = WavFile::create(directory_, order.name, order.format, order.tape);
    take(order.id, order.name, std::move(file), order.multi_channel_name);
}

void RecordingStore::make(const record::OpenPackets& order) {
    make_directory();
    take(order.id, order.name, OggFile::create(directory_, order.name, order.serial, order.tape), {});
}

void RecordingStore::make_directory() const {
    std::error_code made;
    std::filesystem::create_directories(directory_, made);  // What is wrong the file will say.
}

template <class OneFile>
void RecordingStore::take(record::RecordingId id, const std::string& name, Result<OneFile> file,
                          const std::string& multi_channel_name) {
    if (!file) {
        const bool taken = file.error() == boost::system::errc::file_exists;
        sink_(record::NotOpened{id, taken, file.error().message()});
        return;
    }
    recordings_.insert_or_assign(id, Recording{std::move(*file), multi_channel_name});
    sink_(record::Opened{id, directory_ + "/" + name});
}

void RecordingStore::make(const record::AddTrack& order) {
    const auto found = recordings_.find(order.id);
    if (found == recordings_.end()) return;
    Recording& recording = found->second;
    const auto* wav = std::get_if<WavFile>(&recording.file);
    if (wav == nullptr || recording.multi_channel_name.empty()) return;
    TrackFile track{order.key, recording.tracks.size(), std::nullopt, order.tape};
    auto file = WavFile::create(directory_, track_name(recording.multi_channel_name, track.channel),
                                {wav->format().rate, 1}, order.tape);
    if (file) track.file = std::move(*file);
    recording.tracks.push_back(std::move(track));
}

void RecordingStore::drain() {
    for (auto place = recordings_.begin(); place != recordings_.end();) {
        error_code problem;
        if (drain(place->second, problem)) {
            auto ended = recordings_.extract(place++);
            finish(ended.key(), std::move(ended.mapped()), problem);
        } else {
            ++place;
        }
    }
}

/// True: it is over. One that cannot be written is.
bool RecordingStore::drain(Recording& recording, error_code& problem) {
    problem = std::visit([](auto& file) { return file.drain(); }, recording.file);
    for (TrackFile& track : recording.tracks) {
        if (track.file && track.file->drain()) track.file.reset();
    }
    return problem || std::visit([](const auto& file) { return file.complete(); }, recording.file);
}

void RecordingStore::finish(record::RecordingId id, Recording recording, const error_code& problem) {
    record::Finished story;
    story.id = id;
    story.dropped = std::visit([](const auto& file) { return file.dropped(); }, recording.file);
    if (problem) note(story, problem);
    const auto published = std::visit([](auto& file) { return file.publish(); }, recording.file);
    if (published) {
        story.file = *published;
    } else {
        note(story, published.error());
    }
    if (recording.multi_channel_name.empty() || story.file.empty()) return sink_(std::move(story));
    merge(std::move(recording), std::move(story));
}

void RecordingStore::merge(Recording recording, record::Finished then) {
    const auto& wav = std::get<WavFile>(recording.file);
    const SampleRate rate = wav.format().rate;
    const std::uint64_t frames = record::samples_before(wav.tape().reached(), rate);
    std::vector<StagingFile> files;
    for (TrackFile& track : recording.tracks) {
        then.dropped += track.tape->dropped();
        if (!track.file) {
            then.omitted.push_back(track.key);
            continue;
        }
        then.tracks.push_back({track.key, files.size(), record::time_of(track.tape->begin()),
                               record::time_of(track.tape->reached())});
        files.push_back(track.file->take_file());
    }
    if (files.empty()) return sink_(std::move(then));
    auto merge = TrackMerge::begin(directory_, recording.multi_channel_name, rate, frames, std::move(files));
    if (!merge) {
        note(then, merge.error());
        then.tracks.clear();
        return sink_(std::move(then));
    }
    jobs_.push_back({std::move(*merge), std::move(then)});
}

bool RecordingStore::work() {
    if (jobs_.empty()) return false;
    Job& job = jobs_.front();
    const error_code problem = job.merge.done() ? error_code{} : job.merge.step();
    if (!problem && !job.merge.done()) return true;
    Job ended = std::move(job);
    jobs_.pop_front();
    conclude(std::move(ended), problem);
    return !jobs_.empty();
}

void RecordingStore::conclude(Job job, const error_code& problem) {
    const Result<std::string> published = problem ? Result<std::string>{problem} : job.merge.publish();
    if (!job.then) {
        if (published) sink_(record::Recovered{*published});
        return;
    }
    if (published) {
        job.then->multi_channel_file = *published;
    } else {
        note(*job.then, published.error());
        job.then->tracks.clear();
    }
    sink_(std::move(*job.then));
}

void RecordingStore::finish_all() {
    drain();
    for (auto& [id, recording] : std::exchange(recordings_, {})) finish(id, std::move(recording), {});
    while (work()) {
    }
}

void RecordingStore::recover() {
    std::map<std::string, Tracks> tracks;
    for (const std::string& staging : names_in(directory_)) {
        const auto name = name_of_staging(staging);
        const auto track = name ? read_track_name(*name) : std::nullopt;
        if (!track) continue;
        auto file = StagingFile::reopen(directory_, staging);
        if (file) tracks[track->file].emplace(track->channel, std::move(*file));
    }
    for (const std::string& staging : names_in(directory_)) {
        const auto name = name_of_staging(staging);
        if (name && !read_track_name(*name) && !tracks.contains(*name)) recover(staging);
    }
    for (auto& [name, files] : tracks) recover_tracks(name, std::move(files));
}

/// A whole file, or as much as there is of it.
void RecordingStore::recover(const std::string& staging_name) {
    auto file = StagingFile::reopen(directory_, staging_name);
    if (!file) return;
    const Mended mended = staging_name.ends_with(kOggStaging) ? mend_ogg(*file) : mend_wav(*file);
    if (mended == Mended::foreign) return file->leave();
    if (mended == Mended::empty) return;  // And so it goes.
    const auto published = file->publish();
    if (published) sink_(record::Recovered{*published});
}

/// Tracks that were never made one file, or whose making was broken off.
void RecordingStore::recover_tracks(const std::string& name, Tracks&& tracks) {
    std::error_code ignored;
    if (std::filesystem::exists(directory_ + "/" + name, ignored)) return;  // It was done: the tracks go.
    {
        auto begun = StagingFile::reopen(directory_, ".rec-" + name + ".tmp");
        if (!begun && begun.error() == boost::system::errc::device_or_resource_busy) return;
    }  // It goes, to be made anew.
    std::vector<StagingFile> files;
    std::optional<SampleRate> rate;
    for (auto& [channel, file] : tracks) {
        std::array<std::uint8_t, record::kWavHeaderBytes> beginning{};
        const auto got = file.read_at(0, beginning);
        const auto format = got ? record::read_wav_header(beginning) : std::nullopt;
        if (!format || format->channels != 1 || (rate && *rate != format->rate)) continue;
        rate = format->rate;
        files.push_back(std::move(file));
    }
    if (files.empty()) return;
    auto merge = TrackMerge::begin(directory_, name, *rate, 0, std::move(files));
    if (merge) jobs_.push_back({std::move(*merge), std::nullopt});
}

}  // namespace legroom::io
