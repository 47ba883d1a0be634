// Stands for Node where tests start it: the command's file becomes the executable under test, all else is Node's.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int ends_with(const char *word, const char *end)
{
	size_t size = strlen(word), length = strlen(end);
	return size >= length && strcmp(word + size - length, end) == 0;
}

int main(int argc, char **argv)
{
	const char *own = getenv("NSCOPE_TEST_EXECUTABLE"), *node = getenv("NSCOPE_TEST_NODE");
	if (own && argc > 1 && ends_with(argv[1], "build/js/src/cli/main.js")) {
		argv[1] = (char *)own;
		execv(own, argv + 1);
	} else if (node) {
		argv[0] = (char *)node;
		execv(node, argv);
	}
	perror("as-node");
	return 127;
}
