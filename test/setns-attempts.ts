// Processes that try setns(2) on descriptors that they were given, each in a child of its own, and tell what the kernel said.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** The number of setns(2): include/uapi/asm-generic/unistd.h, and arch/x86/entry/syscalls/syscall_64.tbl. */
const setnsNumber = process.arch === 'x64' ? 308 : 268;

/** The exit status of each child is the errno, 0 for success; 255 where it did not get into the first namespace. */
const script = `
$| = 1;
print "ready\\n";
<STDIN>;
for my $fd (3 .. $ARGV[0] + 2) {
  my $pid = fork();
  if (!$pid) {
    if ($ARGV[1] && syscall(${setnsNumber}, $ARGV[1] + 0, 0) != 0) { exit(255) }
    exit(syscall(${setnsNumber}, $fd, 0) == 0 ? 0 : $! + 0)
  }
  waitpid($pid, 0);
  print $? >> 8, "\\n";
}`;

export const attemptNeeds = { commands: ['perl', 'setpriv', 'unshare'] };

/**
 * @param prefix - what starts the program with the credentials that are tried: ['setpriv', '--reuid=1000']
 * @param paths - the namespaces
 * @param whileReady - is called with the process's PID before it tries
 * @param first - a user namespace that each enters before
 * @returns for each path the errno, 0 for success
 */
export async function attemptSetns(
  prefix: readonly string[],
  paths: readonly string[],
  whileReady: (pid: number) => void,
  first?: string,
): Promise<readonly number[]> {
  const fds = [...paths, ...(first === undefined ? [] : [first])].map((path) => openSync(path, 'r'));
  const firstFd = first === undefined ? 0 : 3 + paths.length;
  const [command = '', ...words] = [...prefix, 'perl', '-e', script, '--', String(paths.length), String(firstFd)];
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit', ...fds] });
  for (const fd of fds) closeSync(fd);
  const closed = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const { pid, stdin, stdout } = child;
  if (pid === undefined || !stdin || !stdout) throw new Error(`${command} could not be started`);
  const answers: number[] = [];
  let failure: unknown;
  for await (const line of createInterface({ input: stdout })) {
    if (line !== 'ready') answers.push(Number(line));
    else {
      try {
        whileReady(pid);
      } catch (error) {
        failure = error;
      }
      stdin.end('\n');
    }
  }
  clearTimeout(timer);
  await closed;
  if (failure) throw failure;
  return answers;
}
