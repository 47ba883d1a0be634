/*
 * The link of /proc/PID/fd to an nsfs file reads "net:[4026532992]" only where the file was opened through /proc. Where it
 * was opened through a bind mount it reads as the mount's path, and "/" once that is unmounted (d_path() in fs/d_path.c).
 * What such a link leads to is asked of the file itself.
 */
#include "nsfs.h"
#include "proc.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static const char *name_type(int flag) {
	switch (flag) {
	case CLONE_NEWCGROUP: return "cgroup";
	case CLONE_NEWIPC: return "ipc";
	case CLONE_NEWNS: return "mnt";
	case CLONE_NEWNET: return "net";
	case CLONE_NEWPID: return "pid";
	case CLONE_NEWTIME: return "time";
	case CLONE_NEWUSER: return "user";
	case CLONE_NEWUTS: return "uts";
	default: return NULL;
	}
}

/* The server of a network file system is not asked: it may never answer. statx(2) is in musl from 1.2.4 on alone. */
static bool read_identity(int dir, const char *name, int flags, struct statx *st) {
	return syscall(SYS_statx, dir, name, flags | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, st) == 0;
}

/* include/linux/miscdevice.h */
#define MISC_MAJOR 10
#define TUN_MINOR 200

static uint64_t device_of(const struct statx *st) { return makedev(st->stx_dev_major, st->stx_dev_minor); }

uint64_t find_nsfs(void) {
	struct statx st;
	return read_identity(AT_FDCWD, "/proc/self/ns/user", 0, &st) ? device_of(&st) : 0;
}

int open_nsfs(int at, uint64_t inode) {
	static _Atomic uint64_t nsfs;
	struct statx st;
	char path[32];
	if (!nsfs) nsfs = find_nsfs();
	if (!read_identity(at, "", AT_EMPTY_PATH, &st)) return -1;
	if (device_of(&st) != nsfs || st.stx_ino != inode) return errno = ESTALE, -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", at);
	return open(path, O_RDONLY | O_CLOEXEC);
}

bool may_lead_on(uint64_t nsfs, int dir, const char *name) {
	struct statx st;
	if (!nsfs || !read_identity(dir, name, 0, &st) || !(st.stx_mask & STATX_TYPE)) return true;
	return device_of(&st) == nsfs || S_ISSOCK(st.stx_mode) ||
	       (S_ISCHR(st.stx_mode) && st.stx_rdev_major == MISC_MAJOR && st.stx_rdev_minor == TUN_MINOR);
}

size_t read_nsfs_link(uint64_t nsfs, int dir, const char *name, char *text, size_t room) {
	struct statx st;
	if (!nsfs || !read_identity(dir, name, 0, &st) || device_of(&st) != nsfs) return 0;
	/* The number may belong to another file by now, and opening some devices does something: only nsfs is opened. */
	int at = openat(dir, name, O_PATH | O_CLOEXEC);
	if (at < 0) return 0;
	int fd = read_identity(at, "", AT_EMPTY_PATH, &st) ? open_nsfs(at, st.stx_ino) : -1;
	close(at);
	if (fd < 0) return 0;
	const char *type = name_type(ioctl(fd, NS_GET_NSTYPE));
	close(fd);
	return type ? (size_t)snprintf(text, room, "%s:[%llu]", type, (unsigned long long)st.stx_ino) : 0;
}
