// Which findings are about a target: the namespace, the process or the workload itself, or what belongs to it.
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import type { Target } from '../target/target-error.ts';
import type { Finding, Subject } from './finding.ts';

/** Those with a subject that is the target, a process of it, or a namespace that is its own and not the boot's. */
export function chooseFindings(findings: readonly Finding[], target: Target, index: SnapshotIndex): Finding[] {
  const own = new Set(listSubjects(target, index).map(nameSubject));
  return findings.filter(({ subjects }) => subjects.some((subject) => own.has(nameSubject(subject))));
}

function listSubjects(target: Target, index: SnapshotIndex): Subject[] {
  if (target.kind === 'workload') {
    const { engine, id, pids, namespaces } = target.workload;
    return [
      { kind: 'workload', engine, id },
      ...pids.map((pid): Subject => ({ kind: 'process', pid })),
      ...namespaces.map(({ type, inode }): Subject => ({ kind: 'namespace', type, inode })),
    ];
  }
  if (target.kind === 'process')
    return [{ kind: 'process', pid: target.process.pid }, ...ownNamespaces(target.process, index)];
  const { type, inode } = target.namespace;
  const members = index.membersOf(type, inode).map(({ pid }): Subject => ({ kind: 'process', pid }));
  return [{ kind: 'namespace', type, inode }, ...members];
}

function ownNamespaces({ namespaces }: Process, index: SnapshotIndex): Subject[] {
  return namespaceTypes.flatMap((type): Subject[] => {
    const inode = namespaces[type];
    if (!isKnown(inode) || index.namespace(type, inode)?.initial === true) return [];
    return [{ kind: 'namespace', type, inode }];
  });
}

function nameSubject(subject: Subject): string {
  switch (subject.kind) {
    case 'namespace':
      return `${subject.type}:${subject.inode}`;
    case 'process':
      return `process ${subject.pid}`;
    case 'workload':
      return `workload ${subject.engine} ${subject.id}`;
    case 'path':
      return `path ${subject.path}`;
    case 'user':
      return `user ${subject.uid}`;
    case 'host':
      return 'host';
  }
}
