/* A loaded BPF program that can be asked for its records: an iterator, or one that is run and fills an array. */
#ifndef NSCOPE_BPF_READ_H
#define NSCOPE_BPF_READ_H
#include "bpf.h"

struct region {
	void *at;
	size_t size;
};

struct reader {
	int fd;              /* of the link of an iterator, or of the program that is run */
	bool is_run;
	int question;        /* of an iterator: its first map, in which the reader says what is wanted; -1 where it has none */
	size_t question_size; /* bytes */
	struct region state; /* of a program that is run: its first map; begins with a struct outcome */
	struct region store; /* its second map: the records */
	uint32_t record_size, room; /* bytes, records */
};

/* What a program that is run says of one run. bpf/store.h has the same. */
struct outcome {
	uint64_t written, missed, torn;
};

struct reading {
	struct bytes records;
	uint64_t missed; /* records that found no room */
	bool is_torn;    /* the lists changed under the walk: what came after that is missing */
};

/*
 * Turns a loaded program into a reader, which then owns the program's descriptor; room: of the second map, 0 for what the
 * program says itself. Returns 0, or an errno with *call set and the descriptor closed.
 */
int open_reader(const struct skeleton *skeleton, bool is_run, int program, const struct loaded *loaded, uint32_t room,
                struct reader *reader, const char **call);
void close_reader(struct reader *reader);

/* Writes the one element of an iterator's first map. Returns 0, or an errno: EINVAL for one without a map. question: of question_size. */
int ask_reader(const struct reader *reader, const void *question);

/* All records of one pass. Returns 0, or an errno with *call set and nothing to free. */
int read_records(const struct reader *reader, struct reading *reading, const char **call);
#endif
