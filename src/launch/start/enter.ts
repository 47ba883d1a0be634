// Enters namespaces and starts a command in them.
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { readErrnoName } from '../../kernel/addon/syscall-error.ts';
import { readLink } from '../../kernel/files/files.ts';
import { watchSignals } from '../../kernel/own/child-events.ts';
import { Guard } from '../../kernel/own/guard.ts';
import type { SpawnStep } from '../../kernel/own/spawn.ts';
import { readStartTime } from '../../kernel/process/process-directory.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { parseText } from '../../parse/text/text.ts';
import type { EnterRequest } from '../plan/enter-request.ts';
import { orderEntrances } from '../plan/join-order.ts';
import { LaunchError } from '../plan/launch-error.ts';
import { planProgram } from '../plan/program-steps.ts';
import { planCredentials } from '../plan/target-credentials.ts';
import { explainFailure } from './explain-failure.ts';
import { launch, StepError } from './launch.ts';
import { type Finished, superviseGuarded } from './supervise-guarded.ts';

/** O_PATH of open(2), for looking no further than the directory itself. */
const pathOnly = 0o10000000;

/**
 * Enters the namespaces, runs the command in them and waits for its end.
 * @param own - the steps of a command that is nscope's own; else `words` are a program and its arguments
 * @throws LaunchError, CommandError; no process is left then
 */
export function enter(
  request: EnterRequest,
  words: readonly string[],
  own: readonly SpawnStep[] | undefined,
): Finished {
  const directories = new Directories();
  let guard: Guard | undefined;
  try {
    const steps = planEnter(
      request,
      directories,
      own ?? planProgram(words, request.inherited, readEnvironment(request)),
    );
    checkTarget(request);
    const prepare = (pid: number) => {
      watchSignals();
      guard = new Guard(pid);
    };
    const pid = launch({ steps, atSync: [prepare] });
    directories.close();
    return superviseGuarded({ pid, isInit: false, hasInit: false }, guard);
  } catch (error) {
    guard?.dismiss();
    directories.close();
    if (!(error instanceof StepError)) throw error;
    const joined = new Map(request.entrances.map((entrance) => [entrance.fd, entrance]));
    throw explainFailure(error.failure, { command: words[0] ?? '', joined }, error);
  }
}

function planEnter(request: EnterRequest, directories: Directories, command: readonly SpawnStep[]): SpawnStep[] {
  const { entrances, process: target } = request;
  const has = (type: string) => entrances.some((entrance) => entrance.type === type);
  const steps: SpawnStep[] = orderEntrances(entrances).map(({ fd, type }) => [
    'setns',
    fd,
    namespaceTypeFacts[type].cloneValue,
  ]);
  const root = request.root ?? (target && has('mnt') && !isInFailfs(target.pid, 'root') ? 'target' : 'caller');
  if (root === 'target') {
    steps.push(['fchdir', directories.open(request, 'root')], ['chroot', '.']);
  }
  if (request.cwd === 'target') steps.push(['fchdir', directories.open(request, 'cwd')]);
  else if (request.cwd === 'caller') steps.push(['chdir', process.cwd()]);
  if (has('pid') && request.fork) steps.push(['clone', 0]);
  steps.push(
    ...planCredentials(request.credentials, target?.pid, has('user') ? { member: request.userMember } : undefined),
    ['sync'],
  );
  return [...steps, ...command];
}

/** In failfs nothing can be opened, and entering its mount namespace gives that one's own root: Linux 7.3. */
function isInFailfs(pid: number, name: 'root' | 'cwd'): boolean {
  const link = readLink(`/proc/${pid}/${name}`);
  return isKnown(link) && link.startsWith('failfs:');
}

/** If the process that was found is there when everything of it is open, everything is its own. */
function checkTarget({ process: target }: EnterRequest): void {
  if (target?.startTimeTicks === undefined || readStartTime(target.pid) === target.startTimeTicks) return;
  throw new LaunchError(`process ${target.pid} has ended, and nothing was entered; its PID may be that of another now`);
}

/** Directories of the target process, opened where nscope is and entered where the command is. */
class Directories {
  readonly #open: number[] = [];

  open({ process }: EnterRequest, name: 'root' | 'cwd'): number {
    if (!process) throw new LaunchError(`--${name} target: no TARGET is a process`);
    try {
      const fd = openSync(`/proc/${process.pid}/${name}`, constants.O_RDONLY | constants.O_DIRECTORY | pathOnly);
      this.#open.push(fd);
      return fd;
    } catch (cause) {
      const errno = readErrnoName(cause);
      const why = isInFailfs(process.pid, name) ? `: it is in failfs; --${name} caller does without it` : '';
      throw new LaunchError(`the ${name} of process ${process.pid} cannot be opened (${errno})${why}`, { cause });
    }
  }

  close(): void {
    for (const fd of this.#open.splice(0)) closeSync(fd);
  }
}

/** As the target was started with it; what a process has changed since is in its memory alone. */
function readEnvironment({ env, process }: EnterRequest): readonly string[] | null {
  if (env !== 'target') return null;
  if (!process) throw new LaunchError('--env target: no TARGET is a process');
  try {
    return parseText(readFileSync(`/proc/${process.pid}/environ`))
      .split('\0')
      .filter(Boolean);
  } catch (cause) {
    throw new LaunchError(`the environment of process ${process.pid} cannot be read (${readErrnoName(cause)})`, {
      cause,
    });
  }
}
