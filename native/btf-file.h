/* One file of BTF, vmlinux or that of a module: its types by number and name. Documentation/bpf/btf.rst */
#ifndef NSCOPE_BTF_FILE_H
#define NSCOPE_BTF_FILE_H
#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf_file {
	const struct btf_file *base; /* of a module: vmlinux, whose numbers and strings come before its own */
	void *bytes;
	size_t size;
	bool is_mapped;
	const char *strings;
	uint32_t strings_size;
	const struct btf_type **types; /* the first is the one after the base's last */
	uint32_t count;
	uint32_t *named; /* a hash table of the structures and unions that have a name: numbers, 0 is a free place */
	uint32_t named_mask;
};

/* Reads and indexes a file. Returns 0 or an errno; the file is to be closed in any case. */
int open_btf(struct btf_file *file, const char *path, const struct btf_file *base);
void close_btf(struct btf_file *file);

/* The number of the first type of this kind and name in this file alone; 0: none. */
uint32_t find_in_file(const struct btf_file *file, uint32_t kind, const char *name);

/* Where the search for a structure or union begins, and the next of its name in this file alone; NULL after the last. */
uint32_t first_place(const char *name);
const struct btf_type *next_named(const struct btf_file *file, const char *name, uint32_t *place);

/* Where a member lies, in bytes; see find_member() in btf.h. */
bool find_path(const struct btf_file *file, const struct btf_type *type, const char *path, uint32_t *offset);
#endif
