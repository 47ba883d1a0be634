/* Going into network namespaces, which only threads of the addon's own do. */
#ifndef NSCOPE_NETWORK_VISIT_H
#define NSCOPE_NETWORK_VISIT_H
#include "targets.h"

/* Takes the calling thread into the network namespace of a target: 0, or an errno. */
int go_inside(const struct targets *targets, size_t index);
#endif
