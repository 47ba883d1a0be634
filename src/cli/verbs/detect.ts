// nscope detect: is a process in child namespaces, and how can that be known?
import { isInChild, type Judgement, judgeEvidence } from '../../analysis/detect/judge.ts';
import { type DetectQuestion, readDetectEvidence } from '../../kernel/detect/evidence.ts';
import { readNsfsDevice } from '../../kernel/files/files.ts';
import type { DetectEvidence } from '../../model/evidence/detect-evidence.ts';
import { isKnown, type Known, knownOr } from '../../model/snapshot/known.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import { detectColumns } from '../../render/columns/detect-columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatTable } from '../../render/lines/table.ts';
import { describeJudgement } from '../../render/pages/detect-page.ts';
import { formatPage } from '../../render/pages/show-page.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readTypes } from '../reading/read-types.ts';
import { checkTargets } from '../reading/target.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import { NotFoundError, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

export async function run([word = 'self']: readonly string[], options: OptionValues): Promise<number> {
  const asked = readTypes(options);
  const types = asked.length === 0 ? namespaceTypes : namespaceTypes.filter((type) => asked.includes(type));
  const question = await readQuestion(word, options);
  const evidence = readDetectEvidence(question);
  if (!isKnown(evidence)) {
    if (evidence.unknown === 'gone') throw new NotFoundError(`there is no process ${word} here, or it has just ended`);
    throw new UsageError(`process ${word} cannot be looked at: ${formatUnknown(evidence)}`);
  }
  const judgements = judgeEvidence(evidence, types);
  if (judgements.length === 0) throw new UsageError(`${word} is of none of the types ${types.join(', ')}`);
  if (options.json) writeLines(formatJsonObject({ verdicts: judgements, evidence }));
  else if (options.explain) writeReasons(judgements, describeSubject(evidence), options);
  else writeTable(judgements, options);
  if (!options.json) noteVantage(evidence, options);
  const inChild = isInChild(options.certain ? judgements.map(demandCertainty) : judgements);
  return inChild === undefined ? 3 : inChild ? 0 : 1;
}

/** PIDs need no snapshot; all other targets are looked up in one. */
async function readQuestion(word: string, options: OptionValues): Promise<DetectQuestion> {
  if (word === 'self') return { about: 'self' };
  checkTargets([word]);
  const pid = /^(?:\/proc\/)?(\d+)\/?$/.exec(word)?.[1];
  if (pid !== undefined && Number(pid) <= largestPid) return { about: 'process', pid: Number(pid) };
  const [{ SnapshotIndex }, { findTarget, toLeader }, snapshot] = await Promise.all([
    import('../../analysis/graph/snapshot-index.ts'),
    import('../reading/target.ts'),
    readSnapshot(options, wantGraph),
  ]);
  const index = new SnapshotIndex(snapshot);
  const target = toLeader(findTarget(word, index, {}), index);
  return target.kind === 'process'
    ? { about: 'process', pid: target.process.pid }
    : askAboutNamespace(target.namespace);
}

/** include/linux/threads.h PID_MAX_LIMIT. */
const largestPid = 4_194_304;

function askAboutNamespace(namespace: Namespace): DetectQuestion {
  const dev = namespace.dev === undefined ? undefined : knownOr(namespace.dev, undefined);
  return {
    about: 'namespace',
    type: namespace.type,
    identity: { inode: namespace.inode, dev: dev ?? readNsfsDevice() ?? 0 },
    answers: {
      id: namespace.id,
      owner: orRefused(namespace.owner),
      parent: orRefused(namespace.parent ?? null),
    },
  };
}

/** What has no parent or owner is refused by the kernel with EPERM, as it would have been here. */
function orRefused(inode: Known<number | null>): Known<number> {
  return inode === null ? { unknown: 'denied', errno: 'EPERM' } : inode;
}

function demandCertainty(judgement: Judgement): Judgement {
  return judgement.certainty === 'likely' ? { ...judgement, verdict: 'cannot tell', certainty: null } : judgement;
}

function describeSubject({ subject }: DetectEvidence): string {
  if (subject.namespace !== undefined) return 'who is in it';
  return subject.self ? 'nscope' : `process ${subject.pid}`;
}

function writeTable(judgements: readonly Judgement[], options: OptionValues): void {
  const palette = choosePalette();
  writeLines(
    formatTable(detectColumns, judgements, {
      width: options.wide ? undefined : readTerminalWidth(),
      header: options.header !== false,
      paint: (text, { name }, { type }) => (name === 'type' ? palette.types[type](text) : text),
      paintHeader: palette.strong,
    }),
  );
}

function writeReasons(judgements: readonly Judgement[], who: string, options: OptionValues): void {
  const width = options.wide ? undefined : readTerminalWidth();
  judgements.forEach((judgement, i) => {
    if (i > 0) writeLines(['']);
    writeLines(formatPage(describeJudgement(judgement, who), { width, palette: choosePalette() }));
  });
}

/** What keeps methods silent for all types, said once. */
function noteVantage({ addonMissing, proc }: DetectEvidence, options: OptionValues): void {
  if (addonMissing !== null) writeRemark(`the methods that ask by ioctl are silent: ${addonMissing}`, options);
  if (proc.state === 'absent') writeRemark('/proc is not mounted here, so most methods are silent', options);
  if (proc.state === 'foreign')
    writeRemark('/proc belongs to another pid namespace, in which nscope is not, so most methods are silent', options);
}
