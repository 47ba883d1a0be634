/*
 * bpf(2): loads stored skeletons. What in a program depends on the kernel's types is filled in here, from one reading of
 * them for all programs: the kernel does the same (CO-RE) with a search of all its types for each name, which takes far
 * longer than all else of loading. include/uapi/linux/bpf.h
 */
#include "bpf.h"
#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD_BYTES 128
static const char magic[8] = "nscopeB2";

/* What a place of an instruction wants; scripts/bpf-skeleton.js has the same. */
enum want { MEMBER_OFFSET = 0, MEMBER_EXISTS = 2, TYPE_EXISTS = 8, TYPE_SIZE = 9, FUNCTION_ID = 100 };
struct place {
	uint32_t insn, want, type, path;
};

/* So many bytes of the rest, or NULL. */
static const void *take(struct bytes *rest, uint64_t size) {
	if (size > rest->size) return NULL;
	const void *taken = rest->data;
	rest->data = (char *)rest->data + size;
	rest->size -= size;
	return taken;
}

static uint64_t padded(uint64_t size) { return (size + 7) & ~(uint64_t)7; }

static uint64_t size_of_program(const struct stored_program *program) {
	return 8 * (uint64_t)program->insns + sizeof(struct place) * (uint64_t)program->places + 8 * (uint64_t)program->functions;
}

bool open_skeleton(struct skeleton *skeleton, struct bytes bytes) {
	const char *head = take(&bytes, HEAD_BYTES);
	uint32_t counts[4];
	if (!head || memcmp(head, magic, sizeof magic)) return false;
	memcpy(counts, head + sizeof magic, sizeof counts);
	skeleton->map_count = counts[0];
	skeleton->program_count = counts[1];
	skeleton->types.size = counts[2];
	if (counts[0] > MAX_MAPS || counts[1] > MAX_PROGRAMS) return false;
	skeleton->strings = take(&bytes, counts[3]);
	skeleton->types.data = (void *)take(&bytes, padded(counts[2]));
	skeleton->maps = take(&bytes, counts[0] * sizeof *skeleton->maps);
	if (!skeleton->strings || !skeleton->types.data || !skeleton->maps) return false;
	for (uint32_t i = 0; i < skeleton->program_count; i++) {
		const struct stored_program *program = take(&bytes, sizeof *program);
		if (!program || !take(&bytes, size_of_program(program))) return false;
		skeleton->programs[i] = program;
	}
	return bytes.size == 0;
}

static int create_map(const struct skeleton *skeleton, const struct stored_map *map, uint32_t entries) {
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.map_type = map->type;
	attr.key_size = map->key_size;
	attr.value_size = map->value_size;
	attr.max_entries = entries ? entries : map->max_entries;
	attr.map_flags = map->flags;
	strncpy(attr.map_name, skeleton->strings + map->name, sizeof attr.map_name - 1);
	return bpf(BPF_MAP_CREATE, &attr, SIZE_TO(map_name));
}

void close_loaded(struct loaded *loaded) {
	if (loaded->types >= 0) close(loaded->types);
	for (uint32_t i = 0; i < MAX_MAPS; i++)
		if (loaded->maps[i] >= 0) close(loaded->maps[i]);
	memset(loaded, -1, sizeof *loaded);
}

int load_maps(const struct skeleton *skeleton, const uint32_t *entries, size_t count, struct loaded *loaded,
              const char **call) {
	union bpf_attr attr;
	memset(loaded, -1, sizeof *loaded);
	memset(&attr, 0, sizeof attr);
	attr.btf = (uintptr_t)skeleton->types.data;
	attr.btf_size = (uint32_t)skeleton->types.size;
	*call = "bpf(BTF_LOAD)";
	loaded->types = bpf(BPF_BTF_LOAD, &attr, SIZE_TO(btf_log_level));
	if (loaded->types < 0) return errno;
	*call = "bpf(MAP_CREATE)";
	for (uint32_t i = 0; i < skeleton->map_count; i++) {
		loaded->maps[i] = create_map(skeleton, &skeleton->maps[i], i < count ? entries[i] : 0);
		if (loaded->maps[i] >= 0) continue;
		int err = errno;
		close_loaded(loaded);
		return err;
	}
	return 0;
}

/* A call of a function that does not exist: the verifier takes it where it sees that it is never reached. */
static const struct bpf_insn never = {.code = BPF_JMP | BPF_CALL, .imm = 0xbad2310};

static void write_value(struct bpf_insn *insn, uint32_t value) {
	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		insn->off = (int16_t)value;
		break;
	default:
		insn->imm = (int32_t)value;
	}
}

/* Fills a place in. False where the kernel has not what the program cannot do without; errno then says why. */
static bool fill(const struct skeleton *skeleton, const struct place *place, struct bpf_insn *insns,
                 struct btf *kernel) {
	const char *type = skeleton->strings + place->type, *path = skeleton->strings + place->path;
	struct bpf_insn *insn = &insns[place->insn];
	uint32_t value = 0;
	int err;
	switch (place->want) {
	case MEMBER_EXISTS:
		write_value(insn, find_member(kernel, type, path, &value) != ENOENT);
		return true;
	case TYPE_EXISTS:
		write_value(insn, find_size(kernel, type, &value));
		return true;
	case TYPE_SIZE:
		if (!find_size(kernel, type, &value)) *insn = never;
		else write_value(insn, value);
		return true;
	case FUNCTION_ID:
		value = find_type(kernel, BTF_KIND_FUNC, type);
		write_value(insn, value);
		errno = ESRCH;
		return value;
	default:
		err = find_member(kernel, type, path, &value);
		if (err == ENOENT) {
			if (insn->code == (BPF_LD | BPF_IMM | BPF_DW)) insn[1] = never;
			*insn = never;
		} else {
			write_value(insn, value);
		}
		errno = err;
		return err != ENOTUNIQ && (BPF_CLASS(insn->code) != BPF_LDX || value <= INT16_MAX);
	}
}

int load_program(const struct skeleton *skeleton, uint32_t number, const struct loaded *loaded,
                 struct btf *kernel, struct bytes log, const char **call) {
	const struct stored_program *program = skeleton->programs[number];
	const struct bpf_insn *stored = (const void *)(program + 1);
	const struct place *places = (const void *)(stored + program->insns);
	struct bpf_insn *insns = malloc(program->insns * sizeof *insns);
	*call = "malloc";
	if (!insns) return -1;
	memcpy(insns, stored, program->insns * sizeof *insns);
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	int fd = -1;
	*call = "btf";
	for (uint32_t i = 0; i < program->places; i++)
		if (places[i].insn >= program->insns || !fill(skeleton, &places[i], insns, kernel)) goto out;
	if (program->target_kind) {
		attr.attach_btf_id = find_type(kernel, program->target_kind, skeleton->strings + program->target);
		errno = ESRCH;
		if (!attr.attach_btf_id) goto out;
	}
	attr.prog_type = program->type;
	attr.expected_attach_type = program->attach_type;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = program->insns;
	attr.license = (uintptr_t)"Dual MIT/GPL";
	if (program->type == BPF_PROG_TYPE_SYSCALL) attr.prog_flags = BPF_F_SLEEPABLE;
	strncpy(attr.prog_name, skeleton->strings + program->name, sizeof attr.prog_name - 1);
	attr.prog_btf_fd = (uint32_t)loaded->types;
	attr.func_info_rec_size = 8;
	attr.func_info = (uintptr_t)(places + program->places);
	attr.func_info_cnt = program->functions;
	if (skeleton->map_count) attr.fd_array = (uintptr_t)loaded->maps;
	if (log.size) {
		attr.log_level = 1 /* BPF_LOG_LEVEL1 */ | 4 /* BPF_LOG_STATS */;
		attr.log_buf = (uintptr_t)log.data;
		attr.log_size = (uint32_t)log.size;
	}
	*call = "bpf(PROG_LOAD)";
	fd = bpf(BPF_PROG_LOAD, &attr, SIZE_TO(fd_array));
out:;
	int err = errno;
	free(insns);
	errno = err;
	return fd;
}
