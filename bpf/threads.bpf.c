/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Every thread of the reader's pid namespace: tasks.bpf.c without its filter. */
#define EVERY_THREAD
#include "tasks.bpf.c"
