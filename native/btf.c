/* The kernel's description of its own types: /sys/kernel/btf/vmlinux. Documentation/bpf/btf.rst */
#include "btf.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct btf {
	void *file;
	size_t size;
	bool is_mapped;
	const char *strings;
	uint32_t strings_size;
	const struct btf_type **types; /* by number, the first is 1 */
	uint32_t count;
	uint32_t *named; /* a hash table of the structures and unions that have a name: numbers, 0 is a free place */
	uint32_t named_mask;
};

static const char *name_of(const struct btf *btf, uint32_t at) { return at < btf->strings_size ? btf->strings + at : ""; }

static uint32_t hash_name(const char *name) {
	uint32_t hash = 2166136261u; /* FNV-1a */
	while (*name) hash = (hash ^ (unsigned char)*name++) * 16777619u;
	return hash;
}

/* How many bytes follow a type's first three words; -1: a kind of a newer kernel. */
static long size_of_rest(const struct btf_type *type) {
	uint32_t count = BTF_INFO_VLEN(type->info);
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case 14: /* VAR */
	case 17: /* DECL_TAG */
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case 15: /* DATASEC */
	case 19: /* ENUM64 */
		return 12L * count;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return 8L * count;
	default:
		return BTF_INFO_KIND(type->info) <= 19 ? 0 : -1;
	}
}

static bool is_structure(const struct btf_type *type) {
	uint32_t kind = BTF_INFO_KIND(type->info);
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

/* Numbers the types and finds the places of the named structures. */
static int index_types(struct btf *btf, const char *at, const char *end) {
	uint32_t room = 0, structures = 0;
	while (end - at >= (long)sizeof(struct btf_type)) {
		const struct btf_type *type = (const void *)at;
		long rest = size_of_rest(type);
		if (rest < 0 || rest > end - at - (long)sizeof *type) return EINVAL;
		if (btf->count + 1 >= room) {
			const struct btf_type **more = realloc(btf->types, (room = room ? 2 * room : 1 << 17) * sizeof *more);
			if (!more) return ENOMEM;
			btf->types = more;
		}
		btf->types[++btf->count] = type;
		if (is_structure(type) && type->name_off) structures++;
		at += sizeof *type + (size_t)rest;
	}
	uint32_t places = 16;
	while (places < 2 * structures) places *= 2;
	btf->named_mask = places - 1;
	if (!(btf->named = calloc(places, sizeof *btf->named))) return ENOMEM;
	for (uint32_t id = 1; id <= btf->count; id++) {
		if (!is_structure(btf->types[id]) || !btf->types[id]->name_off) continue;
		uint32_t place = hash_name(name_of(btf, btf->types[id]->name_off));
		while (btf->named[place & btf->named_mask]) place++;
		btf->named[place & btf->named_mask] = id;
	}
	return 0;
}

/* Kernels before 6.16 do not map the file. */
static int read_file(struct btf *btf, int fd) {
	struct stat stat;
	if (fstat(fd, &stat) < 0) return errno;
	btf->size = (size_t)stat.st_size;
	btf->file = mmap(NULL, btf->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	btf->is_mapped = btf->file != MAP_FAILED;
	if (btf->is_mapped) return 0;
	if (!(btf->file = malloc(btf->size))) return ENOMEM;
	for (size_t length = 0; length < btf->size;) {
		ssize_t got = read(fd, (char *)btf->file + length, btf->size - length);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) return got < 0 ? errno : EIO;
		length += (size_t)got;
	}
	return 0;
}

static int load(struct btf *btf) {
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	if (fd < 0) return errno;
	int err = read_file(btf, fd);
	close(fd);
	if (err) return err;
	const struct btf_header *head = btf->file;
	if (btf->size < sizeof *head || head->magic != BTF_MAGIC) return EINVAL;
	uint64_t types = (uint64_t)head->hdr_len + head->type_off, strings = (uint64_t)head->hdr_len + head->str_off;
	if (types + head->type_len > btf->size || strings + head->str_len > btf->size || !head->str_len) return EINVAL;
	btf->strings = (const char *)btf->file + strings;
	btf->strings_size = head->str_len;
	if (btf->strings[head->str_len - 1]) return EINVAL;
	const char *begin = (const char *)btf->file + types;
	return index_types(btf, begin, begin + head->type_len);
}

static void clear(struct btf *btf) {
	free(btf->types);
	free(btf->named);
	if (btf->is_mapped)
		munmap(btf->file, btf->size);
	else
		free(btf->file);
	memset(btf, 0, sizeof *btf);
}

static struct btf kernel;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned users;

int take_kernel_types(const struct btf **types) {
	pthread_mutex_lock(&lock);
	int err = users ? 0 : load(&kernel);
	if (err)
		clear(&kernel);
	else
		users++;
	pthread_mutex_unlock(&lock);
	*types = &kernel;
	return err;
}

void give_back_kernel_types(void) {
	pthread_mutex_lock(&lock);
	if (!--users) clear(&kernel);
	pthread_mutex_unlock(&lock);
}

uint32_t find_type(const struct btf *btf, uint32_t kind, const char *name) {
	for (uint32_t id = 1; id <= btf->count; id++) {
		const struct btf_type *type = btf->types[id];
		if (BTF_INFO_KIND(type->info) == kind && !strcmp(name_of(btf, type->name_off), name)) return id;
	}
	return 0;
}

/* The next structure of this name from a place of the hash table on, which goes on; NULL behind the last. */
static const struct btf_type *next_named(const struct btf *btf, const char *name, uint32_t *place) {
	for (;;) {
		uint32_t id = btf->named[(*place)++ & btf->named_mask];
		if (!id) return NULL;
		if (!strcmp(name_of(btf, btf->types[id]->name_off), name)) return btf->types[id];
	}
}

bool find_size(const struct btf *btf, const char *name, uint32_t *size) {
	uint32_t place = hash_name(name);
	const struct btf_type *type = next_named(btf, name, &place);
	if (type) *size = type->size;
	return type;
}

/* What stands behind typedefs and qualifiers, where that is a structure or union; else NULL. */
static const struct btf_type *structure_at(const struct btf *btf, uint32_t id) {
	while (id && id <= btf->count) {
		const struct btf_type *type = btf->types[id];
		switch (BTF_INFO_KIND(type->info)) {
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			return type;
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case 18: /* TYPE_TAG */
			id = type->type;
			break;
		default:
			return NULL;
		}
	}
	return NULL;
}

static const struct btf_member *member_in(const struct btf *btf, const struct btf_type *type, const char *name,
                                          size_t length, uint64_t *bits) {
	const struct btf_member *member = (const void *)(type + 1);
	for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info); i++, member++) {
		uint32_t at = BTF_INFO_KFLAG(type->info) ? BTF_MEMBER_BIT_OFFSET(member->offset) : member->offset;
		const char *own = name_of(btf, member->name_off);
		if (*own) {
			if (strncmp(own, name, length) || own[length]) continue;
			*bits += at;
			return member;
		}
		const struct btf_type *inner = structure_at(btf, member->type);
		uint64_t inner_bits = *bits + at;
		const struct btf_member *found = inner ? member_in(btf, inner, name, length, &inner_bits) : NULL;
		if (!found) continue;
		*bits = inner_bits;
		return found;
	}
	return NULL;
}

static bool find_path(const struct btf *btf, const struct btf_type *type, const char *path, uint32_t *offset) {
	uint64_t bits = 0;
	for (;;) {
		size_t length = strcspn(path, ".");
		const struct btf_member *member = type ? member_in(btf, type, path, length, &bits) : NULL;
		if (!member) return false;
		if (!path[length]) break;
		path += length + 1;
		type = structure_at(btf, member->type);
	}
	*offset = (uint32_t)(bits / 8);
	return true;
}

int find_member(const struct btf *btf, const char *name, const char *path, uint32_t *offset) {
	uint32_t place = hash_name(name), other;
	const struct btf_type *type;
	bool found = false;
	while ((type = next_named(btf, name, &place))) {
		if (!find_path(btf, type, path, &other)) continue;
		if (found && other != *offset) return ENOTUNIQ;
		found = true;
		*offset = other;
	}
	return found ? 0 : ENOENT;
}
