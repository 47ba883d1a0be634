/* Hiding places behind descriptors: of the namespace itself, or of something that holds it. */
#include "bed.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define ALL 0xff
#define BIT(type) (1U << (type))

static bool make_fd(const struct place *place, enum type type) {
	struct identity identity;
	int fd = new_namespace(type, &identity);
	if (fd < 0) return false;
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	return true;
}

static bool put_in_flight(const struct place *place, enum type type, int fd, const struct identity *identity) {
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return fail("socketpair");
	if (!send_fd(pair[0], fd)) return false;
	close(fd);
	say_made(place, type, identity, "\"pid\":%d,\"fd\":%d,\"socketInode\":%lu", getpid(), pair[1], inode_of(pair[1]));
	return true;
}

static bool make_fd_in_flight(const struct place *place, enum type type) {
	struct identity identity;
	int fd = new_namespace(type, &identity);
	return fd >= 0 && put_in_flight(place, type, fd, &identity);
}

static bool make_io_uring(const struct place *place, enum type type) {
	struct identity identity;
	struct io_uring_params parameters = {0};
	int ring = syscall(SYS_io_uring_setup, 1, &parameters);
	if (ring < 0) return fail("io_uring_setup");
	fcntl(ring, F_SETFD, FD_CLOEXEC);
	int fd = new_namespace(type, &identity);
	if (fd < 0) return close(ring), false;
	if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &fd, 1) < 0)
		return fail("io_uring_register"), close(fd), close(ring), false;
	close(fd);
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d", getpid(), ring);
	return true;
}

static int open_socket(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? fail_fd("socket") : fd;
}

static int open_tap(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	struct ifreq request = {.ifr_name = "tap0", .ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0) return fail_fd("open(/dev/net/tun)");
	return ioctl(fd, TUNSETIFF, &request) < 0 ? fail_fd("ioctl(TUNSETIFF)") : fd;
}

#define MS_PRIVATE_ALL 0x44000 /* MS_REC | MS_PRIVATE */

/* Its node has the number of the device and lies where it is wanted: names in /dev are those of all namespaces. */
static int open_macvtap(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	char path[80], text[16] = "";
	unsigned int major_number, minor_number;
	if (!make_veth("bed0", "bed1", getpid()) || !make_macvtap("bed2", if_nametoindex("bed0"))) return -1;
	if (mount("none", "/", NULL, MS_PRIVATE_ALL, NULL) < 0) return fail_fd("mount(MS_PRIVATE)");
	if (mount("bed", "/mnt", "sysfs", 0, NULL) < 0) return fail_fd("mount(sysfs)");
	snprintf(path, sizeof path, "/mnt/class/net/bed2/tap%u/dev", if_nametoindex("bed2"));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof text - 1) < 0) return fail_fd("open(tapN/dev)");
	close(fd);
	if (sscanf(text, "%u:%u", &major_number, &minor_number) != 2) return errno = EINVAL, fail_fd("tapN/dev");
	if (mount("bed", "/mnt", "tmpfs", 0, "size=1m") < 0) return fail_fd("mount(tmpfs)");
	if (mknod("/mnt/tap", S_IFCHR | 0600, makedev(major_number, minor_number)) < 0) return fail_fd("mknod");
	fd = open("/mnt/tap", O_RDWR | O_CLOEXEC);
	return fd < 0 ? fail_fd("open(tap)") : fd;
}

static int open_null(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail_fd("open(/dev/null)") : fd;
}

static int open_pair(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	int pair[2];
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ? fail_fd("socketpair") : pair[0];
}

static int open_perf_event(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_DUMMY};
	int fd = syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? fail_fd("perf_event_open") : fd;
}

static int open_context(struct answer *answer, const void *type) {
	(void)answer;
	static const char *const names[TYPES] = {
		[CGROUP] = "cgroup2", [IPC] = "mqueue", [NET] = "tmpfs", [PID] = "proc"};
	int fd = syscall(SYS_fsopen, names[*(const enum type *)type], 1);
	return fd < 0 ? fail_fd("fsopen") : fd;
}

/* The descriptor was made inside the namespace and is the bed's now. */
static bool hold(const struct place *place, enum type type, uint64_t more_flags, work body) {
	struct identity identity;
	int fd = take(type, more_flags, body, &type, &identity);
	if (fd < 0) return false;
	say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d,\"fileInode\":%lu", getpid(), fd, inode_of(fd));
	return true;
}

static bool make_socket(const struct place *place, enum type type) { return hold(place, type, 0, open_socket); }
static bool make_tap(const struct place *place, enum type type) { return hold(place, type, 0, open_tap); }
static bool make_macvtap_queue(const struct place *place, enum type type) {
	return hold(place, type, CLONE_NEWNS, open_macvtap);
}
static bool make_credentials(const struct place *place, enum type type) { return hold(place, type, 0, open_null); }
static bool make_peer(const struct place *place, enum type type) { return hold(place, type, 0, open_pair); }
static bool make_perf(const struct place *place, enum type type) { return hold(place, type, 0, open_perf_event); }
static bool make_context(const struct place *place, enum type type) { return hold(place, type, 0, open_context); }

static bool make_socket_in_flight(const struct place *place, enum type type) {
	struct identity identity;
	int fd = take(type, 0, open_socket, NULL, &identity);
	return fd >= 0 && put_in_flight(place, type, fd, &identity);
}

/* A descriptor that names a process of the namespace, opened by the bed; then the process ends. */
static bool hold_process(const struct place *place, enum type type, bool by_pidfd) {
	struct child child;
	struct identity identity;
	char directory[32];
	if (!spawn(&child, types[type].flag, idle, NULL)) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, &identity);
	int fd = by_pidfd ? (int)syscall(SYS_pidfd_open, child.pid, 0) : open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) done = fail(by_pidfd ? "pidfd_open" : "open(/proc/PID)");
	end(&child);
	if (done) say_made(place, type, &identity, "\"pid\":%d,\"fd\":%d", getpid(), fd);
	return done;
}

static bool make_pidfd(const struct place *place, enum type type) { return hold_process(place, type, true); }
static bool make_proc_directory(const struct place *place, enum type type) { return hold_process(place, type, false); }

const struct place descriptor_places[] = {
	{"fd", "an open nsfs descriptor (/proc/PID/fd)", ALL, make_fd, "", {0}},
	{"fd-in-flight", "an nsfs descriptor in the queue of a unix socket (SCM_RIGHTS), the sender's is closed", ALL,
	 make_fd_in_flight, "", {0}},
	{"io-uring", "an nsfs descriptor among the registered files of an io_uring, closed otherwise", ALL, make_io_uring, "",
	 {0}},
	{"socket", "an open socket was made in it (sock_net)", BIT(NET), make_socket, "a socket holds its net namespace alone",
	 {[USER] = "the socket's file credentials: see file-credentials", [PID] = "its peer's credentials: see peer-credentials"}},
	{"socket-in-flight", "a socket that was made in it lies in the queue of a unix socket", BIT(NET),
	 make_socket_in_flight, "a socket holds its net namespace alone", {0}},
	{"tap", "an open tun or tap descriptor was made in it (tun_file.sk)", BIT(NET), make_tap,
	 "a tun or tap descriptor holds its net namespace alone", {0}},
	{"macvtap", "an open macvtap descriptor was made in it (tap_queue.sk)", BIT(NET), make_macvtap_queue,
	 "a macvtap descriptor holds its net namespace alone", {0}},
	{"file-credentials", "an open file was opened in it (file.f_cred.user_ns)", BIT(USER), make_credentials,
	 "credentials hold a user namespace alone", {0}},
	{"peer-credentials", "a unix socket remembers who made its peer (sk_peer_pid)", BIT(PID), make_peer,
	 "a peer's credentials name a process and a user", {[USER] = "held too, but also by the file: see file-credentials"}},
	{"pidfd", "a pidfd of a process that has ended (struct pid holds the namespaces of its numbers)", BIT(PID), make_pidfd,
	 "struct pid holds pid namespaces alone", {0}},
	{"proc-directory", "an open /proc/PID of a process that has ended (proc_inode.pid)", BIT(PID), make_proc_directory,
	 "struct pid holds pid namespaces alone", {0}},
	{"perf-event", "a perf event was made in it (perf_event.ns)", BIT(PID), make_perf,
	 "a perf event holds its maker's pid namespace alone", {[USER] = "the file's credentials: see file-credentials"}},
	{"fs-context", "a file system configuration context was opened in it (fs_context.net_ns and the file system's own)",
	 BIT(CGROUP) | BIT(IPC) | BIT(NET) | BIT(PID), make_context, "no file system's context refers to it",
	 {[USER] = "held too (fs_context.user_ns), but also by the file: see file-credentials"}},
	{0},
};
