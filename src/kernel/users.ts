// Names of users: passwd(5). NSS is not asked, since a directory service may take seconds and nscope only shows names.
import { isKnown, type Known } from '../model/known.ts';
import { parsePasswd, parsePrimaryGroups } from '../parse/passwd.ts';
import { readShapedFile } from './shaped-files.ts';

/** A line for each user. */
const maxBytes = 2 ** 24;

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

/** The text of a table of users: /etc/passwd, /etc/subuid, /etc/subgid. */
export function readTable(path: string): Known<string> {
  return readShapedFile({ path, links: 'all' }, maxBytes);
}
