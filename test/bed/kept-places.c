/* Hiding places without a descriptor: what a process mapped, where it is, what it runs. */
#include "bed.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(type) (1U << (type))

static int change_directory(struct answer *answer, const void *path) {
	(void)answer;
	return chdir(path) < 0 ? fail_fd("chdir") : NOTHING;
}

static int change_root(struct answer *answer, const void *path) {
	(void)answer;
	return chroot(path) < 0 ? fail_fd("chroot") : NOTHING;
}

/* A second process goes to /proc/PID of the first, which then ends. */
static bool stay_in_directory(const struct place *place, enum type type, work body) {
	struct child child, stays;
	struct identity identity;
	char directory[32];
	if (!spawn(&child, types[type].flag, idle, NULL)) return false;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, &identity) && spawn(&stays, 0, body, directory);
	end(&child);
	if (!done) return false;
	keep(&stays);
	say_made(place, type, &identity, "\"pid\":%d", stays.pid);
	return true;
}

static bool make_cwd(const struct place *place, enum type type) { return stay_in_directory(place, type, change_directory); }
static bool make_root(const struct place *place, enum type type) { return stay_in_directory(place, type, change_root); }

static int open_program(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail_fd("open(/proc/self/exe)") : fd;
}

#define RING_SIZE 65536

/* A packet socket with a ring to receive into, which is mapped: packet(7). */
static int open_ring(struct answer *answer, const void *argument) {
	(void)answer;
	(void)argument;
	struct tpacket_req ring = {.tp_block_size = RING_SIZE, .tp_block_nr = 1, .tp_frame_size = 2048, .tp_frame_nr = RING_SIZE / 2048};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0) return fail_fd("socket(AF_PACKET)");
	return setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring) < 0 ? fail_fd("setsockopt(PACKET_RX_RING)") : fd;
}

struct file_to_map {
	enum type type;
	work open;
	int protection;
};

/* The mapping is shared: the ring of a packet socket wants that. */
static int map_file(struct answer *answer, const void *argument) {
	const struct file_to_map *file = argument;
	int fd = take(file->type, 0, file->open, NULL, &answer->made);
	if (fd < 0) return -1;
	void *at = mmap(NULL, file->protection & PROT_WRITE ? RING_SIZE : 4096, file->protection, MAP_SHARED, fd, 0);
	int error = errno;
	close(fd);
	errno = error;
	return at == MAP_FAILED ? fail_fd("mmap") : NOTHING;
}

static bool keep_mapped(const struct place *place, enum type type, work open, int protection) {
	struct child child;
	const struct file_to_map file = {.type = type, .open = open, .protection = protection};
	if (!spawn(&child, 0, map_file, &file)) return false;
	keep(&child);
	say_made(place, type, &child.answer.made, "\"pid\":%d", child.pid);
	return true;
}

static bool make_mapping(const struct place *place, enum type type) {
	return keep_mapped(place, type, open_program, PROT_READ);
}
static bool make_ring(const struct place *place, enum type type) {
	return keep_mapped(place, type, open_ring, PROT_READ | PROT_WRITE);
}

/* The process leaves the ipc namespace, in which nobody is then; what is attached stays so. */
static int attach(struct answer *answer, const void *type) {
	enum type of = *(const enum type *)type;
	if (unshare(types[of].flag) < 0) return fail_fd("unshare");
	if (!identify_task("/proc/self", types[of].name, &answer->made)) return -1;
	int segment = shmget(IPC_PRIVATE, 4096, 0600);
	if (segment < 0) return fail_fd("shmget");
	if (shmat(segment, NULL, 0) == (void *)-1) return fail_fd("shmat");
	return unshare(types[of].flag) < 0 ? fail_fd("unshare") : NOTHING;
}

static bool make_segment(const struct place *place, enum type type) {
	struct child child;
	if (!spawn(&child, 0, attach, &type)) return false;
	keep(&child);
	say_made(place, type, &child.answer.made, "\"pid\":%d", child.pid);
	return true;
}

/* The bed's own program is executed in the namespace and moves on to one below, as a child of the bed. */
static int execute_and_leave(struct answer *answer, const void *argument) {
	(void)argument;
	int ends[2];
	char byte, number[16];
	if (pipe(ends) < 0) return fail_fd("pipe");
	snprintf(number, sizeof number, "%d", ends[1]);
	answer->number = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
	if (answer->number == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		execl("/proc/self/exe", "bed", "--leave", number, NULL);
		_exit(1);
	}
	close(ends[1]);
	ssize_t left = answer->number > 0 ? read(ends[0], &byte, 1) : -1;
	close(ends[0]);
	return left == 1 ? NOTHING : fail_fd("execl(bed --leave)");
}

int leave_user_namespace(const char *number) {
	int fd = atoi(number);
	if (unshare(CLONE_NEWUSER) < 0 || write(fd, "", 1) != 1) return 1;
	close(fd);
	while (pause())
		;
	return 0;
}

static bool make_program(const struct place *place, enum type type) {
	struct child child, program = {.control = -1, .fd = -1};
	struct identity identity, below;
	char directory[32];
	if (!spawn(&child, types[type].flag, execute_and_leave, NULL)) return false;
	program.pid = child.answer.number;
	snprintf(directory, sizeof directory, "/proc/%d", child.pid);
	bool done = identify_task(directory, types[type].name, &identity);
	snprintf(directory, sizeof directory, "/proc/%d", program.pid);
	done = done && identify_task(directory, types[type].name, &below);
	end(&child);
	if (!done) return end(&program), false;
	keep(&program);
	say_auxiliary(place, type, &below, "\"pid\":%d", program.pid);
	say_made(place, type, &identity, "\"pid\":%d", program.pid);
	return true;
}

const struct place kept_places[] = {
	{"working-directory", "a process is in /proc/PID of a process that has ended (fs_struct.pwd)", BIT(PID), make_cwd,
	 "struct pid holds pid namespaces alone", {0}},
	{"root-directory", "a process has /proc/PID of a process that has ended for its root (fs_struct.root)", BIT(PID), make_root,
	 "struct pid holds pid namespaces alone", {0}},
	{"mapping", "a file that was opened in it is mapped, and its descriptor closed (vm_area_struct.vm_file)", BIT(USER),
	 make_mapping, "see mapped-socket and attached-segment", {0}},
	{"mapped-socket", "the ring of a packet socket is mapped, and its descriptor closed", BIT(NET), make_ring,
	 "a socket holds its net namespace alone", {[USER] = "the socket's file credentials: see mapping"}},
	{"attached-segment", "a segment of shared memory is attached by a process that has left it (shm_file_data.ns)", BIT(IPC),
	 make_segment, "a segment holds its ipc namespace alone", {0}},
	{"program", "a program was executed in it, and moved on to a child (mm_struct.exe_file, user_ns, task_exec_state.user_ns)",
	 BIT(USER), make_program, "a program keeps a user namespace alone", {0}},
	{0},
};
