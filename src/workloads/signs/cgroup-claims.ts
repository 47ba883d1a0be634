// The workloads that the paths of control groups name, and whose word the names are. Each path is read once.
import type { Authority, Witness } from './authority.ts';
import type { Claim, Engine } from './engine.ts';

/** What a sign says, and whose word it is. */
export interface Said {
  readonly claim: Claim;
  readonly authority: Authority;
}

export interface CgroupClaims {
  /** From the outermost to the innermost. */
  readonly said: readonly Said[];
  /** What remains to be said where nothing else claims a process. */
  readonly fallback: Said | undefined;
  readonly path: string;
}

export class CgroupReader {
  readonly #engines: readonly Engine[];
  readonly #fallback: Engine;
  readonly #witness: Witness;
  readonly #read = new Map<string, CgroupClaims>();

  constructor(engines: readonly Engine[], fallback: Engine, witness: Witness) {
    this.#engines = engines;
    this.#fallback = fallback;
    this.#witness = witness;
  }

  read(path: string): CgroupClaims {
    let claims = this.#read.get(path);
    if (!claims) {
      claims = this.#readParts(path);
      this.#read.set(path, claims);
    }
    return claims;
  }

  #readParts(path: string): CgroupClaims {
    const said: Said[] = [];
    const units: Said[] = [];
    const parts = path.split('/').filter((part) => part !== '');
    parts.forEach((part, i) => {
      const before = parts.slice(0, i);
      const claim = this.#engines.map((engine) => engine.readCgroup?.(part, before)).find((one) => one !== undefined);
      const unit = this.#fallback.readCgroup?.(part, before);
      if (!claim && !unit) return;
      const authority = this.#witness.ofCgroup(path, i + 1);
      // What is called so inside of a workload, root inside may have called so.
      if (claim) said.push({ claim, authority: said.length > 0 ? { ...authority, trusted: false } : authority });
      if (unit) units.push({ claim: unit, authority });
    });
    return { said, fallback: said.length > 0 ? undefined : units.at(-1), path };
  }
}
