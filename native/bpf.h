/* What the files on bpf(2) share. */
#ifndef NSCOPE_BPF_H
#define NSCOPE_BPF_H
#include "addon.h"
#include "btf.h"
#include <linux/bpf.h>

/* The attributes up to and including `field`: a kernel refuses bytes that it does not know unless they are zero. */
#define SIZE_TO(field) (offsetof(union bpf_attr, field) + sizeof(((union bpf_attr *)0)->field))

/* bpf(2) itself. */
int bpf(int command, union bpf_attr *attr, size_t size);

struct bytes {
	void *data;
	size_t size;
};

/* bpf-skeleton.c: a stored skeleton; scripts/bpf-skeleton.js writes it and says what is in it. */
#define MAX_MAPS 8
#define MAX_PROGRAMS 16
struct skeleton {
	uint32_t map_count, program_count;
	struct bytes types;
	const char *strings;
	const struct stored_map *maps;
	const struct stored_program *programs[MAX_PROGRAMS];
};
struct stored_map {
	uint32_t type, key_size, value_size, max_entries, flags, name;
};
struct stored_program {
	uint32_t type, attach_type, target_kind, target, name, insns, places, functions;
};

/* False where it is cut or damaged. The bytes must stay. */
bool open_skeleton(struct skeleton *skeleton, struct bytes bytes);

/* A skeleton of which maps and types have been loaded: descriptors, -1 where there is none. */
struct loaded {
	int types;
	int maps[MAX_MAPS];
};

/*
 * Makes the maps, and gives the kernel the programs' own types. entries: of the first maps, 0 for what the program says.
 * Returns 0, or an errno with *call set and nothing left open.
 */
int load_maps(const struct skeleton *skeleton, const uint32_t *entries, size_t count, struct loaded *loaded,
              const char **call);
void close_loaded(struct loaded *loaded);

/* A descriptor of one program; or -1 with errno and *call set. The verifier's words go to `log`, if any. */
int load_program(const struct skeleton *skeleton, uint32_t number, const struct loaded *loaded,
                 struct btf *kernel, struct bytes log, const char **call);
#endif
