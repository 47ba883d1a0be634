/* bpf(2): reads what an iterator writes, or runs a program and reads the array that it fills. include/uapi/linux/bpf.h */
#include "bpf-read.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A descriptor of the link, or -1 with errno set. */
static int link_iterator(int program) {
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	return bpf(BPF_LINK_CREATE, &attr, SIZE_TO(link_create.iter_info_len));
}

/* The elements of an array of BPF_F_MMAPABLE, as the kernel lays them out. */
static int map_array(int map, uint32_t value_size, uint64_t entries, struct region *region) {
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (size_t)(entries * ((value_size + 7) & ~7u));
	region->size = (size + page - 1) & ~(page - 1);
	void *at = mmap(NULL, region->size, PROT_READ, MAP_SHARED, map, 0);
	if (at == MAP_FAILED) return errno;
	region->at = at;
	return 0;
}

static int map_arrays(const struct skeleton *skeleton, const struct loaded *loaded, uint32_t room, struct reader *reader) {
	const struct stored_map *state = &skeleton->maps[0], *store = &skeleton->maps[1];
	if (skeleton->map_count < 2 || state->value_size < sizeof(struct outcome)) return EINVAL;
	reader->record_size = store->value_size;
	reader->room = room ? room : store->max_entries;
	int err = map_array(loaded->maps[0], state->value_size, state->max_entries, &reader->state);
	return err ? err : map_array(loaded->maps[1], store->value_size, reader->room, &reader->store);
}

int open_reader(const struct skeleton *skeleton, bool is_run, int program, const struct loaded *loaded, uint32_t room,
                struct reader *reader, const char **call) {
	memset(reader, 0, sizeof *reader);
	reader->is_run = is_run;
	reader->fd = program;
	reader->question = -1;
	int err = 0;
	if (is_run) {
		*call = "mmap(bpf map)";
		err = map_arrays(skeleton, loaded, room, reader);
	} else {
		*call = "bpf(LINK_CREATE)";
		reader->fd = link_iterator(program);
		if (reader->fd < 0) err = errno;
		close(program);
		if (skeleton->map_count > 0) reader->question_size = skeleton->maps[0].value_size;
		if (!err && skeleton->map_count > 0 && (reader->question = fcntl(loaded->maps[0], F_DUPFD_CLOEXEC, 0)) < 0)
			err = errno;
	}
	if (err) close_reader(reader);
	return err;
}

void close_reader(struct reader *reader) {
	if (reader->fd >= 0) close(reader->fd);
	if (reader->question >= 0) close(reader->question);
	if (reader->state.at) munmap(reader->state.at, reader->state.size);
	if (reader->store.at) munmap(reader->store.at, reader->store.size);
	memset(reader, 0, sizeof *reader);
	reader->fd = reader->question = -1;
}

int ask_reader(const struct reader *reader, const void *question) {
	const uint32_t first = 0;
	union bpf_attr attr;
	if (reader->question < 0) return EINVAL;
	memset(&attr, 0, sizeof attr);
	attr.map_fd = (uint32_t)reader->question;
	attr.key = (uintptr_t)&first;
	attr.value = (uintptr_t)question;
	return bpf(BPF_MAP_UPDATE_ELEM, &attr, SIZE_TO(flags)) < 0 ? errno : 0;
}

#define FIRST_ROOM (256 << 10)
#define READ_ROOM (32 << 10) /* no read of an iterator gives more */

/* Returns 0, or the errno of read(2). */
static int read_to_end(int fd, struct bytes *all) {
	size_t room = FIRST_ROOM;
	if (!(all->data = malloc(room))) return ENOMEM;
	for (;;) {
		if (room - all->size < READ_ROOM) {
			void *more = realloc(all->data, room *= 2);
			if (!more) return ENOMEM;
			all->data = more;
		}
		ssize_t got = read(fd, (char *)all->data + all->size, room - all->size);
		/* EAGAIN: a million objects went by without a record; the next read goes on after them. */
		if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
		if (got < 0) return errno;
		if (!got) return 0;
		all->size += (size_t)got;
	}
}

static int read_iterator(int link, struct bytes *all, const char **call) {
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.iter_create.link_fd = (uint32_t)link;
	*call = "bpf(ITER_CREATE)";
	int fd = bpf(BPF_ITER_CREATE, &attr, SIZE_TO(iter_create.flags));
	if (fd < 0) return errno;
	*call = "read(bpf_iter)";
	int err = read_to_end(fd, all);
	close(fd);
	return err;
}

static int run(const struct reader *reader, struct reading *reading, const char **call) {
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.test.prog_fd = (uint32_t)reader->fd;
	*call = "bpf(PROG_RUN)";
	if (bpf(BPF_PROG_RUN, &attr, SIZE_TO(test)) < 0) return errno;
	const struct outcome *outcome = reader->state.at;
	uint64_t written = outcome->written < reader->room ? outcome->written : reader->room;
	reading->missed = outcome->missed;
	reading->is_torn = outcome->torn;
	reading->records.size = (size_t)written * reader->record_size;
	if (!(reading->records.data = malloc(reading->records.size + 1))) return ENOMEM;
	memcpy(reading->records.data, reader->store.at, reading->records.size);
	return 0;
}

int read_records(const struct reader *reader, struct reading *reading, const char **call) {
	memset(reading, 0, sizeof *reading);
	int err = reader->is_run ? run(reader, reading, call) : read_iterator(reader->fd, &reading->records, call);
	if (!err) return 0;
	free(reading->records.data);
	reading->records.data = NULL;
	return err;
}
