// nscope graph: how namespaces hang together, as a drawing.
import { type Diagram, type DiagramView, diagramViews, isDiagramView } from '../../analysis/diagram/diagram.ts';
import { drawDiagram } from '../../analysis/diagram/draw.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { keyOfNamespace, keyOfPlace } from '../../analysis/listing/namespace-home.ts';
import { listNetworks } from '../../analysis/wiring/wires.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Coverage, Process } from '../../model/snapshot/schema.ts';
import { type Wanted, wantListing } from '../../model/snapshot/wanted.ts';
import { describeLeftOut } from '../../render/diagrams/box-text.ts';
import { formatDot } from '../../render/diagrams/dot.ts';
import { toJsonDiagram } from '../../render/diagrams/json-diagram.ts';
import { formatMermaid } from '../../render/diagrams/mermaid.ts';
import { formatSvg } from '../../render/diagrams/svg.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { escapeText } from '../../render/words/escape.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readTypes } from '../reading/read-types.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { writeLines, writeRemark } from '../screen/output.ts';
import { NotFoundError, suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

const formats = { dot: formatDot, mermaid: formatMermaid, svg: formatSvg };
type Format = keyof typeof formats;

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly word: string | undefined;
  readonly view: DiagramView;
  readonly format: Format;
  readonly types: readonly NamespaceType[];
  readonly hops: number;
  readonly maxBoxes: number;
  readonly maxAlike: number;
  readonly options: OptionValues;
}

interface Answer {
  readonly diagram: Diagram;
  readonly coverage: Coverage;
}

function parse([word]: readonly string[], options: OptionValues): Request {
  checkTargets([word]);
  const view = options.view ?? 'owner';
  if (!isDiagramView(view)) throw new UsageError(`there is no view '${view}'; ${suggest(view, diagramViews)}`);
  const format = options.format ?? 'dot';
  if (!isFormat(format))
    throw new UsageError(`there is no format '${format}'; ${suggest(format, Object.keys(formats))}`);
  if (options.json && options.format !== undefined)
    throw new UsageError('--json is a format of its own: leave out --format');
  if (view === 'wiring' && options.type !== undefined)
    throw new UsageError('--type makes no sense with --view wiring, which draws network namespaces alone');
  if (options.hops !== undefined && word === undefined)
    throw new UsageError('--hops is for what is near a TARGET, and none is given');
  return {
    ...{ word, view, format, types: readTypes(options), options },
    hops: readCount(options.hops, '--hops', 2, 1),
    maxBoxes: readCount(options.maxBoxes, '--max-boxes', 200, 1),
    maxAlike: readCount(options.maxAlike, '--max-alike', 6, 1),
  };
}

function isFormat(word: string): word is Format {
  return Object.hasOwn(formats, word);
}

function readCount(word: string | undefined, option: string, usual: number, least: number): number {
  if (word === undefined) return usual;
  if (/^\d{1,6}$/.test(word) && Number(word) >= least) return Number(word);
  throw new UsageError(`${option} takes a number from ${least} to 999999, not '${word}'`);
}

async function answer({ word, options, ...request }: Request, given: GivenCommand): Promise<Answer> {
  const isWiring = request.view === 'wiring';
  const conditions: Wanted['conditions'] = isWiring ? ['networks'] : false;
  const snapshot = await readSnapshot(options, { ...wantListing, workloads: true, conditions }, given);
  const networks = isWiring ? listNetworks(snapshot) : [];
  if (!isKnown(networks))
    throw new UsageError('the snapshot has no networks: take it with nscope snapshot --with networks');
  const index = new SnapshotIndex(snapshot);
  const around = word === undefined ? undefined : findKeys(word, index, request.view, options);
  const diagram = drawDiagram(index, { ...request, networks, around });
  if (word !== undefined && diagram.boxes.length === 0)
    throw new NotFoundError(`nothing of ${escapeText(word)} is in the view ${request.view}`);
  return { diagram, coverage: snapshot.coverage };
}

/** Of a process the namespaces that it is in; of a workload those of its processes. */
function findKeys(word: string, index: SnapshotIndex, view: DiagramView, options: OptionValues): ReadonlySet<string> {
  const target = findTarget(word, index, options);
  if (target.kind === 'namespace') return new Set([keyOfNamespace(target.namespace)]);
  if (target.kind === 'process') return listPlaces([target.process]);
  const { namespaces, pids } = target.workload;
  // What it shares with the host is wired as well.
  if (namespaces.length > 0 && view !== 'wiring')
    return new Set(namespaces.map(({ type, inode }) => `${type}:${inode}`));
  return listPlaces(pids.flatMap((pid) => index.process(pid) ?? []));
}

function listPlaces(processes: readonly Process[]): ReadonlySet<string> {
  const keys = processes.flatMap((process) => namespaceTypes.map((type) => keyOfPlace(process, type)));
  return new Set(keys.filter((key) => key !== undefined));
}

function report({ diagram, coverage }: Answer, { format, options }: Request): number {
  if (options.json) writeLines(formatJsonObject({ ...toJsonDiagram(diagram), coverage }));
  else {
    writeLines(formats[format](diagram));
    const leftOut = describeLeftOut(diagram);
    if (leftOut !== undefined) writeRemark(`${leftOut}; --max-boxes draws more, a TARGET what is near it`, options);
    noteCoverage(coverage, options);
  }
  return diagram.boxes.length === 0 ? 1 : 0;
}
