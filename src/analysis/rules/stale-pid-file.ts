// Files in which an engine keeps a PID that another process has by now.
import { isKnown } from '../../model/snapshot/known.ts';
import type { PidFile } from '../../model/snapshot/schema.ts';
import { describeAge } from '../findings/describe-age.ts';
import { reportRefusals } from '../findings/explain-refusals.ts';
import type { Finding, Fix } from '../findings/finding.ts';
import { readMoment } from '../findings/reused-pid.ts';
import type { Rule, RuleInput } from '../findings/rule.ts';
import { describeUser } from '../release/command.ts';
import { formatCommand } from '../release/shell-words.ts';

export const stalePidFile: Rule<'pidFiles'> = {
  code: 'stale-pid-file',
  severity: 'warning',
  title: 'PID files of engines whose PID another process has',
  means:
    'The engine takes that process for its own: it does not start ("cannot set user namespace", "process is still running"), or signals the wrong one.',
  needs: ['pidFiles'],
  find(input, report) {
    const open: PidFile[] = [];
    for (const file of input.conditions.pidFiles) {
      if (file.process === 'another') report.add(describe(file, input));
      else if (file.process === 'not-known' && isKnown(file.pid)) open.push(file);
    }
    const [first] = open;
    if (first)
      report.undecided(
        `whether the process is the one that was meant is not known of ${open.length} PID files, as ${first.path}`,
      );
    reportRefusals(input.snapshot, 'pidFiles', report);
  },
};

function describe(file: PidFile, { snapshot, takenAtMs }: RuleInput<'pidFiles'>): Omit<Finding, 'code'> {
  const { path, engine, pid, meant, found, by, laterMs, workload, uid, writtenAt } = file;
  const writtenMs = readMoment(writtenAt);
  const { users } = snapshot.host;
  return {
    // That of a container that has ended stays as long as the container, and its engine knows that it has.
    severity: workload === undefined ? 'warning' : 'note',
    subjects: [{ kind: 'path', path }, ...(isKnown(pid) ? [{ kind: 'process' as const, pid }] : [])],
    says: `${path} of ${engine} says ${isKnown(pid) ? pid : '?'} for ${meant}, and another process has that PID: ${found ?? '?'}`,
    seen: [
      ...(writtenMs === undefined ? [] : [`the file was written ${describeAge(takenAtMs - writtenMs)} ago`]),
      by === 'start-time'
        ? 'the file says when its process began, and this one began at another time'
        : `the process began ${describeAge(laterMs ?? 0)} after that, and is not what ${engine} starts`,
      ...(isKnown(uid) && uid !== 0
        ? [`it is a file of user ${describeUser(users, uid)}, who can write what they like into it`]
        : []),
    ],
    fixes: [planRemoval(file, snapshot.host.vantage.uid)],
  };
}

/** As its owner: another could lead root elsewhere by a link in their directory. */
function planRemoval({ path, engine, workload, uid }: PidFile, ownUid: number): Fix {
  const owner = isKnown(uid) ? uid : ownUid;
  const as = owner === ownUid ? [] : ['setpriv', `--reuid=${owner}`, `--regid=${owner}`, '--clear-groups'];
  const more = engine === 'podman' ? '; where Podman then finds no running process, podman system migrate helps' : '';
  if (workload === undefined)
    return { text: `remove the file${more}`, command: formatCommand([...as, 'rm', '--', path]) };
  const root = path.split('/').slice(0, -2).join('/');
  if (engine === 'runc' && !path.startsWith('/run/containerd/') && !path.startsWith('/run/docker/'))
    return {
      text: 'remove the ended container',
      command: formatCommand([...as, 'runc', '--root', root, 'delete', workload]),
    };
  return { text: `remove the ended container with its engine, where it is not needed: ${workload}` };
}
