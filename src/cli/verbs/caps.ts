// nscope caps: what may a process do to a namespace, rule by rule?
import { grants, type Subject } from '../../analysis/capabilities/capable-over.ts';
import { explainPowers, type NamespacePowers } from '../../analysis/capabilities/may-enter.ts';
import { findInferred } from '../../analysis/graph/inferred-places.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { readCredentials } from '../../kernel/process/process-security.ts';
import { readTaskSharing } from '../../kernel/process/task-sharing.ts';
import { type CapabilityName, capabilityNames, isCapabilityName } from '../../model/names/capability-names.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Coverage, Namespace, Process } from '../../model/snapshot/schema.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatPage, type PageSection } from '../../render/pages/show-page.ts';
import { formatCapabilities } from '../../render/pages/show-security.ts';
import { escapeText } from '../../render/words/escape.ts';
import { formatKnown, formatUnknown } from '../../render/words/unknown.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { chooseTypes, readTypes } from '../reading/read-types.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget, mayBeWorkload, toLeader } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import { NotFoundError, suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

/** What it may do to one namespace. */
interface Verdict {
  readonly namespace: Pick<Namespace, 'type' | 'inode'>;
  readonly powers: NamespacePowers;
  /** With --cap alone. */
  readonly capability?: { readonly name: CapabilityName; readonly granted: Known<boolean> };
}

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly who: string;
  readonly what: string;
  /** With --cap alone. */
  readonly name: CapabilityName | undefined;
  readonly types: readonly NamespaceType[];
  readonly options: OptionValues;
}

interface Answer extends ReturnType<typeof readSubject> {
  readonly process: Process;
  readonly verdicts: readonly Verdict[];
  readonly coverage: Coverage;
}

function parse([who = '', what = '']: readonly string[], options: OptionValues): Request {
  checkTargets([who, what]);
  return { who, what, name: readCapability(options), types: readTypes(options), options };
}

async function answer({ who, what, name, types, options }: Request): Promise<Answer> {
  const snapshot = await readSnapshot(options, {
    ...wantGraph,
    holders: what.includes(':'),
    workloads: [who, what].some(mayBeWorkload),
  });
  const index = new SnapshotIndex(snapshot);
  const process = findProcess(who, index, options);
  const { subject, likely } = readSubject(process, snapshot.host.vantage.pid);
  const meant = chooseTypes(findNamespaces(what, index, options), types);
  if (meant.length === 0) throw new UsageError(`${what} is of none of the types ${types.join(', ')}`);
  const verdicts = meant.map((namespace): Verdict => {
    const powers = explainPowers(subject, process.namespaces.pid, namespace, index);
    const { type, inode } = namespace;
    const capability = name && { name, granted: grants(powers.over, name) };
    return { namespace: { type, inode }, powers, ...(capability ? { capability } : {}) };
  });
  return { process, subject, likely, verdicts, coverage: snapshot.coverage };
}

function report({ process, subject, likely, verdicts, coverage }: Answer, { options }: Request): number {
  if (options.json) {
    const { pid, tid } = process;
    writeLines(formatJsonObject({ process: { pid, tid, ...subject, likely }, powers: verdicts, coverage }));
  } else {
    const title = `process ${process.tid}  ${escapeText(process.comm)}, uid ${subject.euid}, in ${likely ? '~' : ''}${formatNamespace('user', subject.userNamespace)}`;
    const page = { title, sections: verdicts.map(describeVerdict) };
    writeLines(formatPage(page, { width: options.wide ? undefined : readTerminalWidth(), palette: choosePalette() }));
    noteCoverage(coverage, options);
  }
  return exitStatus(verdicts);
}

function readCapability(options: OptionValues): CapabilityName | undefined {
  if (options.cap === undefined) return undefined;
  const word = options.cap.toUpperCase();
  const name = word.startsWith('CAP_') ? word : `CAP_${word}`;
  if (isCapabilityName(name)) return name;
  throw new UsageError(`there is no capability ${name}; ${suggest(name, capabilityNames)}`);
}

function findProcess(word: string, index: SnapshotIndex, options: OptionValues): Process {
  const target = toLeader(findTarget(word, index, options), index);
  if (target.kind === 'process') return target.process;
  throw new UsageError(`caps takes a process as its first word, and ${word} is a namespace`);
}

/** A process as target stands for the namespaces that it is in. */
function findNamespaces(word: string, index: SnapshotIndex, options: OptionValues): readonly Namespace[] {
  const target = toLeader(findTarget(word, index, options), index);
  if (target.kind === 'namespace') return [target.namespace];
  const { namespaces } = target.process;
  const found = namespaceTypes.flatMap((type) => {
    const inode = namespaces[type];
    return isKnown(inode) ? (index.namespace(type, inode) ?? []) : [];
  });
  if (found.length === 0) throw new UsageError(`the namespaces of process ${target.process.pid} are not known`);
  return found;
}

/** @param vantage - nscope's own PID */
function readSubject(
  { tid, namespaces, inferred, ...process }: Process,
  vantage: number,
): { subject: Subject; likely: boolean } {
  const credentials = readCredentials(tid);
  if (!isKnown(credentials))
    throw new NotFoundError(`the credentials of process ${tid}: ${formatUnknown(credentials)}`);
  const place = findInferred({ ...process, tid, namespaces, ...(inferred ? { inferred } : {}) }, 'user');
  const userNamespace = isKnown(namespaces.user)
    ? namespaces.user
    : place && 'inode' in place
      ? place.inode
      : undefined;
  if (userNamespace === undefined) throw new UsageError(`the user namespace of process ${tid} is not known`);
  const [, euid = process.uid] = credentials.uids;
  return {
    subject: {
      euid,
      effective: credentials.capabilities.effective,
      userNamespace,
      // nscope itself has threads; whom it stands for is a command that it would start.
      ...(tid === vantage ? {} : { sharing: readTaskSharing(tid) }),
    },
    likely: !isKnown(namespaces.user),
  };
}

const entryWords: Readonly<Record<NamespacePowers['enter'], string>> = {
  yes: 'yes',
  'through-owner': 'yes, once it has entered the user namespace that owns it',
  no: 'no',
  unknown: 'cannot be told',
};

function describeVerdict({ namespace: { type, inode }, powers, capability }: Verdict): PageSection {
  const yesNo = (value: Known<boolean>) => formatKnown(value, (yes) => (yes ? 'yes' : 'no'));
  const { over, enter, entryRules, configure, verdict } = powers;
  const set = over.set === 'all' ? 'all capabilities' : formatKnown(over.set, formatCapabilities);
  return [
    { label: formatNamespace(type, inode), lines: [verdict] },
    { label: '  has over it', lines: [`${set}: ${over.reason}`] },
    ...(capability ? [{ label: `  ${capability.name}`, lines: [yesNo(capability.granted)] }] : []),
    { label: '  enter', lines: [entryWords[enter]] },
    ...entryRules.map(({ demand, met, reason }) => ({
      label: '    rule',
      lines: [`${yesNo(met)}: ${demand} (${reason})`],
    })),
    { label: '  configure', lines: [`${yesNo(configure.granted)}, by ${configure.capability}`] },
  ];
}

/** 0 when it may do something (with --cap: has it) in one at least, 1 when not, 3 when that cannot be told. */
function exitStatus(verdicts: readonly Verdict[]): number {
  const each = verdicts.map(({ powers: { verdict }, capability }) => {
    if (!capability) return verdict === 'unknown' ? undefined : verdict !== 'none';
    return isKnown(capability.granted) ? capability.granted : undefined;
  });
  if (each.includes(true)) return 0;
  return each.includes(undefined) ? 3 : 1;
}
