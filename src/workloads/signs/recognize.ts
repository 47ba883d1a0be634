// The workload that each process is in. By the path of its cgroup, by who runs it and its ancestors, by its own command
// line, and last by the mount namespace that it shares; and whose word that is. What somebody says of a workload and
// what somebody else says of one by the same name are two workloads. Nothing is read here.
import { hasEnded } from '../../model/derived/has-ended.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Process, Snapshot, WorkloadEvidence } from '../../model/snapshot/schema.ts';
import { type Authority, unknownAuthority, type Witness } from './authority.ts';
import { type CgroupClaims, CgroupReader, type Said } from './cgroup-claims.ts';
import { type Claim, type Engine, listWords, type WorkloadDraft } from './engine.ts';
import { findMountOwners } from './mount-owners.ts';

/** The workloads that were found, in no order; their names may not be known yet. */
export function recognize(
  snapshot: Snapshot,
  engines: readonly Engine[],
  fallback: Engine,
  witness: Witness,
): readonly WorkloadDraft[] {
  return new Recognition(snapshot, engines, fallback, witness).run();
}

/** A workload, and those around it. */
interface Nest {
  readonly draft: WorkloadDraft;
  readonly outer: Nest | undefined;
}

class Recognition {
  readonly #snapshot: Snapshot;
  readonly #engines: readonly Engine[];
  readonly #witness: Witness;
  readonly #drafts = new Map<string, WorkloadDraft>();
  readonly #processes = new Map<number, Process>();
  readonly #nests = new Map<number, Nest | undefined>();
  readonly #inside = new Map<number, Nest | undefined>();
  readonly #cgroups: CgroupReader;

  constructor(snapshot: Snapshot, engines: readonly Engine[], fallback: Engine, witness: Witness) {
    this.#snapshot = snapshot;
    this.#engines = engines;
    this.#cgroups = new CgroupReader(engines, fallback, witness);
    this.#witness = witness;
    for (const process of snapshot.processes) if (isWhole(process)) this.#processes.set(process.pid, process);
  }

  run(): readonly WorkloadDraft[] {
    const rest: Process[] = [];
    for (const process of this.#processes.values()) {
      const nest = this.#findNest(process);
      if (nest) nest.draft.members.push(process);
      else rest.push(process);
    }
    this.#addGuests(rest);
    return [...this.#drafts.values()];
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
    const inherited = this.#admit(process, this.#inherit(process));
    const cgroup = this.#readCgroup(process);
    const nest = (cgroup && this.#placeByCgroup(process, inherited, cgroup)) ?? inherited;
    for (const engine of this.#engines) {
      const claim = engine.readMember?.(process, listWords(process), (pid) => this.#processes.get(pid));
      if (!claim || findClaim(nest, claim)) continue;
      const authority = this.#judge(engine, claim.by ?? process);
      return this.#enterAs(process, { claim, authority }, nest, 'command-line', describeWords(process)) ?? nest;
    }
    return nest;
  }

  /** From its parent; one that is younger has the number of a parent that is gone. */
  #inherit({ ppid, startTimeTicks }: Process): Nest | undefined {
    const parent = this.#processes.get(ppid);
    return parent && parent.startTimeTicks <= startTimeTicks ? this.#inside.get(ppid) : undefined;
  }

  /** The innermost workload that a process can be in: nobody has a say about processes that are not his. */
  #admit(process: Process, nest: Nest | undefined): Nest | undefined {
    let at = nest;
    while (at && !this.#allows(at.draft.authority, process)) at = at.outer;
    return at;
  }

  #allows({ uid }: Authority, process: Process): boolean {
    return uid === undefined || this.#witness.isOfUser(process, uid);
  }

  #judge(engine: Engine, process: Process): Authority {
    return engine.isProgram ? this.#witness.ofProcess(process, engine.isProgram) : unknownAuthority;
  }

  /** A path says more than a parent where it is the better word. */
  #placeByCgroup(process: Process, inherited: Nest | undefined, cgroup: CgroupClaims): Nest | undefined {
    const own = cgroup.said.at(-1);
    if (!own) return undefined;
    const known = findClaim(inherited, own.claim);
    if (known && (known.authority.trusted || !own.authority.trusted)) {
      note(known, own.claim, 'cgroup', cgroup.path);
      return inherited;
    }
    // What somebody else says is so inside of what root says, and not instead of it.
    const around = inherited?.draft.authority.trusted && !own.authority.trusted ? inherited : undefined;
    const nest = this.#nestOfCgroup(process, cgroup, around);
    // Root's engines, seen by somebody who may not look at their programs: what they say of it is taken on.
    if (known && nest && known.authority.uid === undefined && isSame(nest.draft, known)) {
      nest.draft.name ??= known.name;
      nest.draft.monitors.push(...known.monitors.filter((one) => !nest.draft.monitors.includes(one)));
      for (const { by, text } of known.evidence) note(nest.draft, own.claim, by, text);
    }
    return nest;
  }

  /** Who runs a workload is not in it, even if its cgroup is the workload's. */
  #nestOfCgroup(process: Process, { said, path }: CgroupClaims, around: Nest | undefined): Nest | undefined {
    const runs = this.#readMonitor(process);
    let nest = around;
    for (const one of said) {
      if (runs && isSame(runs.claim, one.claim) && (runs.authority.trusted || !one.authority.trusted)) break;
      nest = this.#enterAs(process, one, nest, 'cgroup', path) ?? nest;
    }
    return nest;
  }

  /** Where the children of a process are: where it is, or in the workload that it runs. */
  #nestOfMonitor(process: Process, nest: Nest | undefined): Nest | undefined {
    const runs = this.#readMonitor(process);
    // flatpak's own bwrap makes the sandbox that its cgroup names already.
    if (!runs || findClaim(nest, runs.claim)) return nest;
    if (runs.claim.engine === 'bubblewrap' && nest?.draft.engine === 'flatpak') return nest;
    const inside = this.#enter(runs, nest, 'command-line', describeWords(process));
    inside.draft.monitors.push(process);
    return inside;
  }

  #readMonitor(process: Process): Said | undefined {
    for (const engine of this.#engines) {
      const claim = engine.readMonitor?.(process, listWords(process), (pid) => this.#processes.get(pid));
      if (claim) return { claim, authority: this.#judge(engine, process) };
    }
    return undefined;
  }

  #readCgroup({ cgroup }: Process): CgroupClaims | undefined {
    return isKnown(cgroup) && cgroup !== '/' ? this.#cgroups.read(cgroup) : undefined;
  }

  /** Undefined where the process cannot be in what is said of it. */
  #enterAs(process: Process, said: Said, outer: Nest | undefined, by: WorkloadEvidence['by'], text: string) {
    return this.#allows(said.authority, process) ? this.#enter(said, outer, by, text) : undefined;
  }

  #enter({ claim, authority }: Said, outer: Nest | undefined, by: WorkloadEvidence['by'], text: string): Nest {
    const key = keyOf(claim, authority, outer);
    let draft = this.#drafts.get(key);
    if (!draft) {
      const { engine, kind, id } = claim;
      const unknown = { name: undefined, image: undefined, labels: undefined, pod: undefined, project: undefined };
      const around = outer?.draft;
      draft = { engine, kind, id, authority, ...unknown, outer: around, members: [], monitors: [], evidence: [] };
      this.#drafts.set(key, draft);
    }
    note(draft, claim, by, text);
    return { draft, outer };
  }

  /** Who entered a workload's mount namespace from elsewhere is in it as well; what remains is in a unit, or in none. */
  #addGuests(rest: readonly Process[]): void {
    if (rest.length === 0) return;
    const owners = findMountOwners(this.#snapshot, this.#drafts.values());
    for (const process of rest) {
      const { mnt } = process.namespaces;
      const draft = isKnown(mnt) ? owners.get(mnt) : undefined;
      const cgroup = this.#readCgroup(process);
      if (draft && this.#allows(draft.authority, process)) {
        draft.members.push(process);
        if (!draft.evidence.some(({ by }) => by === 'namespaces'))
          draft.evidence.push({ by: 'namespaces', text: `process ${process.pid} is in mnt:[${String(mnt)}]` });
      } else if (cgroup?.fallback)
        this.#enterAs(process, cgroup.fallback, undefined, 'cgroup', cgroup.path)?.draft.members.push(process);
    }
  }
}

/** Threads are where their process is, kernel threads and zombies are in no workload. */
function isWhole(process: Process): boolean {
  return process.pid === process.tid && !process.kernelThread && !hasEnded(process);
}

/** What root says is one workload, whatever it runs in; what others say is one for each of them and each place. */
function keyOf(
  { engine, id }: Pick<Claim, 'engine' | 'id'>,
  { trusted, uid }: Authority,
  outer: Nest | undefined,
): string {
  if (trusted) return `${engine}\0${id}`;
  const around = outer ? keyOf(outer.draft, outer.draft.authority, outer.outer) : '';
  return [engine, id, uid ?? '', around].join('\0');
}

function isSame(one: Pick<Claim, 'engine' | 'id'>, other: Pick<Claim, 'engine' | 'id'>): boolean {
  return one.engine === other.engine && one.id === other.id;
}

function findClaim(nest: Nest | undefined, claim: Claim): WorkloadDraft | undefined {
  for (let at = nest; at; at = at.outer) if (isSame(at.draft, claim)) return at.draft;
  return undefined;
}

/** Of each kind of sign the first is evidence enough. */
function note(draft: WorkloadDraft, claim: Claim, by: WorkloadEvidence['by'], text: string): void {
  draft.name ??= claim.name;
  draft.pod ??= claim.pod;
  if (!draft.evidence.some((one) => one.by === by)) draft.evidence.push({ by, text });
}

/** Of a command line the beginning is evidence enough. */
function describeWords({ pid, comm, ...process }: Process): string {
  const words = listWords({ pid, comm, ...process });
  return `process ${pid}: ${words.join(' ').slice(0, 200) || comm}`;
}
