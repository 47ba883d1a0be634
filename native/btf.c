/* The kernel's description of its own types and of those of its modules: /sys/kernel/btf/. */
#include "btf.h"
#include "btf-file.h"
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char folder[] = "/sys/kernel/btf";

struct btf {
	struct btf_file core;
	pthread_mutex_t modules_lock;
	bool has_modules; /* they are read when a type is not found in the core: a kernel may have hundreds */
	struct btf_file *modules;
	size_t module_count;
};

static struct btf kernel = {.modules_lock = PTHREAD_MUTEX_INITIALIZER};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned users;

int take_kernel_types(struct btf **types) {
	pthread_mutex_lock(&lock);
	int err = users ? 0 : open_btf(&kernel.core, "/sys/kernel/btf/vmlinux", NULL);
	if (err)
		close_btf(&kernel.core);
	else
		users++;
	pthread_mutex_unlock(&lock);
	*types = &kernel;
	return err;
}

static void close_all(void) {
	for (size_t i = 0; i < kernel.module_count; i++) close_btf(&kernel.modules[i]);
	free(kernel.modules);
	kernel.modules = NULL;
	kernel.module_count = 0;
	kernel.has_modules = false;
	close_btf(&kernel.core);
}

void give_back_kernel_types(void) {
	pthread_mutex_lock(&lock);
	if (!--users) close_all();
	pthread_mutex_unlock(&lock);
}

/* A module that cannot be read, or is being unloaded, has no types. */
static void read_modules(struct btf *btf) {
	char path[sizeof folder + 256 + 1];
	DIR *directory = opendir(folder);
	size_t room = 0;
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "vmlinux")) continue;
		if (btf->module_count == room) {
			struct btf_file *more = realloc(btf->modules, (room = room ? 2 * room : 64) * sizeof *more);
			if (!more) break;
			btf->modules = more;
		}
		struct btf_file *module = &btf->modules[btf->module_count];
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (open_btf(module, path, &btf->core) == 0)
			btf->module_count++;
		else
			close_btf(module);
	}
	if (directory) closedir(directory);
}

/* The file with structures of this name: the core, else the first module; NULL where there is none. */
static const struct btf_file *file_with(struct btf *btf, const char *name) {
	uint32_t place = first_place(name);
	if (next_named(&btf->core, name, &place)) return &btf->core;
	pthread_mutex_lock(&btf->modules_lock);
	if (!btf->has_modules) read_modules(btf);
	btf->has_modules = true;
	pthread_mutex_unlock(&btf->modules_lock);
	for (size_t i = 0; i < btf->module_count; i++) {
		place = first_place(name);
		if (next_named(&btf->modules[i], name, &place)) return &btf->modules[i];
	}
	return NULL;
}

uint32_t find_type(struct btf *btf, uint32_t kind, const char *name) {
	return find_in_file(&btf->core, kind, name);
}

bool find_size(struct btf *btf, const char *name, uint32_t *size) {
	uint32_t place = first_place(name);
	const struct btf_file *file = file_with(btf, name);
	if (file) *size = next_named(file, name, &place)->size;
	return file;
}

int find_member(struct btf *btf, const char *name, const char *path, uint32_t *offset) {
	uint32_t place = first_place(name), other;
	const struct btf_file *file = file_with(btf, name);
	const struct btf_type *type;
	bool found = false;
	while (file && (type = next_named(file, name, &place))) {
		if (!find_path(file, type, path, &other)) continue;
		if (found && other != *offset) return ENOTUNIQ;
		found = true;
		*offset = other;
	}
	return found ? 0 : ENOENT;
}
