// Names of users: passwd(5). NSS is not asked, since a directory service may take seconds and nscope only shows names.
import { readFileSync } from 'node:fs';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { parsePasswd, parsePrimaryGroups } from '../../parse/text/passwd.ts';
import { parseText } from '../../parse/text/text.ts';
import { readClockMs } from '../files/clock.ts';
import { attempt } from '../files/files.ts';

/** Names by uid; empty where the file cannot be read. */
export function readUserNames(path = '/etc/passwd'): ReadonlyMap<number, string> {
  const text = readTable(path);
  return isKnown(text) ? parsePasswd(text) : new Map();
}

/** Between two readings of the file for users who came since. */
const rereadAfterMs = 1000;

/** Names of users for as long as nscope runs: of one who is not known the file is read again, once a second at most. */
export class UserNames {
  readonly #known: Readonly<Record<string, string>>;
  readonly #unmapped: number | undefined;
  #read: ReadonlyMap<number, string> = new Map();
  #readAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @param known - names by uid
   * @param unmapped - the uid that stands for all that have none here
   */
  constructor(known: Readonly<Record<string, string>> = {}, unmapped?: number) {
    this.#known = known;
    this.#unmapped = unmapped;
  }

  /** @returns undefined for a uid without a name */
  find(uid: number): string | undefined {
    const name = this.#known[uid] ?? this.#read.get(uid);
    if (name !== undefined || uid === this.#unmapped) return name;
    const nowMs = readClockMs();
    if (nowMs - this.#readAtMs < rereadAfterMs) return undefined;
    this.#readAtMs = nowMs;
    this.#read = readUserNames();
    return this.#read.get(uid);
  }
}

/** The primary group of each user; empty where the file cannot be read. */
export function readPrimaryGroups(path = '/etc/passwd'): ReadonlyMap<number, number> {
  const text = readTable(path);
  return isKnown(text) ? parsePrimaryGroups(text) : new Map();
}

/** The text of a table of users, which root keeps: /etc/passwd, /etc/subuid, /etc/subgid. */
export function readTable(path: string): Known<string> {
  return attempt(() => parseText(readFileSync(path)));
}
