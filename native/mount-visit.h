/* Work inside a mount namespace: done by a thread of the addon's own that goes in and ends there. */
#ifndef NSCOPE_MOUNT_VISIT_H
#define NSCOPE_MOUNT_VISIT_H
#include <stdbool.h>

struct failure {
	int err;
	const char *call;
};

/* Enters; `own` becomes the thread's directory in /proc. For such a thread alone. */
bool enter_mount_namespace(int fd, int *own, struct failure *failure);
/* Runs `run(visit)` in a thread, which puts what failed into `failure`; false when something did. */
bool run_visit(void *(*run)(void *), void *visit, struct failure *failure);
#endif
