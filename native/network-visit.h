/* Going into network namespaces, which only threads of the addon's own do. */
#ifndef NSCOPE_NETWORK_VISIT_H
#define NSCOPE_NETWORK_VISIT_H
#include "parallel.h"
#include "targets.h"

/* Takes the calling thread into the network namespace of a target: 0, or an errno. */
int go_inside(const struct targets *targets, size_t index);

struct answers {
	char *data; /* all of them, one after another */
	size_t size;
	double *sizes; /* of each, or an errno with the sign turned and one less */
};

/*
 * Has one thread of the addon's own fill in so many answers: [Buffer of all, Buffer of their sizes], or NULL after throwing.
 * Frees what JavaScript does not get.
 */
napi_value gather_answers(napi_env env, struct answers *answers, size_t count, work_on *ask_all, void *asking);
#endif
