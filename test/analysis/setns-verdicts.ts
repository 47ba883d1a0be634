// Holds what explainPowers says beside what setns(2) did.
import assert from 'node:assert/strict';
import { explainPowers, type NamespacePowers } from '../../src/analysis/capabilities/may-enter.ts';
import { SnapshotIndex } from '../../src/analysis/graph/snapshot-index.ts';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { readCredentials } from '../../src/kernel/process/process-security.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import { readLinksOf } from '../held-process.ts';
import { attemptSetns } from '../setns-attempts.ts';

export interface VerdictCount {
  readonly compared: number;
  readonly entered: number;
  readonly unknown: number;
}

/** @param members - processes whose eight namespaces are tried */
export async function compareVerdicts(prefix: readonly string[], members: readonly number[]): Promise<VerdictCount> {
  const targets = members.flatMap((pid) =>
    namespaceTypes.map((type) => ({ type, inode: readLinksOf(pid)[type], path: `/proc/${pid}/ns/${type}` })),
  );
  const verdicts: NamespacePowers[] = [];
  const answers = await attemptSetns(
    prefix,
    targets.map(({ path }) => path),
    (pid) => verdicts.push(...explainAll(pid, targets)),
  );
  assert.equal(answers.length, targets.length);
  const count = { compared: 0, entered: 0, unknown: 0 };
  targets.forEach(({ type, path }, i) => {
    const { enter, entryRules } = verdicts[i] ?? assert.fail();
    const told = `${prefix.join(' ')}: ${type} by ${path}: ${enter}, setns gave errno ${answers[i]}: ${JSON.stringify(entryRules)}`;
    if (enter === 'unknown') count.unknown++;
    else assert.equal(enter === 'yes', answers[i] === 0, told);
    count.compared++;
    if (answers[i] === 0) count.entered++;
  });
  return count;
}

export function explainAll(
  pid: number,
  targets: readonly { readonly type: NamespaceType; readonly inode: number }[],
): readonly NamespacePowers[] {
  const index = new SnapshotIndex(collectSnapshot());
  const process = index.process(pid) ?? assert.fail(`process ${pid} was not seen`);
  const credentials = readCredentials(pid);
  assert.ok(isKnown(credentials) && isKnown(process.namespaces.user));
  const [, euid = -1] = credentials.uids;
  const subject = {
    euid,
    effective: credentials.capabilities.effective,
    userNamespace: process.namespaces.user,
  };
  return targets.map(({ type, inode }) =>
    explainPowers(
      subject,
      process.namespaces.pid,
      index.namespace(type, inode) ?? assert.fail(`${type} ${inode}`),
      index,
    ),
  );
}
