// nscope compare: what a process, or the container around nscope itself, shares with the host.
import { compareWithHost, type HostComparison } from '../../analysis/compare/compare-with-host.ts';
import { isPlace } from '../../analysis/graph/inferred-places.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Coverage } from '../../model/snapshot/schema.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatPlace } from '../../render/words/inferred.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { chooseTypes, readTypes } from '../reading/read-types.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget, mayBeWorkload, toLeader } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, writeLines } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly word: string;
  readonly types: readonly NamespaceType[];
  readonly options: OptionValues;
}

interface Answer {
  readonly comparisons: readonly HostComparison[];
  readonly coverage: Coverage;
}

function parse([word = 'self']: readonly string[], options: OptionValues): Request {
  checkTargets([word]);
  return { word, types: readTypes(options), options };
}

async function answer({ word, types, options }: Request): Promise<Answer> {
  const snapshot = await readSnapshot(options, { ...wantGraph, holders: false, workloads: mayBeWorkload(word) });
  const index = new SnapshotIndex(snapshot);
  const target = toLeader(findTarget(word, index, options), index);
  if (target.kind !== 'process') throw new UsageError(`compare takes a process, and ${word} is a namespace`);
  return { comparisons: chooseTypes(compareWithHost(target.process, index), types), coverage: snapshot.coverage };
}

function report({ comparisons, coverage }: Answer, { options }: Request): number {
  if (options.json) {
    writeLines(formatJsonObject({ namespaces: comparisons, coverage }));
    return 0;
  }
  const palette = choosePalette();
  const lines = comparisons.map(
    (one) =>
      palette.types[one.type](one.type.padEnd(8)) +
      describePlace(one).padEnd(14) +
      describeShared(one).padEnd(9) +
      describeGround(one),
  );
  const header = palette.strong(`${'TYPE'.padEnd(8)}${'NAMESPACE'.padEnd(14)}${'SHARED'.padEnd(9)}GROUND`);
  writeLines([...(options.header === false ? [] : [header]), ...lines]);
  noteCoverage(coverage, options);
  return 0;
}

function describePlace({ place }: HostComparison): string {
  if (isPlace(place)) return formatPlace(place);
  return isKnown(place) ? String(place) : '?';
}

/** A tilde marks what is likely and not certain. */
function describeShared({ shared, certainty }: HostComparison): string {
  if (!isKnown(shared)) return '?';
  return (certainty === 'likely' ? '~' : '') + (shared ? 'yes' : 'no');
}

function describeGround({ shared, beside, certainty }: HostComparison): string {
  if (!isKnown(shared)) return 'unknown: neither the links nor what anybody may read tell';
  if (beside === 'init') return 'certain: the links of the host’s init';
  if (beside === 'inferred init') return `${certainty}: inferred from what the host’s init shows to anybody`;
  return `${certainty}: ${shared ? 'it is' : 'it is not'} the boot’s own; the host’s init is out of sight or shows nothing`;
}
