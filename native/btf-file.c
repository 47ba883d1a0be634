/* Reads one file of BTF, vmlinux or that of a module. Documentation/bpf/btf.rst */
#include "btf-file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static uint32_t first_own(const struct btf_file *btf) { return btf->base ? btf->base->count + 1 : 1; }

/* NULL where there is none of that number. */
static const struct btf_type *type_at(const struct btf_file *btf, uint32_t id) {
	if (id < first_own(btf)) return btf->base && id ? type_at(btf->base, id) : NULL;
	return id - first_own(btf) < btf->count ? btf->types[id - first_own(btf)] : NULL;
}

static const char *name_of(const struct btf_file *btf, uint32_t at) {
	if (btf->base) {
		if (at < btf->base->strings_size) return name_of(btf->base, at);
		at -= btf->base->strings_size;
	}
	return at < btf->strings_size ? btf->strings + at : "";
}

uint32_t first_place(const char *name) {
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
static int index_types(struct btf_file *btf, const char *at, const char *end) {
	uint32_t first_room = btf->base ? 1 << 8 : 1 << 17, room = 0, structures = 0;
	while (end - at >= (long)sizeof(struct btf_type)) {
		const struct btf_type *type = (const void *)at;
		long rest = size_of_rest(type);
		if (rest < 0 || rest > end - at - (long)sizeof *type) return EINVAL;
		if (btf->count == room) {
			const struct btf_type **more = realloc(btf->types, (room = room ? 2 * room : first_room) * sizeof *more);
			if (!more) return ENOMEM;
			btf->types = more;
		}
		btf->types[btf->count++] = type;
		if (is_structure(type) && type->name_off) structures++;
		at += sizeof *type + (size_t)rest;
	}
	uint32_t places = 16;
	while (places < 2 * structures) places *= 2;
	btf->named_mask = places - 1;
	if (!(btf->named = calloc(places, sizeof *btf->named))) return ENOMEM;
	for (uint32_t i = 0; i < btf->count; i++) {
		if (!is_structure(btf->types[i]) || !btf->types[i]->name_off) continue;
		uint32_t place = first_place(name_of(btf, btf->types[i]->name_off));
		while (btf->named[place & btf->named_mask]) place++;
		btf->named[place & btf->named_mask] = i + 1;
	}
	return 0;
}

/* Kernels before 6.16 do not map the file. */
static int read_file(struct btf_file *btf, int fd) {
	struct stat stat;
	if (fstat(fd, &stat) < 0) return errno;
	btf->size = (size_t)stat.st_size;
	btf->bytes = mmap(NULL, btf->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	btf->is_mapped = btf->bytes != MAP_FAILED;
	if (btf->is_mapped) return 0;
	if (!(btf->bytes = malloc(btf->size))) return ENOMEM;
	for (size_t length = 0; length < btf->size;) {
		ssize_t got = read(fd, (char *)btf->bytes + length, btf->size - length);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) return got < 0 ? errno : EIO;
		length += (size_t)got;
	}
	return 0;
}

int open_btf(struct btf_file *btf, const char *path, const struct btf_file *base) {
	memset(btf, 0, sizeof *btf);
	btf->base = base;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return errno;
	int err = read_file(btf, fd);
	close(fd);
	if (err) return err;
	const struct btf_header *head = btf->bytes;
	if (btf->size < sizeof *head || head->magic != BTF_MAGIC) return EINVAL;
	uint64_t types = (uint64_t)head->hdr_len + head->type_off, strings = (uint64_t)head->hdr_len + head->str_off;
	if (types + head->type_len > btf->size || strings + head->str_len > btf->size || !head->str_len) return EINVAL;
	btf->strings = (const char *)btf->bytes + strings;
	btf->strings_size = head->str_len;
	if (btf->strings[head->str_len - 1]) return EINVAL;
	const char *begin = (const char *)btf->bytes + types;
	return index_types(btf, begin, begin + head->type_len);
}

void close_btf(struct btf_file *btf) {
	free(btf->types);
	free(btf->named);
	if (btf->is_mapped)
		munmap(btf->bytes, btf->size);
	else
		free(btf->bytes);
	memset(btf, 0, sizeof *btf);
}

uint32_t find_in_file(const struct btf_file *btf, uint32_t kind, const char *name) {
	for (uint32_t i = 0; i < btf->count; i++)
		if (BTF_INFO_KIND(btf->types[i]->info) == kind && !strcmp(name_of(btf, btf->types[i]->name_off), name))
			return first_own(btf) + i;
	return 0;
}

const struct btf_type *next_named(const struct btf_file *btf, const char *name, uint32_t *place) {
	for (;;) {
		uint32_t number = btf->named[(*place)++ & btf->named_mask];
		if (!number) return NULL;
		const struct btf_type *type = btf->types[number - 1];
		if (!strcmp(name_of(btf, type->name_off), name)) return type;
	}
}

/* What stands behind typedefs and qualifiers, where that is a structure or union; else NULL. */
static const struct btf_type *structure_at(const struct btf_file *btf, uint32_t id) {
	const struct btf_type *type;
	while ((type = type_at(btf, id))) {
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

static const struct btf_member *member_in(const struct btf_file *btf, const struct btf_type *type, const char *name,
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

bool find_path(const struct btf_file *btf, const struct btf_type *type, const char *path, uint32_t *offset) {
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
