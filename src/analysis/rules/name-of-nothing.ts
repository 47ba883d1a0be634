// Names of namespaces that lead to none: files on which nothing is mounted any more, links whose end is missing, and links
// to a process whose PID another has by now.
import { isKnown } from '../../model/snapshot/known.ts';
import type { NameFile } from '../../model/snapshot/schema.ts';
import { describeAge } from '../findings/describe-age.ts';
import { reportRefusals } from '../findings/explain-refusals.ts';
import type { Finding } from '../findings/finding.ts';
import { findReusedPid, readMoment } from '../findings/reused-pid.ts';
import type { Rule, RuleInput } from '../findings/rule.ts';
import { describeUser } from '../release/command.ts';
import { formatCommand } from '../release/shell-words.ts';

/** ip netns makes the file first and mounts the namespace on it afterwards. */
const settledMs = 5000;

export const nameOfNothing: Rule<'nameFiles'> = {
  code: 'name-of-nothing',
  severity: 'warning',
  title: 'names of namespaces that lead to no namespace, or to that of another process',
  means:
    'The name is taken, tools count it as a namespace, and entering it fails, or leads into a namespace that was not meant.',
  needs: ['nameFiles'],
  find(input, report) {
    const { snapshot, conditions, takenAtMs } = input;
    const mounted = listMountedPaths(input);
    const unseen = snapshot.coverage.unseenHolders.find(({ kind }) => kind === 'bind-mount');
    let open = 0;
    for (const file of conditions.nameFiles) {
      const changedMs = readMoment(file.changedAt);
      if (changedMs !== undefined && takenAtMs - changedMs < settledMs) continue;
      if (file.leadsTo === 'file' && mounted.has(lastNames(file.path))) continue;
      if (file.leadsTo === 'file' && unseen) open++;
      else {
        const finding = judge(file, changedMs, input);
        if (finding) report.add(finding);
      }
    }
    if (open > 0 && unseen)
      report.undecided(
        `on ${open} of the files a namespace may be mounted in a mount namespace that was not looked at: ${unseen.why}`,
      );
    reportRefusals(snapshot, 'nameFiles', report);
  },
};

function judge(
  file: NameFile,
  changedMs: number | undefined,
  input: RuleInput<'nameFiles'>,
): Omit<Finding, 'code'> | undefined {
  const wrong = explain(file, changedMs, input);
  if (!wrong) return undefined;
  const { users } = input.snapshot.host;
  // libnetwork/osl of moby: it removes the files of ended sandboxes once a minute.
  const isDocker = /\/docker\/netns\/[^/]*$/.test(file.path);
  return {
    severity: isDocker ? 'note' : 'warning',
    subjects: [{ kind: 'path', path: file.path }, ...wrong.subjects],
    says: `${file.path} ${wrong.says}`,
    seen: [
      ...wrong.seen,
      ...(changedMs === undefined ? [] : [`unchanged for ${describeAge(input.takenAtMs - changedMs)}`]),
      ...(isKnown(file.uid) ? [`it belongs to user ${describeUser(users, file.uid)}`] : []),
    ],
    fixes: [
      {
        text: isDocker ? 'Docker removes it within a minute; where it stays, remove it' : 'remove the name',
        command: formatCommand([file.leadsTo === 'directory' ? 'rmdir' : 'rm', '--', file.path]),
      },
    ],
  };
}

type Wrong = Pick<Finding, 'subjects' | 'says' | 'seen'>;

function explain(
  { leadsTo, link }: NameFile,
  changedMs: number | undefined,
  input: RuleInput<'nameFiles'>,
): Wrong | undefined {
  const pid = Number(/^\/proc\/(\d+)\/(?:task\/\d+\/)?ns\/\w+$/.exec(link ?? '')?.[1]);
  switch (leadsTo) {
    case 'file':
      return { subjects: [], says: 'is a file on which no namespace is mounted', seen: [] };
    case 'directory':
      return { subjects: [], says: 'is a directory, not a namespace', seen: [] };
    case 'nothing': {
      const seen = [`the link says ${link ?? '?'}${pid > 0 ? `: process ${pid} has ended` : ''}`];
      return { subjects: [], says: 'is a link that leads nowhere', seen };
    }
    case 'namespace': {
      const reused = pid > 0 && changedMs !== undefined ? findReusedPid(pid, changedMs, input) : undefined;
      if (!reused) return undefined;
      return {
        subjects: [{ kind: 'process', pid }],
        says: `leads to the namespace of a process that came after the link: its PID ${pid} was used again`,
        seen: [
          `the link says ${link ?? '?'}`,
          `process ${pid} (${reused.comm}) began ${reused.laterBy} after the link was made`,
        ],
      };
    }
  }
}

/** What is mounted in any mount namespace, by the last two names of its path: the root there may be another. */
function listMountedPaths({ snapshot }: RuleInput<'nameFiles'>): Set<string> {
  const paths = new Set<string>();
  for (const { holders } of snapshot.namespaces)
    for (const holder of holders)
      if (holder.kind === 'bind-mount' && isKnown(holder.path)) paths.add(lastNames(holder.path));
  return paths;
}

function lastNames(path: string): string {
  return path.split('/').slice(-2).join('/');
}
