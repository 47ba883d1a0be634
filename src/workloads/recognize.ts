// Which workload is each process in? By the path of its cgroup, by who runs it and its ancestors, by its own command line,
// and last by the mount namespace that it shares. Nothing is read here.
import { hasEnded } from '../model/has-ended.ts';
import { isKnown } from '../model/known.ts';
import type { Process, Snapshot, WorkloadEvidence } from '../model/schema.ts';
import { type Claim, type Draft, type Engine, listWords } from './engine.ts';

/** The workloads that were found, in no order; their names may not be known yet. */
export function recognize(snapshot: Snapshot, engines: readonly Engine[], fallback: Engine): readonly Draft[] {
  return new Recognition(snapshot, engines, fallback).run();
}

/** A workload, and those around it. */
interface Nest {
  readonly draft: Draft;
  readonly outer: Nest | undefined;
}

interface CgroupClaims {
  /** From the outermost to the innermost. */
  readonly claims: readonly Claim[];
  /** What remains to be said where nothing else claims a process. */
  readonly fallback: Claim | undefined;
  readonly path: string;
}

class Recognition {
  readonly #snapshot: Snapshot;
  readonly #engines: readonly Engine[];
  readonly #fallback: Engine;
  readonly #drafts = new Map<string, Draft>();
  readonly #processes = new Map<number, Process>();
  readonly #nests = new Map<number, Nest | undefined>();
  readonly #inside = new Map<number, Nest | undefined>();
  readonly #cgroups = new Map<string, CgroupClaims>();

  constructor(snapshot: Snapshot, engines: readonly Engine[], fallback: Engine) {
    this.#snapshot = snapshot;
    this.#engines = engines;
    this.#fallback = fallback;
    for (const process of snapshot.processes) if (isWhole(process)) this.#processes.set(process.pid, process);
  }

  run(): readonly Draft[] {
    const rest: Process[] = [];
    for (const process of this.#processes.values()) {
      const nest = this.#findNest(process);
      if (nest) nest.draft.members.push(process);
      else rest.push(process);
    }
    this.#addGuests(rest);
    return [...this.#drafts.values()].filter(({ members }) => members.length > 0);
  }

  /** Iterative: chains of parents may be thousands long. */
  #findNest(process: Process): Nest | undefined {
    const chain: Process[] = [];
    for (let at: Process | undefined = process; at && !this.#nests.has(at.pid); at = this.#processes.get(at.ppid)) {
      // Until its own turn comes: numbers of processes that came meanwhile may close a circle.
      this.#nests.set(at.pid, undefined);
      chain.push(at);
    }
    for (const one of chain.reverse()) {
      const nest = this.#decide(one);
      this.#nests.set(one.pid, nest);
      this.#inside.set(one.pid, this.#nestOfMonitor(one, nest));
    }
    return this.#nests.get(process.pid);
  }

  #decide(process: Process): Nest | undefined {
    const inherited = this.#inside.get(process.ppid);
    const cgroup = this.#readCgroup(process);
    const own = cgroup?.claims.at(-1);
    const known = own && findClaim(inherited, own);
    if (cgroup && own && known) note(known, own, 'cgroup', cgroup.path);
    const nest = cgroup && own && !known ? this.#nestOfCgroup(process, cgroup) : inherited;
    for (const engine of this.#engines) {
      const claim = engine.readMember?.(process, listWords(process), (pid) => this.#processes.get(pid));
      if (claim && !findClaim(nest, claim)) return this.#enter(claim, nest, 'command-line', describeWords(process));
    }
    return nest;
  }

  /** Who runs a workload is not in it, even if its cgroup is the workload's. */
  #nestOfCgroup(process: Process, { claims, path }: CgroupClaims): Nest | undefined {
    const runs = this.#readMonitor(process);
    let nest: Nest | undefined;
    for (const claim of claims) {
      if (runs && keyOf(runs) === keyOf(claim)) break;
      nest = this.#enter(claim, nest, 'cgroup', path);
    }
    return nest;
  }

  /** Where the children of a process are: where it is, or in the workload that it runs. */
  #nestOfMonitor(process: Process, nest: Nest | undefined): Nest | undefined {
    const claim = this.#readMonitor(process);
    // flatpak's own bwrap makes the sandbox that its cgroup names already.
    if (!claim || findClaim(nest, claim) || (claim.engine === 'bubblewrap' && nest?.draft.engine === 'flatpak'))
      return nest;
    const inside = this.#enter(claim, nest, 'command-line', describeWords(process));
    inside.draft.monitors.push(process);
    return inside;
  }

  #readMonitor(process: Process): Claim | undefined {
    for (const engine of this.#engines) {
      const claim = engine.readMonitor?.(process, listWords(process), (pid) => this.#processes.get(pid));
      if (claim) return claim;
    }
    return undefined;
  }

  #readCgroup({ cgroup }: Process): CgroupClaims | undefined {
    if (!isKnown(cgroup) || cgroup === '/') return undefined;
    let found = this.#cgroups.get(cgroup);
    if (!found) {
      const claims: Claim[] = [];
      let fallback: Claim | undefined;
      const parts = cgroup.split('/').filter((part) => part !== '');
      parts.forEach((part, i) => {
        const before = parts.slice(0, i);
        const claim = this.#engines.map((engine) => engine.readCgroup?.(part, before)).find((one) => one !== undefined);
        if (claim) claims.push(claim);
        fallback = this.#fallback.readCgroup?.(part, before) ?? fallback;
      });
      found = { claims, fallback: claims.length > 0 ? undefined : fallback, path: cgroup };
      this.#cgroups.set(cgroup, found);
    }
    return found;
  }

  #enter(claim: Claim, outer: Nest | undefined, by: WorkloadEvidence['by'], text: string): Nest {
    const key = keyOf(claim);
    let draft = this.#drafts.get(key);
    if (!draft) {
      const { engine, kind, id } = claim;
      const unknown = { name: undefined, image: undefined, labels: undefined, pod: undefined, project: undefined };
      draft = { engine, kind, id, ...unknown, outer: outer?.draft, members: [], monitors: [], evidence: [] };
      this.#drafts.set(key, draft);
    }
    note(draft, claim, by, text);
    return { draft, outer };
  }

  /** Who entered a workload's mount namespace from elsewhere is in it as well; what remains is in a unit, or in none. */
  #addGuests(rest: readonly Process[]): void {
    const owners = this.#findMountOwners(rest);
    for (const process of rest) {
      const { mnt } = process.namespaces;
      const draft = isKnown(mnt) ? owners.get(mnt) : undefined;
      const unit = this.#readCgroup(process)?.fallback;
      if (draft) {
        draft.members.push(process);
        if (!draft.evidence.some(({ by }) => by === 'namespaces'))
          draft.evidence.push({ by: 'namespaces', text: `process ${process.pid} is in mnt:[${String(mnt)}]` });
      } else if (unit)
        this.#enter(unit, undefined, 'cgroup', this.#readCgroup(process)?.path ?? '').draft.members.push(process);
    }
  }

  /** Mount namespaces in which the members of one workload are, and neither the host's init nor who runs a workload. */
  #findMountOwners(rest: readonly Process[]): ReadonlyMap<number, Draft> {
    const others = new Set<unknown>([1, 2].map((pid) => this.#processes.get(pid)?.namespaces.mnt));
    others.add(this.#snapshot.host.vantage.namespaces.mnt);
    for (const namespace of this.#snapshot.namespaces)
      if (namespace.type === 'mnt' && namespace.initial === true) others.add(namespace.inode);
    for (const { monitors } of this.#drafts.values()) for (const { namespaces } of monitors) others.add(namespaces.mnt);
    const owners = new Map<number, Draft>();
    if (rest.length === 0) return owners;
    for (const draft of this.#drafts.values())
      for (const { namespaces } of draft.members) {
        const { mnt } = namespaces;
        if (!isKnown(mnt) || others.has(mnt)) continue;
        const owner = owners.get(mnt);
        if (owner && owner !== draft) others.add(mnt);
        else owners.set(mnt, draft);
      }
    for (const mnt of others) if (typeof mnt === 'number') owners.delete(mnt);
    return owners;
  }
}

/** Threads are where their process is, kernel threads and zombies are in no workload. */
function isWhole(process: Process): boolean {
  return process.pid === process.tid && !process.kernelThread && !hasEnded(process);
}

function keyOf({ engine, id }: Pick<Claim, 'engine' | 'id'>): string {
  return `${engine}:${id}`;
}

function findClaim(nest: Nest | undefined, claim: Claim): Draft | undefined {
  for (let at = nest; at; at = at.outer) if (keyOf(at.draft) === keyOf(claim)) return at.draft;
  return undefined;
}

/** Of each kind of sign the first is evidence enough. */
function note(draft: Draft, claim: Claim, by: WorkloadEvidence['by'], text: string): void {
  draft.name ??= claim.name;
  draft.pod ??= claim.pod;
  if (!draft.evidence.some((one) => one.by === by)) draft.evidence.push({ by, text });
}

/** Of a command line the beginning is evidence enough. */
function describeWords({ pid, comm, ...process }: Process): string {
  const words = listWords({ pid, comm, ...process });
  return `process ${pid}: ${words.join(' ').slice(0, 200) || comm}`;
}
