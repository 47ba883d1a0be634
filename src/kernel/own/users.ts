// Names of users: passwd(5). NSS is not asked, since a directory service may take seconds and nscope only shows names.
import { readFileSync } from 'node:fs';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { parsePasswd, parsePrimaryGroups } from '../../parse/text/passwd.ts';
import { parseText } from '../../parse/text/text.ts';
import { attempt } from '../files/files.ts';

/** Names by uid; empty where the file cannot be read. */
export function readUserNames(path = '/etc/passwd'): ReadonlyMap<number, string> {
  const text = readTable(path);
  return isKnown(text) ? parsePasswd(text) : new Map();
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
