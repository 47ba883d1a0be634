/* Makes namespaces that nobody is in, and reads what identifies them. */
#include "bed.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#define NS_GET_MNTNS_ID _IOR(0xb7, 0x5, uint64_t)
#define NS_GET_ID _IOR(0xb7, 0xd, uint64_t)

const struct type_info types[TYPES] = {
	[CGROUP] = {"cgroup", CLONE_NEWCGROUP}, [IPC] = {"ipc", CLONE_NEWIPC},    [MNT] = {"mnt", CLONE_NEWNS},
	[NET] = {"net", CLONE_NEWNET},          [PID] = {"pid", CLONE_NEWPID},    [TIME] = {"time", CLONE_NEWTIME},
	[USER] = {"user", CLONE_NEWUSER},       [UTS] = {"uts", CLONE_NEWUTS},
};

uid_t outer_uid;
gid_t outer_gid;

static bool write_file(const char *path, const char *text) {
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) >= 0;
	int error = errno;
	if (fd >= 0) close(fd);
	errno = error;
	return done;
}

bool map_ids(void) {
	char map[64];
	if (!write_file("/proc/self/setgroups", "deny")) return fail("write(setgroups)");
	snprintf(map, sizeof map, "0 %u 1", outer_uid);
	if (!write_file("/proc/self/uid_map", map)) return fail("write(uid_map)");
	snprintf(map, sizeof map, "0 %u 1", outer_gid);
	if (!write_file("/proc/self/gid_map", map)) return fail("write(gid_map)");
	outer_uid = outer_gid = 0; /* what a user namespace nested in this one maps */
	return true;
}

bool identify(int fd, struct identity *identity) {
	struct stat status;
	if (fstat(fd, &status) < 0) return fail("fstat");
	*identity = (struct identity){.inode = status.st_ino, .dev = status.st_dev};
	if (ioctl(fd, NS_GET_ID, &identity->id) < 0 && ioctl(fd, NS_GET_MNTNS_ID, &identity->id) < 0) identity->id = 0;
	return true;
}

bool identify_task(const char *directory, const char *link, struct identity *identity) {
	char path[128];
	snprintf(path, sizeof path, "%s/ns/%s", directory, link);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return fail("open(/proc/PID/ns)");
	bool done = identify(fd, identity);
	close(fd);
	return done;
}

int open_namespace(pid_t pid, const char *link) {
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, link);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail_fd("open(/proc/PID/ns)") : fd;
}

int new_namespace(enum type type, struct identity *identity) {
	struct child child;
	if (!spawn(&child, types[type].flag, idle, NULL)) return -1;
	int fd = open_namespace(child.pid, types[type].name);
	end(&child);
	if (fd >= 0 && !identify(fd, identity)) return -1;
	return fd;
}

int take(enum type type, uint64_t more_flags, work body, const void *argument, struct identity *identity) {
	struct child child;
	char directory[32];
	if (!spawn(&child, types[type].flag | more_flags, body, argument)) return -1;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, identity);
	end(&child);
	return done ? child.fd : -1;
}

int reopen(int fd) {
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int again = open(path, O_RDONLY | O_CLOEXEC);
	int error = errno;
	close(fd);
	errno = error;
	return again < 0 ? fail_fd("open(/proc/self/fd)") : again;
}

uint64_t inode_of(int fd) {
	struct stat status;
	return fstat(fd, &status) < 0 ? 0 : status.st_ino;
}
