/* Processes of the bed: each does its work, answers, and lives until its control socket ends. */
#include "bed.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static struct child kept[512];
static int kept_count;

bool send_fd(int socket, int fd) {
	char byte = 0, room[CMSG_SPACE(sizeof fd)];
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	*header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	return sendmsg(socket, &message, 0) == 1 || fail("sendmsg(SCM_RIGHTS)");
}

static int receive_fd(int socket) {
	char byte, room[CMSG_SPACE(sizeof(int))];
	int fd;
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&message)) return fail_fd("recvmsg(SCM_RIGHTS)");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
	return fd;
}

/* No descriptor of the bed's may live on in a child: it would be another holder. */
static void close_others(int control) {
	int null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	if (control > 3) syscall(SYS_close_range, 3, control - 1, 0);
	syscall(SYS_close_range, control + 1, ~0U, 0);
}

static void wait_for_the_end(int control) {
	char byte;
	while (read(control, &byte, 1) > 0 || errno == EINTR)
		;
	_exit(0);
}

static void *wait_in_thread(void *control) {
	wait_for_the_end((int)(intptr_t)control);
	return NULL;
}

struct letter {
	struct answer answer;
	bool with_fd;
};

static void run(int control, uint64_t flags, work body, const void *argument, bool leaderless) {
	struct letter letter = {0};
	pthread_t thread;
	close_others(control);
	int fd = !(flags & CLONE_NEWUSER) || map_ids() ? body(&letter.answer, argument) : -1;
	if (fd == -1) copy_failure(&letter.answer);
	if (leaderless && (errno = pthread_create(&thread, NULL, wait_in_thread, (void *)(intptr_t)control))) {
		fail("pthread_create");
		copy_failure(&letter.answer);
	}
	letter.with_fd = fd >= 0;
	if (write(control, &letter, sizeof letter) != sizeof letter) _exit(1);
	if (fd >= 0) {
		send_fd(control, fd);
		close(fd);
	}
	if (leaderless) syscall(SYS_exit, 0); /* of the leader alone */
	wait_for_the_end(control);
}

static bool start(struct child *child, uint64_t flags, work body, const void *argument, bool leaderless) {
	struct clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};
	struct letter letter;
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return fail("socketpair");
	pid_t pid = syscall(SYS_clone3, &arguments, sizeof arguments);
	if (pid == 0) run(pair[1], flags, body, argument, leaderless);
	int error = errno;
	close(pair[1]);
	*child = (struct child){.pid = pid, .control = pair[0], .fd = -1};
	if (pid < 0) {
		close(pair[0]);
		errno = error;
		return fail("clone3");
	}
	if (read(pair[0], &letter, sizeof letter) != sizeof letter) {
		end(child);
		errno = ECHILD;
		return fail("read(answer)");
	}
	child->answer = letter.answer;
	if (letter.with_fd) child->fd = receive_fd(pair[0]);
	if (!letter.answer.error) return true;
	end(child);
	return adopt_failure(&letter.answer);
}

bool spawn(struct child *child, uint64_t flags, work body, const void *argument) {
	return start(child, flags, body, argument, false);
}

bool spawn_leaderless(struct child *child, uint64_t flags, work body, const void *argument) {
	return start(child, flags, body, argument, true);
}

int idle(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	return NOTHING;
}

void end(struct child *child) {
	close(child->control);
	kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void keep(const struct child *child) { kept[kept_count++] = *child; }

void release_all(void) {
	while (kept_count > 0) end(&kept[--kept_count]);
}

int find_thread(pid_t pid) {
	char path[32];
	int found = -1;
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	DIR *directory = opendir(path);
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		int tid = atoi(entry->d_name);
		if (tid > 0 && tid != pid) found = tid;
	}
	if (directory) closedir(directory);
	return found;
}
