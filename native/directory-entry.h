/* struct linux_dirent64 of getdents64(2), which no header has. */
#ifndef NSCOPE_DIRECTORY_ENTRY_H
#define NSCOPE_DIRECTORY_ENTRY_H
#include <stdint.h>

struct directory_entry {
	uint64_t inode;
	int64_t offset;
	unsigned short size;
	unsigned char type;
	char name[];
};
#endif
