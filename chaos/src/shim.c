/* Stands between a program and the C library (LD_PRELOAD): its disk is made slow, its clock is set.
 *
 * What is wanted lies in a small file that is mapped by every process: it is changed by writing to the file while the
 * processes run, and they count in it what they did. The clock that only measures (CLOCK_MONOTONIC) is left alone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
    int64_t sync_ms;     /* each wait for the disk takes so much longer */
    int64_t ahead_s;     /* the clock goes so far ahead; behind when negative */
    int64_t syncs;       /* waits for the disk so far */
};

static struct control unchanged;
static struct control *control = &unchanged;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CHAOS_CONTROL");
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    struct stat about;
    if (file < 0) {
        return;
    }
    if (fstat(file, &about) == 0 && about.st_size >= (off_t)sizeof(struct control)) {
        void *at = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (at != MAP_FAILED) {
            control = at;
        }
    }
    close(file);
}

static int sync_slowly(long call, int file) {
    int64_t ms = __atomic_load_n(&control->sync_ms, __ATOMIC_RELAXED);
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    __atomic_add_fetch(&control->syncs, 1, __ATOMIC_RELAXED);
    while (ms > 0 && syscall(SYS_nanosleep, &left, &left) != 0 && errno == EINTR) {
    }
    return (int)syscall(call, file);
}

int fsync(int file) {
    return sync_slowly(SYS_fsync, file);
}

int fdatasync(int file) {
    return sync_slowly(SYS_fdatasync, file);
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int outcome = (int)syscall(SYS_clock_gettime, which, now);
    if (outcome == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += __atomic_load_n(&control->ahead_s, __ATOMIC_RELAXED);
    }
    return outcome;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0) {
        return -1;
    }
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept) {
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0) {
        return (time_t)-1;
    }
    if (kept != NULL) {
        *kept = exact.tv_sec;
    }
    return exact.tv_sec;
}
