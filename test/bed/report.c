/* What the bed prints: one JSON object a line. Nothing in it needs escaping: names and numbers only. */
#include "bed.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int failed_error;
static char failed_call[sizeof((struct answer *)0)->call];

bool fail(const char *call) {
	failed_error = errno;
	snprintf(failed_call, sizeof failed_call, "%s", call);
	return false;
}

void copy_failure(struct answer *answer) {
	answer->error = failed_error ? failed_error : EINVAL;
	memcpy(answer->call, failed_call, sizeof failed_call);
}

bool adopt_failure(const struct answer *answer) {
	errno = answer->error;
	return fail(answer->call);
}

int fail_fd(const char *call) {
	fail(call);
	return -1;
}

static void say(const struct place *place, enum type type, const struct identity *identity, bool auxiliary,
                const char *holder, va_list values) {
	printf("{\"place\":\"%s\",\"type\":\"%s\",\"inode\":%lu,\"dev\":%lu,", place->name, types[type].name, identity->inode,
	       identity->dev);
	if (identity->id) printf("\"id\":\"%lu\",", identity->id);
	if (auxiliary) printf("\"auxiliary\":true,");
	printf("\"holder\":{");
	vprintf(holder, values);
	printf("}}\n");
}

void say_made(const struct place *place, enum type type, const struct identity *identity, const char *holder, ...) {
	va_list values;
	va_start(values, holder);
	say(place, type, identity, false, holder, values);
	va_end(values);
}

void say_auxiliary(const struct place *place, enum type type, const struct identity *identity, const char *holder, ...) {
	va_list values;
	va_start(values, holder);
	say(place, type, identity, true, holder, values);
	va_end(values);
}

void say_unsupported(const struct place *place, enum type type) {
	const char *name = strerrorname_np(failed_error);
	printf("{\"place\":\"%s\",\"type\":\"%s\",\"unsupported\":\"%s %s\"}\n", place->name, types[type].name,
	       name ? name : "E?", failed_call);
}

void say_list(const struct place *place, bool first) {
	const char *comma = "";
	printf("%s{\"place\":\"%s\",\"mechanism\":\"%s\",\"types\":[", first ? "" : ",\n", place->name, place->mechanism);
	for (int type = 0; type < TYPES; type++) {
		if (!(place->types >> type & 1)) continue;
		printf("%s\"%s\"", comma, types[type].name);
		comma = ",";
	}
	printf("],\"impossible\":{");
	comma = "";
	for (int type = 0; type < TYPES; type++) {
		if (place->types >> type & 1) continue;
		printf("%s\"%s\":\"%s\"", comma, types[type].name, place->reasons[type] ? place->reasons[type] : place->otherwise);
		comma = ",";
	}
	printf("}}");
}
