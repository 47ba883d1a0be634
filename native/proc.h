/* What the files on proc(5) share: a job over a batch of names, and the ways of visiting a directory. */
#ifndef NSCOPE_PROC_H
#define NSCOPE_PROC_H
#include "addon.h"
#include <sys/types.h>

struct job {
	int root;
	const char *const *names;
	size_t count;
	const char *const *links; /* names of links to read; for visit_links the beginnings that are wanted */
	size_t link_count;
	const char *const *files;
	size_t file_count;
	size_t max_bytes; /* of one file */
	uint64_t nsfs; /* find_nsfs() */
	bool (*visit)(struct job *job, const char *name);
	char *data;
	size_t size, room;
	size_t last_links; /* for visit_task: where the links of the task before begin, 0 for none */
	int err;
};

/* Each appends one record to job->data; false, with job->err set, when memory ran out. */
bool visit_entry(struct job *job, const char *name);
bool visit_links(struct job *job, const char *name);
bool visit_task(struct job *job, const char *name);

/* proc-visit.c: parts of a record. put and put_file return false when memory ran out. */
bool put(struct job *job, const void *bytes, size_t size);
bool put_padding(struct job *job);
bool put_file(struct job *job, int dir, const char *name);
/* The number in "type:[number]", or -errno. */
int64_t read_link_number(int dir, const char *name);

/* nsfs-link.c: the device number of nsfs, 0 where /proc does not show it. */
uint64_t find_nsfs(void);
/* Whether what the link leads to is on nsfs, a socket or a tun device, or cannot be told. */
bool may_lead_on(uint64_t nsfs, int dir, const char *name);
/* What an O_PATH descriptor stands for, where that is the file of nsfs with this number; -1 with errno, ESTALE if not. */
int open_nsfs(int at, uint64_t inode);
/* "type:[inode]" where the link leads to nsfs, however the file was opened; its length, or 0. */
size_t read_nsfs_link(uint64_t nsfs, int dir, const char *name, char *text, size_t room);
#endif
