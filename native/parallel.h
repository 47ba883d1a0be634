/* Work on a list, shared between threads that end with it. */
#ifndef NSCOPE_PARALLEL_H
#define NSCOPE_PARALLEL_H
#include <stdbool.h>
#include <stddef.h>

typedef void work_on(void *context, size_t index);

/* Calls `one` for each index below `count`, with up to so many threads, of which the caller is one. */
void for_all(size_t count, size_t threads, work_on *one, void *context);
/* The same without the caller, whose state the work would change: false when no thread could be made. */
bool for_all_apart(size_t count, size_t threads, work_on *one, void *context);
#endif
