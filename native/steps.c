/* The steps that a new process can take; see spawn.h. Each is one system call, or the few that belong together. */
#include "spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

void send_message(int socket, int32_t what, int32_t step, int32_t value, int32_t err) {
	struct message message = {what, step, value, err};
	while (send(socket, &message, sizeof message, MSG_NOSIGNAL) < 0 && errno == EINTR) continue;
}

/* fork with flags. The raw call: what the C library does around fork may wait for locks that no thread holds here. */
pid_t clone_process(uint64_t flags) {
	/* With CLONE_PARENT the kernel takes the caller's exit signal, and clone3 refuses any other: clone ignores it. */
	return syscall(SYS_clone, (unsigned long)(flags | SIGCHLD), 0UL, 0UL, 0UL, 0UL);
}

static int result(long returned) { return returned < 0 ? errno : 0; }

/* Tells the parent that everything up to here is done, and waits until it says to go on. */
static int take_sync(struct child *child, const struct step *step) {
	char word;
	(void)step;
	send_message(child->socket, MESSAGE_SYNC, child->step, 0, 0);
	ssize_t got;
	while ((got = recv(child->socket, &word, 1, 0)) < 0 && errno == EINTR) continue;
	/* The parent is gone, and nobody wants this process any more. */
	if (got <= 0) _exit(125);
	return 0;
}

static int take_unshare(struct child *child, const struct step *step) {
	(void)child;
	return result(unshare(step->numbers[0]));
}

static int take_setns(struct child *child, const struct step *step) {
	(void)child;
	return result(setns(step->numbers[0], step->numbers[1]));
}

/*
 * Goes on in a new process, whose parent is the same: CLONE_PARENT. That is how a process comes into a pid or time
 * namespace and is still waited for by the one that asked for it.
 */
static int take_clone(struct child *child, const struct step *step) {
	pid_t pid = clone_process((uint64_t)step->numbers[0] | CLONE_PARENT);
	if (pid < 0) return errno;
	if (pid == 0) return 0;
	send_message(child->socket, MESSAGE_PID, child->step, pid, 0);
	_exit(0);
}

static int take_mount(struct child *child, const struct step *step) {
	(void)child;
	return result(mount(step->texts[0], step->texts[1], step->texts[2], step->numbers[0], step->texts[3]));
}

static int take_umount(struct child *child, const struct step *step) {
	(void)child;
	return result(umount2(step->texts[0], step->numbers[0]));
}

/* Writes a file of the kernel's in one write, as those of /proc want it. */
static int take_write(struct child *child, const struct step *step) {
	(void)child;
	int fd = open(step->texts[0], O_WRONLY | O_CLOEXEC);
	if (fd < 0) return errno;
	ssize_t wrote = write(fd, step->texts[1], strlen(step->texts[1]));
	int err = wrote < 0 ? errno : 0;
	close(fd);
	return err;
}

static int take_sethostname(struct child *child, const struct step *step) {
	(void)child;
	return result(sethostname(step->texts[0], strlen(step->texts[0])));
}

/* netdevice(7): brings an interface up. */
static int take_ifup(struct child *child, const struct step *step) {
	struct ifreq request = {0};
	(void)child;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return errno;
	strncpy(request.ifr_name, step->texts[0], IFNAMSIZ - 1);
	int err = result(ioctl(fd, SIOCGIFFLAGS, &request));
	request.ifr_flags |= IFF_UP;
	if (!err) err = result(ioctl(fd, SIOCSIFFLAGS, &request));
	close(fd);
	return err;
}

static int take_chdir(struct child *child, const struct step *step) {
	(void)child;
	return result(chdir(step->texts[0]));
}

static int take_fchdir(struct child *child, const struct step *step) {
	(void)child;
	return result(fchdir(step->numbers[0]));
}

static int take_chroot(struct child *child, const struct step *step) {
	(void)child;
	return result(chroot(step->texts[0]));
}

/* The calls themselves: the C library's would tell the threads of the parent. */
static int take_setgroups(struct child *child, const struct step *step) {
	(void)child;
	return result(syscall(SYS_setgroups, step->id_count, step->ids));
}

static int take_setgid(struct child *child, const struct step *step) {
	(void)child;
	gid_t gid = step->numbers[0];
	return result(syscall(SYS_setresgid, gid, gid, gid));
}

static int take_setuid(struct child *child, const struct step *step) {
	(void)child;
	uid_t uid = step->numbers[0];
	return result(syscall(SYS_setresuid, uid, uid, uid));
}

/* Raises every permitted capability into the ambient set, so that it stays through exec: capabilities(7). */
static int take_ambient(struct child *child, const struct step *step) {
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	(void)child;
	(void)step;
	if (syscall(SYS_capget, &header, data) < 0) return errno;
	for (int i = 0; i < 2; i++) data[i].inheritable = data[i].permitted;
	if (syscall(SYS_capset, &header, data) < 0) return errno;
	for (int capability = 0; capability < 64; capability++)
		if (data[capability / 32].permitted & (1U << capability % 32))
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
	return 0;
}

/* The signal that this process gets when its parent dies; forgotten when its credentials change. */
static int take_pdeathsig(struct child *child, const struct step *step) {
	(void)child;
	return result(prctl(PR_SET_PDEATHSIG, step->numbers[0], 0, 0, 0));
}

/* getrlimit(2): how many descriptors, soft; the hard limit stays. */
static int take_nofile(struct child *child, const struct step *step) {
	struct rlimit limit;
	(void)child;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return errno;
	if ((rlim_t)step->numbers[0] < limit.rlim_max) limit.rlim_cur = step->numbers[0];
	return result(setrlimit(RLIMIT_NOFILE, &limit));
}

/* Descriptors that exec is to leave open. */
static int take_keep(struct child *child, const struct step *step) {
	(void)child;
	for (size_t i = 0; i < step->id_count; i++)
		if (fcntl(step->ids[i], F_SETFD, 0) < 0) return errno;
	return 0;
}

/* dup2(2): another descriptor leads to the same. */
static int take_dup2(struct child *child, const struct step *step) {
	(void)child;
	return result(dup2(step->numbers[0], step->numbers[1]));
}

static const struct step_kind kinds[] = {
	{"sync", "", take_sync},
	{"unshare", "i", take_unshare},
	{"setns", "ii", take_setns},
	{"clone", "i", take_clone},
	{"mount", "sssis", take_mount},
	{"umount", "si", take_umount},
	{"write", "ss", take_write},
	{"sethostname", "s", take_sethostname},
	{"ifup", "s", take_ifup},
	{"chdir", "s", take_chdir},
	{"fchdir", "i", take_fchdir},
	{"chroot", "s", take_chroot},
	{"setgroups", "n", take_setgroups},
	{"setgid", "i", take_setgid},
	{"setuid", "i", take_setuid},
	{"ambient", "", take_ambient},
	{"pdeathsig", "i", take_pdeathsig},
	{"nofile", "i", take_nofile},
	{"keep", "n", take_keep},
	{"dup2", "ii", take_dup2},
	{"trace", "", take_trace},
	{"guard", "i", take_guard},
	{"init", "", take_init},
	{"prompt", "il", take_prompt},
	{"orphan", "", take_orphan},
	{"exec", "lll", take_exec},
};

const struct step_kind *find_step_kind(const char *name) {
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
	return NULL;
}

/* Default dispositions and an empty mask: what a program expects at its start. */
void reset_signals(void) {
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;
	for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void take_steps(struct child *child, const struct step *steps, size_t count) {
	for (size_t i = 0; i < count; i++) {
		child->step = i;
		int err = steps[i].kind->take(child, &steps[i]);
		if (!err) continue;
		send_message(child->socket, MESSAGE_FAILED, i, 0, err);
		_exit(125);
	}
	_exit(0);
}
