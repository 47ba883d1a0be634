// nscope show: all that is known of namespaces, processes and workloads.

import { findChildren, findMembers, findOwned, findOwners } from '../../analysis/graph/namespace-relations.ts';
import { judgePidNamespace } from '../../analysis/graph/pid-namespace-life.ts';
import { translatePid } from '../../analysis/graph/pid-translation.ts';
import { findAncestors, findPlacements } from '../../analysis/graph/process-placement.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findThreadsElsewhere } from '../../analysis/graph/threads-elsewhere.ts';
import { findWorkload, findWorkloadsOf, nameWorkload } from '../../analysis/listing/workloads.ts';
import { findHolders } from '../../analysis/release/find-holders.ts';
import type { Target } from '../../analysis/target/target-error.ts';
import { readProcessSecurity } from '../../kernel/process/process-security.ts';
import type { ProcessSecurity } from '../../model/evidence/process-security.ts';
import type { ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import type { Coverage, Namespace, Process } from '../../model/snapshot/schema.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { describeNamespacePage, type LiveDetails } from '../../render/pages/show-namespace.ts';
import { formatPage, type Page } from '../../render/pages/show-page.ts';
import { describeProcessPage } from '../../render/pages/show-process.ts';
import { describeIdMaps, describeSecurity } from '../../render/pages/show-security.ts';
import { describeWorkloadPage } from '../../render/pages/show-workload.ts';
import { readLiveDetails } from '../reading/live-details.ts';
import { readEvidence } from '../reading/read-evidence.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly words: readonly string[];
  readonly options: OptionValues;
}

/** One object with --json, else a page for each target. */
type Answer =
  | { readonly json: Readonly<Record<string, unknown>> }
  | { readonly pages: readonly Page[]; readonly coverage: Coverage };

function parse(words: readonly string[], options: OptionValues): Request {
  checkTargets(words);
  return { words, options };
}

async function answer({ words, options }: Request, given: GivenCommand): Promise<Answer> {
  const snapshot = await readSnapshot(options, wantGraph, given);
  const index = new SnapshotIndex(snapshot);
  const targets = words.map((word) => findTarget(word, index, options));
  const namespaces = targets.flatMap((target) => (target.kind === 'namespace' ? [target.namespace] : []));
  const evidence = await readEvidence(
    index,
    namespaces.filter(({ type }) => type === 'pid'),
    options,
  );
  const { coverage } = snapshot;
  if (!options.json) return { pages: targets.map((target) => describe(target, index, options, evidence)), coverage };
  const processes = targets.flatMap((target) => (target.kind === 'process' ? [target.process] : []));
  const workloads = targets.flatMap((target) => (target.kind === 'workload' ? [target.workload] : []));
  return {
    json: {
      ...(namespaces.length > 0
        ? { namespaces: namespaces.map((one) => toJsonNamespace(one, index, options, evidence)) }
        : {}),
      ...(processes.length > 0 ? { processes: processes.map((one) => toJsonProcess(one, index, options)) } : {}),
      ...(workloads.length > 0 ? { workloads } : {}),
      coverage,
    },
  };
}

function report(answer: Answer, { options }: Request): number {
  if ('json' in answer) {
    writeLines(formatJsonObject(answer.json));
    return 0;
  }
  answer.pages.forEach((page, i) => {
    if (i > 0) writeLines(['']);
    writeLines(formatPage(page, { width: options.wide ? undefined : readTerminalWidth(), palette: choosePalette() }));
  });
  noteCoverage(answer.coverage, options);
  return 0;
}

type Evidence = ReleaseEvidence | undefined;

function describe(target: Target, index: SnapshotIndex, options: OptionValues, evidence: Evidence): Page {
  if (target.kind === 'namespace')
    return describeNamespacePage(target.namespace, index, readLiveDetails(target.namespace, index, options), evidence);
  if (target.kind === 'workload') return describeWorkloadPage(target.workload, index);
  return describeProcess(target.process, index, options);
}

function describeProcess(process: Process, index: SnapshotIndex, options: OptionValues): Page {
  const security = readSecurity(process, options);
  const { title, sections } = describeProcessPage(process, index, security?.frozen);
  return {
    title,
    sections: [...sections, describeIdMaps(process, index), ...(security ? [describeSecurity(security)] : [])],
  };
}

/** Of processes of this host alone: a snapshot does not hold it. */
function readSecurity({ tid }: Process, options: OptionValues): ProcessSecurity | undefined {
  return options.from === undefined ? readProcessSecurity(tid) : undefined;
}

/** The namespace as the snapshot has it, and what is around it: inode numbers of namespaces, PIDs of tasks. */
function toJsonNamespace(
  namespace: Namespace,
  index: SnapshotIndex,
  options: OptionValues,
  evidence: Evidence,
): object {
  const { processes, threads, forChildren } = findMembers(namespace, index);
  const { mounts, ...live } = readLiveDetails(namespace, index, options);
  return {
    ...namespace,
    workloads: findWorkloadsOf(namespace, index).map(nameWorkload),
    owners: findOwners(namespace, index).namespaces.map(({ inode }) => inode),
    owned: findOwned(namespace, index).map(({ type, inode }) => ({ type, inode })),
    children: findChildren(namespace, index).map(({ inode }) => inode),
    members: {
      processes: processes.map(({ pid }) => pid),
      threads: threads.map(({ tid }) => tid),
      forChildren: forChildren.map(({ tid }) => tid),
    },
    ...(namespace.type === 'pid' ? { life: toJsonLife(namespace, index, live, evidence) } : {}),
    ...(mounts === undefined ? {} : { mounts }),
  };
}

function toJsonLife(
  namespace: Namespace,
  index: SnapshotIndex,
  { init, firstChild }: LiveDetails,
  evidence: Evidence,
): object {
  const { state, zombies } = judgePidNamespace(namespace, index, firstChild);
  return {
    state,
    ...(firstChild === undefined ? {} : { firstChild }),
    ...(init ? { init } : {}),
    zombies: zombies.map(({ pid, ppid }) => ({ pid, ppid })),
    holders: findHolders(index, namespace, evidence),
  };
}

function toJsonProcess(process: Process, index: SnapshotIndex, options: OptionValues): object {
  const security = readSecurity(process, options);
  const workload = findWorkload(process, index);
  return {
    ...process,
    workload: workload ? nameWorkload(workload) : null,
    ancestors: findAncestors(process, index).map(({ tid }) => tid),
    pidsInNamespaces: translatePid(process, index),
    placements: findPlacements(process, index),
    threadsElsewhere: findThreadsElsewhere(process, index.snapshot).map(({ thread, links }) => ({
      tid: thread.tid,
      comm: thread.comm,
      links,
    })),
    ...(security ? { security } : {}),
  };
}
