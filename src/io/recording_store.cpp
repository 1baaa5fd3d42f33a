#include "io/recording_store.hpp"

#include <algorithm>
#include <array>
#include <boost/system/errc.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>
#include <utility>

namespace legroom::io {
namespace {

constexpr std::string_view kOggStaging = ".ogg.tmp";
constexpr std::string_view kNoTrack =
    "this hidden file is no channel of ours, or cannot be read; nothing is made of the others until it is "
    "gone";
constexpr std::string_view kForeign =
    "no recording of ours, or one that cannot be read or written; it stays as it is";
constexpr std::string_view kNameTaken =
    "somebody's; the hidden files of the channels that it should have are left until it is gone";
constexpr std::string_view kNoNames =
    ": files cannot be made here, or cannot get their names without the risk to overwrite others";
constexpr std::string_view kPutOff =
    "; the channels stay in hidden files, of which the next start makes this one";

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

void note(record::Finished& story, const std::string& problem) {
    if (story.error.empty()) story.error = problem;
}
void note(record::Finished& story, const error_code& problem) { note(story, problem.message()); }

/// None of them is in a file that anybody is told of.
void omit_tracks(record::Finished& story, const std::string& why) {
    note(story, why);
    for (record::Track& track : story.tracks) story.omitted.push_back(std::move(track.key));
    story.tracks.clear();
}

/// What is there of one channel.
struct LeftTrack {
    std::optional<SampleRate> rate;  ///< nullopt: not even a header.
    bool sounds = false;
};
/// nullopt: it cannot be read, or is none of ours.
std::optional<LeftTrack> read_left_track(const StagingFile& file) {
    std::array<std::uint8_t, record::kWavHeaderBytes> beginning{};
    const auto got = file.read_at(0, beginning);
    const auto size = file.size();
    if (!got || !size) return std::nullopt;
    if (*got < beginning.size()) return LeftTrack{};
    const auto format = record::read_wav_header(beginning);
    if (!format || format->channels != 1) return std::nullopt;
    return LeftTrack{format->rate, *size > beginning.size()};
}

/// Whether a whole file can be what so many tracks were made.
bool has_channels(const std::string& path, std::size_t tracks) {
    std::string beginning(record::kManyChannelsHeaderBytes, '\0');
    std::ifstream in(path, std::ios::binary);
    in.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
    beginning.resize(static_cast<std::size_t>(in.gcount()));
    const auto format = record::read_wav_header(as_bytes(beginning));
    return format && format->channels >= tracks;
}

}  // namespace

void RecordingStore::handle(const record::Order& order) {
    std::visit([this](const auto& what) { make(what); }, order);
}

void RecordingStore::make(const record::Open& order) {
    if (order.tape->closed()) return call_off(order.id);
    make_directory();
    auto file = WavFile::create(directory_, order.name, order.format, order.tape);
    take(order.id, order.name, std::move(file), order.multi_channel_name);
}

void RecordingStore::make(const record::OpenPackets& order) {
    if (order.tape->closed()) return call_off(order.id);
    make_directory();
    take(order.id, order.name, OggFile::create(directory_, order.name, order.serial, order.tape), {});
}

/// Nobody waits for it any more, and whoever asks again may want its name.
void RecordingStore::call_off(record::RecordingId id) {
    sink_(record::NotOpened{id, false, "closed before it was opened"});
}

void RecordingStore::make_directory() const {
    std::error_code made;
    std::filesystem::create_directories(directory_, made);  // What is wrong the file will say.
}

template <class OneFile>
void RecordingStore::take(record::RecordingId id, const std::string& name, Result<OneFile> file,
                          const std::string& multi_channel_name) {
    if (!file) {
        const bool taken = file.error() == boost::system::errc::file_exists ||
                           file.error() == boost::system::errc::device_or_resource_busy;
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
        if (track.file && !track.problem) track.problem = track.file->drain();
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
    if (recording.multi_channel_name.empty()) return sink_(std::move(story));
    merge(std::move(recording), std::move(story));
}

void RecordingStore::merge(Recording recording, record::Finished then) {
    const auto captured = [](const TrackFile& track) { return track.tape->captured(); };
    if (std::ranges::none_of(recording.tracks, captured)) {
        for (TrackFile& track : recording.tracks) {
            if (track.file) track.file->take_file().discard();
        }
        return sink_(std::move(then));
    }
    const auto& wav = std::get<WavFile>(recording.file);
    const SampleRate rate = wav.format().rate;
    const std::uint64_t frames = record::samples_before(wav.tape().reached(), rate);
    std::vector<StagingFile> files;
    for (TrackFile& track : recording.tracks) {
        then.dropped += track.tape->dropped();
        if (track.problem) note(then, track.problem);
        if (!track.file) {
            then.omitted.push_back(track.key);
            continue;
        }
        then.tracks.push_back({track.key, files.size(), record::time_of(track.tape->begin()),
                               record::time_of(track.tape->reached())});
        files.push_back(track.file->take_file());
    }
    const std::string& name = recording.multi_channel_name;
    if (files.empty()) return sink_(std::move(then));
    auto merge = TrackMerge::begin(directory_, name, rate, frames, std::move(files));
    if (!merge) {
        omit_tracks(then, merge.error().message());
        sink_(std::move(then));
        return warn(name, merge.error().message() + std::string{kPutOff});
    }
    jobs_.push_back({name, std::move(*merge), std::move(then)});
}

bool RecordingStore::work() {
    if (jobs_.empty()) return false;
    auto job = std::ranges::find_if(jobs_, [](const Job& one) { return one.then.has_value(); });
    if (job == jobs_.end()) job = jobs_.begin();
    const error_code problem = job->merge.done() ? error_code{} : job->merge.step();
    if (!problem && !job->merge.done()) {
        jobs_.splice(jobs_.end(), jobs_, job);
        return true;
    }
    Job ended = std::move(*job);
    jobs_.erase(job);
    conclude(std::move(ended), problem);
    return !jobs_.empty();
}

void RecordingStore::conclude(Job job, const error_code& problem) {
    const Result<std::string> published = problem ? Result<std::string>{problem} : job.merge.publish();
    if (!published) return put_off(std::move(job), published.error().message());
    if (!job.then) return sink_(record::Recovered{*published});
    job.then->multi_channel_file = *published;
    sink_(std::move(*job.then));
}

/// What is recorded stays, in a file for each channel.
void RecordingStore::put_off(Job job, const std::string& why) {
    job.merge.give_up();
    if (job.then) {
        omit_tracks(*job.then, why);
        sink_(std::move(*job.then));
    }
    warn(job.name, why + std::string{kPutOff});
}

void RecordingStore::warn(const std::string& name, const std::string& text) {
    sink_(record::Warning{directory_ + "/" + name, text});
}

void RecordingStore::finish_all(std::chrono::milliseconds patience) {
    drain();
    for (auto& [id, recording] : std::exchange(recordings_, {})) finish(id, std::move(recording), {});
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until && work()) {
    }
    for (Job& job : std::exchange(jobs_, {})) put_off(std::move(job), "the program ended");
}

void RecordingStore::recover() {
    std::error_code ignored;
    if (std::filesystem::is_directory(directory_, ignored)) {
        if (const auto error = try_publishing(directory_))
            sink_(record::Warning{directory_, error.message() + std::string{kNoNames}});
    }
    auto tracks = find_left_tracks();
    for (const std::string& staging : names_in(directory_)) {
        const auto name = name_of_staging(staging);
        if (name && !read_track_name(*name) && !tracks.contains(*name)) recover(staging);
    }
    for (auto& [name, files] : tracks) recover_tracks(name, std::move(files));
}

/// Those of which one cannot be opened have none at all: they wait until it can be.
RecordingStore::LeftTracks RecordingStore::find_left_tracks() {
    LeftTracks found;
    std::set<std::string> wait;
    for (const std::string& staging : names_in(directory_)) {
        const auto name = name_of_staging(staging);
        const auto track = name ? read_track_name(*name) : std::nullopt;
        if (!track) continue;
        auto& tracks = found[track->file];
        if (auto file = StagingFile::reopen(directory_, staging)) {
            tracks.emplace(track->channel, std::move(*file));
        } else if (file.error() != boost::system::errc::device_or_resource_busy) {
            warn(staging, file.error().message() + std::string{kPutOff});
            wait.insert(track->file);
        }
    }
    for (const std::string& name : wait) found[name].clear();
    return found;
}

/// A whole file, or as much as there is of it.
void RecordingStore::recover(const std::string& staging_name) {
    auto file = StagingFile::reopen(directory_, staging_name);
    if (!file) {
        if (file.error() != boost::system::errc::device_or_resource_busy)
            warn(staging_name, file.error().message());
        return;
    }
    const Mended mended = staging_name.ends_with(kOggStaging) ? mend_ogg(*file) : mend_wav(*file);
    if (mended == Mended::foreign) return warn(staging_name, std::string{kForeign});
    if (mended == Mended::empty) return file->discard();
    const auto published = file->publish();
    if (!published) return warn(staging_name, published.error().message());
    sink_(record::Recovered{*published});
}

/// Tracks that were never made one file, or whose making was broken off.
void RecordingStore::recover_tracks(const std::string& name, Tracks&& tracks) {
    if (tracks.empty()) return;
    std::error_code ignored;
    if (const std::string file = directory_ + "/" + name; std::filesystem::exists(file, ignored)) {
        if (!has_channels(file, tracks.size())) return warn(name, std::string{kNameTaken});
        for (auto& [channel, track] : tracks) track.discard();  // It was done.
        return;
    }
    if (auto begun = StagingFile::reopen(directory_, staging_of(name))) {
        begun->discard();  // To be made anew.
    } else if (begun.error() == boost::system::errc::device_or_resource_busy) {
        return;
    }
    std::optional<SampleRate> rate;
    bool sounds = false;
    for (const auto& [channel, file] : tracks) {
        const auto left = read_left_track(file);
        if (!left || (left->rate && rate.value_or(*left->rate) != *left->rate))
            return warn(staging_of(track_name(name, channel)), std::string{kNoTrack});
        if (left->rate) rate = left->rate;
        sounds = sounds || left->sounds;
    }
    if (sounds) return merge_again(name, *rate, std::move(tracks));
    for (auto& [channel, file] : tracks) file.discard();
}

void RecordingStore::merge_again(const std::string& name, SampleRate rate, Tracks&& tracks) {
    std::vector<StagingFile> files;
    for (auto& [channel, file] : tracks) files.push_back(std::move(file));
    auto merge = TrackMerge::begin(directory_, name, rate, 0, std::move(files));
    if (!merge) return warn(name, merge.error().message() + std::string{kPutOff});
    jobs_.push_back({name, std::move(*merge), std::nullopt});
}

}  // namespace legroom::io
