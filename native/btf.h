/* The kernel's description of its own types, as far as a BPF program needs it. */
#ifndef NSCOPE_BTF_H
#define NSCOPE_BTF_H
#include <stdbool.h>
#include <stdint.h>

struct btf;

/*
 * The types of the running kernel. They are read when first asked for and shared by all threads until each has given
 * them back. Returns 0 or an errno: ENOENT where the kernel does not describe itself.
 */
int take_kernel_types(struct btf **types);
void give_back_kernel_types(void);

/* The number of the first type of this kind (BTF_KIND_*) and name; 0: there is none. */
uint32_t find_type(struct btf *types, uint32_t kind, const char *name);

/* Whether there is a structure or union of this name, and its size in bytes. */
bool find_size(struct btf *types, const char *name, uint32_t *size);

/*
 * Where a member lies in a structure or union, in bytes. path: names joined by dots; unnamed structures on the way are
 * left out. Returns 0, ENOENT, or ENOTUNIQ where structures of one name have it at different places.
 */
int find_member(struct btf *types, const char *name, const char *path, uint32_t *offset);
#endif
