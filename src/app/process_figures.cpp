#include "app/process_figures.hpp"

#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace legroom::app {
namespace {

double in_seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void write_memory(metrics::Families& families) {
    std::ifstream statm{"/proc/self/statm"};  // proc(5): in pages
    double virtual_pages = 0;
    double resident_pages = 0;
    if (!(statm >> virtual_pages >> resident_pages)) return;
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    families.gauge("process_virtual_memory_bytes", "Virtual memory.", virtual_pages * page);
    families.gauge("process_resident_memory_bytes", "Memory that is in RAM.", resident_pages * page);
}

void write_descriptors(metrics::Families& families) {
    std::error_code failed;
    const std::filesystem::directory_iterator open{"/proc/self/fd", failed};
    if (failed) return;
    const auto count = std::distance(begin(open), end(open)) - 1;  // the directory's own
    families.gauge("process_open_fds", "Open file descriptors.", static_cast<double>(count));
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
        families.gauge("process_max_fds", "Most file descriptors that may be open.",
                       static_cast<double>(limit.rlim_cur));
}

}  // namespace

void write_process(WallTime started, metrics::Families& families) {
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0)
        families.counter("process_cpu_seconds_total", "Processor time, in user mode and in the kernel.",
                         in_seconds(used.ru_utime) + in_seconds(used.ru_stime));
    families.gauge("process_start_time_seconds", "Start of the process, since 1970.",
                   std::chrono::duration<double>(started.since_1970).count());
    write_memory(families);
    write_descriptors(families);
}

}  // namespace legroom::app
