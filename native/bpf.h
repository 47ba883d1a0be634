/* What the files on bpf(2) share. */
#ifndef NSCOPE_BPF_H
#define NSCOPE_BPF_H
#include "addon.h"
#include <linux/bpf.h>

#define LOADER_HEAD 24 /* u32 size, flags, log_level, log_size; u64 log_buf */
#define LOADER_MAP 16  /* i32 fd; u32 max_entries; u64 initial_value */
#define LOADER_PROG 4  /* i32 fd */
#define MOST 64        /* maps, and programs */

/* The attributes up to and including `field`: a kernel refuses bytes that it does not know unless they are zero. */
#define SIZE_TO(field) (offsetof(union bpf_attr, field) + sizeof(((union bpf_attr *)0)->field))

/* bpf(2) itself. */
int bpf(int command, union bpf_attr *attr, size_t size);

struct bytes {
	void *data;
	size_t size;
};

/* Loads a light skeleton. Returns 0, or the errno with *call set. `context` then holds the descriptors. */
int run_skeleton(struct bytes data, struct bytes insns, unsigned char *context, uint32_t size, const char **call);

/* The descriptor at this place of a context. */
int32_t fd_at(const unsigned char *at);
#endif
