/* execve(2), and the search that execvp(3) makes: what becomes of a process in the end. */
#include "spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Node marks all descriptors that it finds at its start close-on-exec, the standard ones as well. */
void keep_standard_descriptors(void) {
	for (int fd = 0; fd <= STDERR_FILENO; fd++) fcntl(fd, F_SETFD, 0);
}

/* A file without a format that the kernel knows is a script of the shell: execvp(3). */
static void exec_script(const char *file, char **argv, char **envp) {
	size_t count = 0;
	while (argv[count]) count++;
	char *words[count + 2];
	words[0] = "/bin/sh";
	words[1] = (char *)file;
	for (size_t i = 1; i <= count; i++) words[i + 1] = argv[i];
	execve(words[0], words, envp);
}

/* exec(files to try in turn, argv, envp or null for the environment as it is) */
int take_exec(struct child *child, const struct step *step) {
	char **argv = step->lists[1], **envp = step->lists[2] ? step->lists[2] : environ;
	int err = ENOENT;
	(void)child;
	reset_signals();
	keep_standard_descriptors();
	for (char **file = step->lists[0]; *file; file++) {
		execve(*file, argv, envp);
		if (errno == ENOEXEC) exec_script(*file, argv, envp);
		switch (errno) {
		case EACCES:
			err = EACCES;
			break;
		case ENOENT:
		case ENOTDIR:
		case ESTALE:
		case ENODEV:
			break;
		default:
			return errno;
		}
	}
	return err;
}
