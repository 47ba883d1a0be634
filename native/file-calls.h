/* Calls on files that may never return, since who serves the file system is free not to answer. */
#ifndef NSCOPE_FILE_CALLS_H
#define NSCOPE_FILE_CALLS_H
#include <stdbool.h>
#include <stdint.h>

/* Also written in src/kernel/files/file-calls.ts. */
enum { CALL_OPEN = 1, CALL_REOPEN, CALL_READ, CALL_READ_LINK, CALL_LIST, CALL_FILE_SYSTEM, CALL_ENTER_ROOT, CALL_COUNT };

struct call {
	uint32_t what, flags;
	uint64_t offset, size;
	char name[4096];
};

struct answer {
	int32_t err;      /* an errno, or 0 */
	uint32_t size;    /* of `data` */
	int64_t value;    /* a number; of calls that open something the descriptor, which is the caller's to close */
	_Alignas(8) char data[65536];
};

/* The system call's name, as the man page spells it. */
const char *name_call(uint32_t what);
bool gives_descriptor(uint32_t what);
/* Makes the call on `fd`. `own_fds` is the caller's own directory /proc/self/fd, or -1 to look it up. */
void make_call(const struct call *call, int fd, int own_fds, struct answer *answer);
#endif
