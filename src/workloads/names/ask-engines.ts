// The names in Docker and Podman of containers whose names their files would not give. Asked over the sockets of
// daemons that run already: one that a socket would start is left alone. GET /containers/json of the Docker Engine API,
// which Podman's service answers as well: docs.docker.com/reference/api/engine, podman-system-service(1).
import { closeDescriptor } from '../../kernel/files/files.ts';
import { isGuardedPath } from '../../kernel/files/guarded-path.ts';
import { openShapedSocket } from '../../kernel/files/shaped-files.ts';
import { isKnown, knownOr } from '../../model/snapshot/known.ts';
import type { Process, Refusal, Snapshot, SourceCoverage, Workload } from '../../model/snapshot/schema.ts';
import type { Witness } from '../signs/authority.ts';
import { listWords, readOption } from '../signs/engine.ts';
import { HostWitness } from '../signs/host-witness.ts';
import { readField, readWord, readWords } from './json-fields.ts';
import { describeNameless, isUnnamed } from './nameless.ts';

const timeoutMs = 3000;
const maxBytes = 2 ** 24;

/** Those that answer at these addresses where their command line names no other. */
const usualSockets: Readonly<Record<string, string>> = {
  dockerd: '/run/docker.sock',
  podman: '/run/podman/podman.sock',
};

/**
 * The same snapshot, with the names that running daemons tell. Only where a name is wanting, and only of root's daemons
 * or nscope's own user's.
 */
export async function askEngines(snapshot: Snapshot, witness: Witness = new HostWitness(snapshot)): Promise<Snapshot> {
  const workloads = knownOr(snapshot.workloads, []);
  // What a user says of his own processes is none of root's daemons' business.
  const isWanting = (one: Workload) => isUnnamed(one) && one.claimedBy === undefined && one.outer === undefined;
  const unnamed = new Set(workloads.filter(isWanting));
  if (unnamed.size === 0) return snapshot;
  const started = performance.now();
  const refusals: Refusal[] = [];
  const answers = new Map<string, unknown>();
  const sockets = listSockets(snapshot, witness);
  for (const socket of sockets)
    try {
      for (const container of await listContainers(socket)) answers.set(readWord(container, 'Id') ?? '', container);
    } catch (error) {
      refusals.push({ what: 'the socket of an engine', errno: nameFailure(error), count: 1, example: socket });
    }
  const named = workloads.map((one) => (unnamed.has(one) ? complete(one, answers.get(one.id)) : one));
  const coverage: SourceCoverage = {
    source: 'engine-sockets',
    question: 'what do running engines call their containers?',
    ran: sockets.length > 0,
    ...(sockets.length > 0 ? {} : { skipped: 'no daemon runs, and none is started for it' }),
    asked: sockets.length,
    found: named.filter((one, i) => one !== workloads[i]).length,
    refused: refusals.length,
    refusals,
    durationMs: Math.round((performance.now() - started) * 1000) / 1000,
  };
  return describeNameless({
    ...snapshot,
    workloads: Object.freeze(named),
    coverage: { ...snapshot.coverage, sources: Object.freeze([...snapshot.coverage.sources, coverage]) },
  });
}

/** Of root's and one's own processes that serve. */
function listSockets({ processes, host }: Snapshot, witness: Witness): readonly string[] {
  const isAsked = (one: Process) => {
    const { trusted, uid } = witness.ofProcess(one, (name) => name in usualSockets);
    // Who is not root may not look at the program of root's daemon, and asks with no more rights than his own.
    return trusted || (uid === undefined && host.vantage.uid !== 0);
  };
  const sockets = processes.flatMap((one) => (one.comm in usualSockets && isAsked(one) ? (readSocket(one) ?? []) : []));
  return [...new Set(sockets)];
}

/** Nobody but root and nscope's own user answers there. */
function isTrusted(socketPath: string): boolean {
  return isGuardedPath(socketPath, trustedUids(), { mayBeWritten: true });
}

function trustedUids(): ReadonlySet<number> {
  return new Set([0, process.geteuid?.() ?? 0]);
}

function readSocket(process: Process): string | undefined {
  const usual = usualSockets[process.comm];
  const words = listWords(process);
  if (usual === undefined) return undefined;
  if (process.comm === 'podman' && !(words.includes('system') && words.includes('service'))) return undefined;
  const named = readOption(words, '-H', '--host') ?? words.find((word) => word.startsWith('unix://'));
  if (named === undefined) return usual;
  // /var/run is a link.
  return named.startsWith('unix:///') ? named.slice('unix://'.length).replace(/^\/var\/run\//, '/run/') : undefined;
}

async function listContainers(path: string): Promise<readonly unknown[]> {
  // Few hosts have a container whose name is asked for, and the module takes 10 ms to load.
  const { request } = await import('node:http');
  const socket = openShapedSocket({ path, trusts: (uid) => trustedUids().has(uid) });
  if (!isKnown(socket)) return fail(socket.errno ?? 'ENOTSOCK');
  if (!isTrusted(path)) {
    closeDescriptor(socket);
    return fail('EPERM');
  }
  return new Promise<readonly unknown[]>((resolve, reject) => {
    const asked = request({
      socketPath: `/proc/self/fd/${socket}`,
      // A connection that is kept is known by this path, which another socket has next.
      agent: false,
      path: '/v1.24/containers/json',
      headers: { Host: 'engine' },
      timeout: timeoutMs,
    });
    asked.on('timeout', () => asked.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    asked.on('error', reject);
    asked.on('response', (response) => {
      const parts: Buffer[] = [];
      let length = 0;
      response.on('error', reject);
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length > maxBytes) asked.destroy(Object.assign(new Error('too long an answer'), { code: 'EMSGSIZE' }));
        else parts.push(part);
      });
      response.on('end', () => resolve(parseContainers(Buffer.concat(parts).toString('utf8'))));
    });
    asked.end();
  }).finally(() => closeDescriptor(socket));
}

async function fail(code: string): Promise<never> {
  throw Object.assign(new Error(code), { code });
}

/** What is no list of containers tells nothing. */
function parseContainers(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function nameFailure(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
}

function complete(workload: Workload, container: unknown): Workload {
  const names = readField(container, 'Names');
  const first: unknown = Array.isArray(names) ? names[0] : undefined;
  const name = typeof first === 'string' ? first.replace(/^\//, '') : '';
  if (name === '') return workload;
  const image = readWord(container, 'Image');
  const labels = readWords(container, 'Labels');
  const project = labels?.['com.docker.compose.project'];
  return Object.freeze({
    ...workload,
    name,
    ...(image === undefined ? {} : { image }),
    ...(labels === undefined ? {} : { labels }),
    ...(project === undefined ? {} : { project }),
    evidence: Object.freeze([
      ...workload.evidence,
      Object.freeze({ by: 'socket', text: 'GET /containers/json' } as const),
    ]),
  });
}
