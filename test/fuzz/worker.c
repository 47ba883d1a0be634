/* A worker: a process that does what the world orders, one thing at a time, and otherwise stands still. */
#include "world.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct reply {
	struct answer answer;
	bool with_fd;
};

bool make_room(void) {
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return fail("mount(MS_PRIVATE)");
	return mount("fuzz", "/mnt", "tmpfs", 0, "size=1m") == 0 || fail("mount(tmpfs)");
}

void path_of(char path[64], int room, int number) {
	if (room == MNT) snprintf(path, 64, "/run/netns/nscope-fuzz-%d-%d", workers[0].pid, number);
	else snprintf(path, 64, "/mnt/f%d", number);
}

static int receive(int socket, void *data, size_t size) {
	char room[CMSG_SPACE(sizeof(int))];
	struct iovec vector = {data, size};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
	ssize_t got;
	while ((got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
		;
	if (got != (ssize_t)size) return NOTHING - 1;
	int fd = NOTHING;
	if (CMSG_FIRSTHDR(&message)) memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
	return fd;
}

static bool transmit(int socket, const void *data, size_t size, int fd) {
	char room[CMSG_SPACE(sizeof fd)] = {0};
	struct iovec vector = {(void *)data, size};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
	if (fd >= 0) {
		message.msg_control = room;
		message.msg_controllen = sizeof room;
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		*header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(header), &fd, sizeof fd);
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)size;
}

static struct thread_job {
	uint64_t flag;
	int error;
	sem_t done;
} job;

static void *stand_aside(void *argument) {
	(void)argument;
	job.error = unshare(job.flag) < 0 ? errno : 0;
	if (!job.error && job.flag == CLONE_NEWNS && !make_room()) job.error = errno;
	bool stays = !job.error;
	sem_post(&job.done);
	while (stays && pause())
		;
	return NULL;
}

static int make_thread(enum type type) {
	pthread_t thread;
	job.flag = types[type].flag;
	sem_init(&job.done, 0, 0);
	if ((errno = pthread_create(&thread, NULL, stand_aside, NULL))) return fail_fd("pthread_create");
	sem_wait(&job.done);
	return (errno = job.error) ? fail_fd("unshare in a thread") : 0;
}

/* With `number` an init is made that ends at once. */
static int unshare_for_children(const struct order *order) {
	if (unshare(types[order->type].flag) < 0) return fail_fd("unshare");
	if (!order->number) return 0;
	pid_t init = fork();
	if (init == 0) _exit(0);
	return init < 0 || waitpid(init, NULL, 0) != init ? fail_fd("fork") : 0;
}

static int bind_here(int fd, int number) {
	char source[32], target[64];
	path_of(target, -1, number);
	snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
	close(open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	int done = mount(source, target, NULL, MS_BIND, NULL) < 0 ? fail_fd("mount(MS_BIND)") : 0;
	close(fd);
	return done;
}

static int open_own(const char *path) {
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail_fd(path) : fd;
}

/* Returns a number, or -1 after fail(); `given` is a descriptor to hand over. */
static int obey(const struct order *order, int fd, int *given) {
	char path[64];
	switch (order->what) {
	case 'k': return fd; /* keep it */
	case 'x': return close(order->number) < 0 ? fail_fd("close") : 0;
	case 'g': return *given = order->number, 0;
	case 't': return make_thread(order->type);
	case 'c': return unshare_for_children(order);
	case 'b': return bind_here(fd, order->number);
	case 'o': return mount("cover", "/mnt", "tmpfs", 0, "size=1m") < 0 ? fail_fd("mount(tmpfs)") : 0;
	case 'u': path_of(path, -1, order->number);
		return umount2(path, MNT_DETACH) < 0 ? fail_fd("umount2") : 0;
	case 's': fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		return fd < 0 ? fail_fd("socket") : fd;
	case 'n': return open_own("/proc/self/net/dev");
	case 'i': return open_own("/proc/self/mountinfo");
	default: errno = EINVAL;
		return fail_fd("order");
	}
}

void serve(int control) {
	for (;;) {
		struct order order;
		struct reply reply = {0};
		int given = -1, fd = receive(control, &order, sizeof order);
		if (fd == NOTHING - 1) _exit(0);
		reply.answer.number = obey(&order, fd, &given);
		if (reply.answer.number == -1) copy_failure(&reply.answer);
		reply.with_fd = given >= 0;
		if (!transmit(control, &reply, sizeof reply, given)) _exit(0);
		if (given >= 0) close(given);
	}
}

int command(struct worker *worker, struct order order, int fd, int *given) {
	struct reply reply;
	if (!transmit(worker->control, &order, sizeof order, fd)) return fail_fd("sendmsg(order)");
	int got = receive(worker->control, &reply, sizeof reply);
	if (got == NOTHING - 1) return errno = EPIPE, fail_fd("recvmsg(reply)");
	if (given) *given = got;
	if (!reply.answer.error) return reply.answer.number;
	adopt_failure(&reply.answer);
	return -1;
}
