// Users by name or uid, as --user has them.
import { readUserNames } from '../../kernel/own/users.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

/** Names by uid: of a snapshot those that occur in it, of this host all of /etc/passwd as well. */
export function readUsers({ host }: Snapshot, { from }: OptionValues): Readonly<Record<string, string>> {
  return from === undefined ? { ...Object.fromEntries(readUserNames()), ...host.users } : host.users;
}

/** @throws UsageError for a name that no user has, or a number that is not a uid */
export function findUid(word: string, users: Readonly<Record<string, string>>): number {
  const named = Object.entries(users).find(([, name]) => name === word);
  if (named) return Number(named[0]);
  if (!/^\d+$/.test(word)) {
    const help = suggest(word, Object.values(users));
    throw new UsageError(`--user: no user is called "${word}"; ${help}`);
  }
  if (Number(word) >= 2 ** 32 - 1) throw new UsageError(`--user: ${word} is not a uid; the largest is 4294967294`);
  return Number(word);
}
