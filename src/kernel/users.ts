// Names of users: passwd(5). NSS is not asked, since a directory service may take seconds and nscope only shows names.
import { isKnown } from '../model/known.ts';
import { parsePasswd, parsePrimaryGroups } from '../parse/passwd.ts';
import { readTextFile } from './files.ts';

/** Names by uid; empty where the file cannot be read. */
export function readUserNames(path = '/etc/passwd'): ReadonlyMap<number, string> {
  const text = readTextFile(path);
  return isKnown(text) ? parsePasswd(text) : new Map();
}

/** The primary group of each user; empty where the file cannot be read. */
export function readPrimaryGroups(path = '/etc/passwd'): ReadonlyMap<number, number> {
  const text = readTextFile(path);
  return isKnown(text) ? parsePrimaryGroups(text) : new Map();
}
