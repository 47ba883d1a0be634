/* What trace.c tells its parent of a command that it follows; also written in src/parse/records/traced-calls.ts. */
#ifndef NSCOPE_TRACE_H
#define NSCOPE_TRACE_H
#include "../bpf/layout.h"
#include <stdint.h>

enum { TRACED_CALL = 16, TRACED_EXEC, TRACED_END };
enum { TEXTS = 3, TEXT_BYTES = 512 };

struct traced_call {
	int32_t what, pid, err, unused;
	int64_t value; /* what the call returned, the owner of a setuid file, the status of the command as waitpid gives it */
	uint64_t args[6];
	char name[16];
	char texts[1536]; /* TEXTS of them */
};
RECORD_BYTES(traced_call, 1624);
FIELD_AT(traced_call, what, 0); FIELD_AT(traced_call, pid, 4); FIELD_AT(traced_call, err, 8);
FIELD_AT(traced_call, unused, 12); FIELD_AT(traced_call, value, 16); FIELD_AT(traced_call, args, 24);
FIELD_AT(traced_call, name, 72); FIELD_AT(traced_call, texts, 88);

#endif
